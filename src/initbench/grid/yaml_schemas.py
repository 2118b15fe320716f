"""The schemas of the project's YAML files, and what in a file does not satisfy its schema."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

NAMED = "#/$defs/"


def schema(path: Path, part: str | None = None) -> Any:
    """Return the schema in the file `path`, or the `part` of this name below its `$defs`."""
    whole = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    named = whole.get("$defs", {})
    return _inlined(whole if part is None else named[part], named)


def fault(content: Any, schema: Mapping[str, Any]) -> ValidationError | None:
    """Return the first thing in `content` that does not satisfy `schema`, or None."""
    return best_match(Draft202012Validator(schema).iter_errors(content))


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
