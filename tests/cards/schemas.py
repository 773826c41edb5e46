"""The schema of card.json and those of the formats a card is exported in, formats checked; and Hugging Face's own conditions."""

import json
import re
from functools import cache

import yaml

from registry.cards.rules.schema import card_schema

CYCLONEDX = ("bom-1.6", "spdx", "jsf-0.82", "cryptography-defs")
# How Hugging Face finds the header of a card.
HEADER = re.compile(r"^(\s*---[\r\n]+)([\S\s]*?)([\r\n]+---(\r\n|\n|$))")


@cache
def validators(folder):
    """What says whether a CycloneDX document and a Model Card Toolkit document are valid."""
    # Two seconds to load, which only the process that validates has to spend.
    from jsonschema import Draft7Validator, FormatChecker
    from referencing import Registry, Resource
    from rfc3987_syntax import is_valid_syntax

    held = [json.loads((folder / "cyclonedx" / f"{name}.schema.json").read_text()) for name in CYCLONEDX]
    schemas = Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in held)
    toolkit = json.loads((folder / "model_cards" / "mct" / "schema_v0.0.2.json").read_text())
    checker = FormatChecker()
    # Nothing that is installed checks the format "uri"; it is an IRI of ASCII alone.
    checker.checks("uri")(lambda typed: typed.isascii() and is_valid_syntax("iri", typed))
    # Without these the check of formats would pass silently.
    assert {"date-time", "iri-reference", "uri", "date"} <= checker.checkers.keys()
    return {
        "cyclonedx": Draft7Validator(held[0], registry=schemas, format_checker=checker),
        "model-card-toolkit": Draft7Validator(toolkit, format_checker=checker),
    }


@cache
def _card_validator():
    return _validator(card_schema("https://registry.example.org"))


def _validator(schema):
    from jsonschema import Draft202012Validator

    checker = Draft202012Validator.FORMAT_CHECKER
    # Without these the check of formats would pass silently.
    assert {"date-time", "date"} <= checker.checkers.keys()
    return Draft202012Validator(schema, format_checker=checker)


def faults_of_schema(told):
    """Everything its meta-schema objects to in a JSON schema."""
    from jsonschema import Draft202012Validator

    held = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    return [error.message[:200] for error in held.iter_errors(told)]


def card_problems(content, schema=None):
    """Everything the schema of card.json, or another of its kind, objects to."""
    validator = _card_validator() if schema is None else _validator(schema)
    return [error.message[:200] for error in validator.iter_errors(json.loads(content))]


def problems(folder, name, content):
    """Everything the official schema objects to."""
    return [error.message[:200] for error in validators(folder)[name].iter_errors(json.loads(content))]


def header_and_body(content):
    """The header of a card and what stands below it, as Hugging Face tells them apart."""
    text = content.decode()
    found = HEADER.match(text)
    assert found
    header = yaml.safe_load(found[2])
    for model in header.get("model-index", ()):
        for result in model["results"]:
            assert result["task"]["type"]
            assert result["dataset"]["type"]
            assert result["dataset"]["name"]
            assert all(metric["type"] and metric["value"] is not None for metric in result["metrics"])
    return header, text[found.end() :]
