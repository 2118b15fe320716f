"""The schemas of the project's YAML files, and what in a file does not satisfy its schema."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from initbench.errors import InitbenchError, unknown
from initbench.grid import yaml_files

NAMED = "#/$defs/"
LONGEST = 80  # characters of a wrong value that a message shows


def schema(path: Path, part: str | None = None) -> Any:
    """Return the schema in the file `path`, or the `part` of this name below its `$defs`."""
    whole = yaml_files.read_mapping(path)
    named = whole.get("$defs", {})
    return _inlined(whole if part is None else named[part], named)


def fault(content: Any, schema: Mapping[str, Any]) -> ValidationError | None:
    """Return the first thing in `content` that does not satisfy `schema`, or None.

    Stricter than JSON schema: 2.0 is no integer, infinity no number, and a pattern is of the whole
    text, so that no newline slips in behind its end.
    """
    return best_match(_STRICT(schema).iter_errors(content))


def place(error: ValidationError) -> list[str | int]:
    """Return the keys that lead to the fault; for a wrong key, to that key."""
    keys = list(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        keys.append(str(error.instance))
    elif strange := _strange_key(error):
        keys.append(strange)
    return keys


def sentence(error: ValidationError) -> InitbenchError:
    """Return the fault as one sentence, with a suggestion for an unknown key."""
    if strange := _strange_key(error):
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        return unknown("key", strange, known)
    seen = repr(error.instance)
    shown = seen if len(seen) <= LONGEST else f"{seen[:LONGEST]}…"
    message = error.message.replace(seen, shown)
    if error.validator == "oneOf":
        message = f"{shown} is not valid here"
    return InitbenchError(f"{message}; {_advice(error)}.")


def _strange_key(error: ValidationError) -> str | None:
    if error.validator != "additionalProperties" or not isinstance(error.schema, Mapping):
        return None
    known = error.schema.get("properties", {})
    return next(str(key) for key in error.instance if key not in known)


def _advice(error: ValidationError) -> str:
    """Return what the schema itself says is wanted, or a general advice."""
    level: ValidationError | None = error
    while level is not None:
        if isinstance(level.schema, Mapping) and "description" in level.schema:
            return f"give {level.schema['description']}"
        level = level.parent
    return "please correct it"


def _whole_match(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and not re.fullmatch(pattern, text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


_STRICT = validators.extend(
    Draft202012Validator,
    {"pattern": _whole_match},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: type(value) is int,
            "number": lambda _, value: (
                type(value) is int or (isinstance(value, float) and math.isfinite(value))
            ),
        }
    ),
)


def _inlined(node: Any, named: Mapping[str, Any]) -> Any:
    """Return a schema with what its references name in their place, which halves each check."""
    if isinstance(node, list):
        return [_inlined(item, named) for item in node]
    if not isinstance(node, dict):
        return node
    own = {k: _inlined(v, named) for k, v in node.items() if k not in ("$ref", "$defs")}
    if "$ref" not in node:
        return own
    target = _inlined(named[node["$ref"].removeprefix(NAMED)], named)
    return {"allOf": [target], **own} if own else target
