"""CITATION.cff keeps to the Citation File Format 1.2.0, as far as the file makes use of it."""

from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

CITATION = Path(__file__).parents[1] / "CITATION.cff"
TEXT = {"type": "string", "minLength": 1}
ADDRESS = {"type": "string", "pattern": "^https?://"}
# Of the format's keys those that a project like this one may use; others are refused.
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["authors", "cff-version", "message", "title"],
    "properties": {
        **dict.fromkeys(("message", "title", "abstract"), TEXT),
        "version": {"anyOf": [TEXT, {"type": "number"}]},
        "cff-version": {"const": "1.2.0"},
        "type": {"enum": ["software", "dataset"]},
        "license": {"const": "MIT"},
        "commit": TEXT,
        "date-released": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "doi": {"type": "string", "pattern": r"^10\.\d{4,9}/\S+$"},
        **dict.fromkeys(("url", "repository-code"), ADDRESS),
        "keywords": {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT},
        "authors": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(("name", "given-names", "family-names"), TEXT),
                "anyOf": [{"required": ["name"]}, {"required": ["family-names"]}],
            },
        },
    },
}


def faults(citation):
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(citation)]


def test_the_citation_file_is_valid():
    assert faults(yaml.load(CITATION.read_text(encoding="utf-8"), yaml.BaseLoader)) == []


def test_a_misspelt_key_and_a_missing_author_would_be_noticed():
    good = yaml.load(CITATION.read_text(encoding="utf-8"), yaml.BaseLoader)
    assert faults({**good, "licence": "MIT"})
    assert faults({key: value for key, value in good.items() if key != "authors"})
    assert faults({**good, "authors": [{"email": "a@b.cd"}]})
