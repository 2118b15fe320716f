"""Schemas with their references written out refuse what the schemas with references refuse."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from initbench.grid import yaml_schemas

SCHEMAS = sorted((Path(__file__).parents[1] / "workflow" / "schemas").glob("*.yaml"))
TEXT = """
type: object
additionalProperties: false
properties:
  name: {$ref: "#/$defs/name"}
  sizes: {$ref: "#/$defs/named", additionalProperties: {type: integer}}
$defs:
  name: {type: string, pattern: "^[a-z]+$"}
  named: {type: object, propertyNames: {$ref: "#/$defs/name"}}
"""


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_projects_schemas_are_sound_and_keep_no_reference(path: Path):
    written_out = yaml_schemas.schema(path)
    Draft202012Validator.check_schema(written_out)
    assert "$ref" not in str(written_out)


@pytest.mark.parametrize(
    "content",
    [
        {}, [], {"name": "a"}, {"name": "A"}, {"nam": "a"}, {"name": 1},
        {"sizes": {"a": 1}}, {"sizes": {"A": 1}}, {"sizes": {"a": "b"}}, {"sizes": 1},
    ],
)  # fmt: skip
def test_writing_references_out_changes_no_judgement(tmp_path: Path, content: object):
    path = tmp_path / "made_up.schema.yaml"
    path.write_text(TEXT, encoding="utf-8")
    fault = yaml_schemas.fault(content, yaml_schemas.schema(path))
    wanted = list(Draft202012Validator(yaml.safe_load(TEXT)).iter_errors(content))
    assert [fault.message] == [e.message for e in wanted] if wanted else fault is None
    part = yaml_schemas.schema(path, "name")
    assert part == {"type": "string", "pattern": "^[a-z]+$"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (2.0, {"type": "integer"}),
        (True, {"type": "integer"}),
        (float("nan"), {"type": "number", "minimum": 0, "maximum": 1}),
        (float("inf"), {"type": "number"}),
        ("name\n", {"type": "string", "pattern": "^[a-z]+$"}),
    ],
)
def test_what_json_schema_lets_pass_is_refused(content: object, rule: dict[str, object]):
    assert yaml_schemas.fault(content, rule) is not None


def test_a_description_says_what_to_give_and_a_long_value_is_cut():
    rule = {"properties": {"a": {"description": "a short text", "type": "string", "maxLength": 3}}}
    error = yaml_schemas.fault({"a": "x" * 500}, rule)
    assert error is not None
    assert yaml_schemas.place(error) == ["a"]
    message = str(yaml_schemas.sentence(error))
    assert message.endswith("… is too long; give a short text.")
    assert len(message) < 130
