"""/api and /reference/<noun>: the JSON API for those who read it; GET /openapi.json: the same document for programs.

All of it is made of the views.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request

from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.kernel.scopes import SCOPES
from registry.web import jsonkit
from registry.web.describing import RefusalOut, described
from registry.web.doors import needs, no_database, public
from registry.web.openapi import PREFIX, REFUSALS, document

pages = Blueprint("reference", __name__)
api = Blueprint("reference_api", __name__)

_EXTENSION: Final = "openapi"
_REF: Final = "#/components/schemas/"
# The path, the method and what the document says of it.
_Operation = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a shape or one parameter: its name, its type in words, the shape that leads to, whether it has to be there."""

    name: str
    kind: str
    shape: str | None
    required: bool
    says: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of JSON object."""

    name: str
    says: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Told:
    """One operation, as the page shows it."""

    id: str
    verb: str
    path: str
    says: str
    more: str
    scopes: list[str]
    parameters: list[Field]
    bodies: list[Field]
    example: str
    answers: list[Field]
    refusals: list[str]


@api.get("/openapi.json")
@public
@no_database
@described({"type": "object"}, status=(200, 304))
def openapi() -> Response:
    """This document: OpenAPI 3.1, without a token."""
    told = _document()
    reply = jsonkit.reply(told, etag=jsonkit.etag_of(told))
    # As a static file under a name that stays: whoever has it asks whether it is still so.
    reply.headers["Cache-Control"] = "no-cache"
    reply.make_conditional(request)
    return reply


@pages.get("/api")
@needs(Permission.DESK_READ)
def overview() -> str:
    told = _document()
    schemas = told["components"]["schemas"]
    groups = sorted(_groups(told).items())
    refused = _reached([{"$ref": f"{_REF}{RefusalOut.__name__}"}], schemas)
    # Of several pages that describe a shape, the first.
    home = {name: noun for noun, found in reversed(groups) for name in _reached(found, schemas)}
    return render_template(
        "reference/overview.html",
        groups=[(noun, [_told(*one) for one in found]) for noun, found in groups],
        shapes=[(_shape(name, schemas[name]), home[name]) for name in sorted(home.keys() - refused)],
        refused=[_shape(name, schemas[name]) for name in sorted(refused)],
        scopes=SCOPES,
        refusals=REFUSALS,
        server=told["servers"][0]["url"],
    )


@pages.get("/reference/<noun>")
@needs(Permission.DESK_READ)
def about(noun: str) -> str:
    told = _document()
    schemas = told["components"]["schemas"]
    found = _groups(told).get(noun)
    if found is None:
        raise NotFound
    return render_template(
        "reference/about.html",
        noun=noun,
        operations=[_told(*one) for one in found],
        shapes=[_shape(name, schemas[name]) for name in sorted(_reached(found, schemas))],
    )


def _groups(told: Mapping[str, Any]) -> dict[str, list[_Operation]]:
    """The operations by what they are about, in the order of the document."""
    groups: dict[str, list[_Operation]] = defaultdict(list)
    for path, verbs in told["paths"].items():
        for verb, operation in verbs.items():
            groups[operation["tags"][0]].append((path, verb, operation))
    return groups


def _reached(told: Iterable[Any], schemas: Mapping[str, Any]) -> set[str]:
    """The names of the shapes that something names, and of those that these lead to."""
    reached: set[str] = set()
    waiting = list(told)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            name = str(one.get("$ref", "")).removeprefix(_REF)
            if name in schemas and name not in reached:
                reached.add(name)
                waiting.append(schemas[name])
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)
    return reached


def _document() -> Mapping[str, Any]:
    """Made once: nothing in it changes while the process serves."""
    if _EXTENSION not in current_app.extensions:
        server = f"{current_app.config['REGISTRY_BASE_URL'].rstrip('/')}{PREFIX}"
        current_app.extensions[_EXTENSION] = document(current_app, PREFIX, server=server)
    found: Mapping[str, Any] = current_app.extensions[_EXTENSION]
    return found


def _told(path: str, verb: str, operation: Mapping[str, Any]) -> Told:
    content = operation.get("requestBody", {}).get("content", {})
    examples = [each["example"] for each in content.values() if "example" in each]
    answers = {status: each for status, each in operation["responses"].items() if "$ref" not in each}
    return Told(
        operation["operationId"],
        verb.upper(),
        path,
        operation["summary"].replace("`", ""),
        operation.get("description", "").replace("`", ""),
        [scope for each in operation["security"] for scope in each["token"]],
        [
            _field(each["name"], each["schema"], each["description"], required=each.get("required", False))
            for each in operation["parameters"]
        ],
        [_field(media, each["schema"]) for media, each in content.items()],
        json.dumps(examples[0], indent=2) if examples else "",
        list(_answers(answers)),
        [status for status in operation["responses"] if status not in answers],
    )


def _answers(answers: Mapping[str, Any]) -> Iterator[Field]:
    for status, answer in answers.items():
        if "content" not in answer:
            yield Field(status, "nothing", None, required=False, says=answer["description"])
        for media, each in answer.get("content", {}).items():
            found = _field(status, each["schema"])
            yield Field(status, found.kind, found.shape, required=False, says=media)


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    required = schema.get("required", ())
    fields = [
        _field(each, told, told.get("description", ""), required=each in required)
        for each, told in schema.get("properties", {}).items()
    ]
    return Shape(name, schema.get("description", "").replace("`", ""), fields)


def _field(name: str, schema: Mapping[str, Any], says: str = "", *, required: bool = True) -> Field:
    kind, shape = _kind(schema)
    return Field(name, kind, shape, required, says.replace("`", ""))


def _kind(schema: Mapping[str, Any]) -> tuple[str, str | None]:
    """What a schema asks for in words, and the shape it leads to."""
    if ref := schema.get("$ref"):
        name = ref.removeprefix(_REF)
        return name, name
    for choice in ("anyOf", "allOf"):
        if choice in schema:
            kinds = [_kind(each) for each in schema[choice]]
            shape = next((found for _, found in kinds if found), None)
            return (" or " if choice == "anyOf" else " with ").join(kind for kind, _ in kinds), shape
    if "enum" in schema:
        return "one of " + ", ".join(str(each) for each in schema["enum"]), None
    if schema.get("type") == "array":
        kind, shape = _kind(schema.get("items", {}))
        return f"list of {kind}", shape
    if schema.get("type") == "object" and isinstance(more := schema.get("additionalProperties"), dict):
        kind, shape = _kind(more)
        return f"object of {kind} by name", shape
    plain = {"date-time": "instant", "date": "day"}.get(
        schema.get("format", ""), schema.get("type", "anything")
    )
    bounds = [schema.get(bound) for bound in ("minimum", "maximum")]
    if None not in bounds:
        plain += f" from {bounds[0]:,} to {bounds[1]:,}"
    if "contentMediaType" in schema:
        plain = "bytes"
    return str(plain), None
