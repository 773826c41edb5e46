"""What the JSON API answers anywhere in the tests, held to its own document: no status and no field that is not in it."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, request
from jsonschema import Draft202012Validator

from registry.web import past
from registry.web.flask_app import App
from registry.web.narrowing import PARAMETER
from registry.web.openapi import PREFIX, document, operations

ASKS_ANYTHING = "ASKS_ANYTHING"
# In front of any view: the past is laid out meanwhile, or there was none by that day, or it is only looked at.
_OF_THE_PAST = {"302", "403", "404", "503"}


def closed(schema: Any) -> Any:
    """The schema with no room for fields it does not name: clients have to take those, tests must not."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: closed(each) for name, each in schema.items()}
    if isinstance(told.get("properties"), dict) and "additionalProperties" not in told and "type" in told:
        told["additionalProperties"] = False
    return told


def _only(schema: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The schema of an object with these fields of it and no others."""
    return {
        "type": "object",
        "properties": {name: schema["properties"][name] for name in names},
        "required": sorted(names & set(schema.get("required", ()))),
    }


class Contract:
    """The document of an application, and whether a reply keeps to it."""

    def __init__(self, app: App) -> None:
        self.told = document(app, PREFIX, server=PREFIX)
        self.known = {
            (one.rule.endpoint, one.verb): self.told["paths"][one.path][one.verb.lower()]
            for one in operations(app, PREFIX)
        }
        self.components = {"components": closed(self.told["components"])}
        self._validators: dict[str, Draft202012Validator] = {}

    def objections(self, operation: dict[str, Any], response: Response, *, looks_back: bool) -> Iterator[str]:
        """What a reply has that the document does not."""
        status = str(response.status_code)
        answer = operation["responses"].get(status)
        if answer is None:
            if not (looks_back and status in _OF_THE_PAST):
                yield f"{status} is not documented"
            return
        if "$ref" in answer:
            answer = self.told["components"]["responses"][status]
        content = answer.get("content")
        if content is None:
            return
        if response.mimetype not in content and "application/octet-stream" not in content:
            yield f"{response.mimetype} is not documented for {status}"
        elif response.mimetype.endswith("json") and (
            schema := content.get(response.mimetype, {}).get("schema")
        ):
            yield from self.misfits(
                self.asked_for(operation, schema), response.get_json() if response.data else None
            )

    def asked_for(self, operation: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
        """Of an answer that can be narrowed to some fields: the whole one, or one with exactly those that the address names."""
        if "anyOf" not in schema or not any(each["name"] == PARAMETER for each in operation["parameters"]):
            return schema
        whole, some = schema["anyOf"]
        texts = request.args.getlist(PARAMETER)
        asked = {name for text in texts for name in text.split(",") if name}
        if not asked:
            return whole
        found = self._resolved(whole)
        if "properties" not in some:
            return _only(found, asked)
        items = {
            "type": "array",
            "items": _only(self._resolved(found["properties"]["items"]["items"]), asked),
        }
        return found | {"properties": found["properties"] | {"items": items}}

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.told["components"]["schemas"][name] if name else schema

    def misfits(self, schema: dict[str, Any], value: Any) -> Iterator[str]:
        """Where a value does not fit a schema of the document."""
        if schema.get("contentMediaType"):
            return
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(
                closed(schema) | self.components, format_checker=Draft202012Validator.FORMAT_CHECKER
            )
        for error in self._validators[key].iter_errors(value):
            yield f"{error.json_path}: {error.message[:300]}"

    def unasked(self, operation: dict[str, Any]) -> Iterator[str]:
        """What the address asked, the view took, and the document does not name."""
        named = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
        for name, value in request.args.items(multi=True):
            if name not in named:
                yield f"the parameter {name} is not documented"
                continue
            schema = named[name]["schema"]
            words = schema.get("items", schema).get("enum")
            said = value.split(",") if named[name].get("explode") is False else [value]
            if words and any(each not in words for each in said if each):
                yield f"{name}={value} is not documented"


def hold(app: App) -> None:
    """From here on a reply of the JSON API that is not in its document fails the test that asked for it.

    So does a request that was taken and asked for what is not in it, but where app.config[ASKS_ANYTHING] is set.
    """
    contract = Contract(app)

    def check(response: Response) -> Response:
        if request.endpoint is None or request.method not in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            return response
        if request.url_rule is None or not request.url_rule.rule.startswith(f"{PREFIX}/"):
            return response
        if response.status_code == 500 and not app.config["PROPAGATE_EXCEPTIONS"]:
            return response
        operation = contract.known[request.endpoint, request.method]
        looks_back = past.day_asked() is not None
        found = [*contract.objections(operation, response, looks_back=looks_back)]
        if response.status_code < 300 and not app.config.get(ASKS_ANYTHING):
            found += contract.unasked(operation)
        assert not found, f"{request.method} {request.path} answered {response.status_code}: {found[:5]}"
        return response

    app.after_request_funcs.setdefault(None, []).append(check)
