"""document(): the OpenAPI 3.1 document of the JSON API, made of the views themselves: routes, docstrings, permissions, shapes."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from flask import Flask
from pydantic import TypeAdapter
from werkzeug.routing import Rule

from registry.kernel.actor import GRANTS, Permission
from registry.kernel.scopes import SCOPES
from registry.repeats.rules import LONGEST_KEY
from registry.web import doors
from registry.web.describing import FORM, JSON, Asked, Description, RefusalOut, description_of
from registry.web.narrowing import PARAMETER
from registry.web.repeating import AGAIN, HEADER

PREFIX: Final = "/api/v1"
PROBLEM: Final = "application/problem+json"
_SCHEMAS: Final = "#/components/schemas/{model}"
_VARIABLE: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
_OF_FEATURE: Final = re.compile(r"registry__([a-z_]+?)__(?:[a-z_]+?__)*([A-Z]\w*)")
_PAGE_OF: Final = re.compile(r"\bPage_([A-Za-z]+)_")
_BYTES: Final = {"type": "string", "contentMediaType": "application/octet-stream"}
_VERBS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What a program can be refused with, and what it should make of it.
REFUSALS: Final[Mapping[int, str]] = {
    400: "The request cannot be read.",
    401: "There is no token, or it is unknown, revoked or expired.",
    403: "The token's scopes do not reach this, or its person may not do it.",
    404: "There is nothing here, or nothing the token's person may know of.",
    409: "It changed meanwhile, or contradicts what is there: read it again. Where it says `Retry-After`, the very same request is "
    "being made at this moment: send it again for its answer.",
    413: "The body is larger than this address takes.",
    415: "The body is of a kind this address does not take.",
    422: "Something needs mending; `problems` names each field.",
    428: "Send If-Match with the ETag of what was read.",
    429: "Too much was asked from there, or is being made. Ask again after the seconds in `Retry-After`.",
    503: "Not to be had just now. Where it says `Retry-After`, ask again after so many seconds.",
    507: "There is no room left where the registry writes; nothing was kept.",
}
_SOURCE: Final = ("The public id of the source.", {"type": "string", "examples": ["DS-0007"]})
_PATH_SAYS: Final = {
    "key": ("The public id of the system.", {"type": "string", "examples": ["AI-0042"]}),
    "label": ("The label of the version, percent-encoded.", {"type": "string", "examples": ["2.1"]}),
    "attribute": (
        "What people are grouped by, as the counts name it, percent-encoded.",
        {"type": "string", "examples": ["sex"]},
    ),
    "slug": ("The short name of the metric.", {"type": "string", "examples": ["accuracy"]}),
    "pack_id": ("The id of the framework.", {"type": "string", "examples": ["iso-42001"]}),
    "number": ("The number of the record.", {"type": "integer", "minimum": 0, "maximum": 999_999_999}),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address: its template, the view behind it, and what that says of itself."""

    path: str
    verb: str
    rule: Rule
    permission: Permission | None
    told: Description
    says: str

    @property
    def id(self) -> str:
        """Its name, the same in every release."""
        return str(self.rule.endpoint).replace("_api.", ".").replace(".", "_")

    @property
    def scopes(self) -> tuple[str, ...]:
        """The token scopes that reach it, any one of them; none where it needs no token."""
        return tuple(sorted(GRANTS[self.permission].scopes)) if self.permission else ()

    @property
    def refusals(self) -> tuple[int, ...]:
        """The statuses it may refuse with."""
        found = {*self.told.refuses, *((401, 403, 429) if self.permission else ())}
        found |= {404} if self.rule.arguments else set()
        found |= {422} if self.told.query or self.told.bodies or self.told.takes_key(self.verb) else set()
        found |= {400} if self.told.fields(self.verb) else set()
        if self.verb != "GET":
            found |= {400, 409, 413, 507}
        if self.told.bodies:
            found |= {415}
        return tuple(sorted(found | ({428} if self.told.if_match else set())))


def operations(app: Flask, prefix: str) -> Iterator[Operation]:
    """Every operation under `prefix`, by address and method."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(f"{prefix}/")]
    for rule in sorted(rules, key=lambda one: (one.rule, one.endpoint)):
        view = app.view_functions[rule.endpoint]
        told = description_of(view)
        if told is None:
            continue
        path = _VARIABLE.sub(r"{\2}", rule.rule.removeprefix(prefix))
        for verb in _VERBS:
            if verb in (rule.methods or ()):
                yield Operation(path, verb, rule, doors.permission_of(view), told, inspect.getdoc(view) or "")


def document(app: Flask, prefix: str, *, server: str) -> dict[str, Any]:
    """The whole document. `server` is the address under which `prefix` is served."""
    found = list(operations(app, prefix))
    shapes, components = _shapes(found)
    _add_files(found, shapes, components)
    paths: dict[str, dict[str, Any]] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.verb.lower()] = _operation(one, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "AI Registry", "version": prefix.rpartition("/")[2], "description": _ABOUT},
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {str(status): _refusal(says, shapes) for status, says in REFUSALS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": _scopes()}},
        },
    }


_ABOUT: Final = (
    "Lists come by page: `limit`, and `next` of the answer as `cursor` of the request that follows. Refusals are "
    "`application/problem+json`. JSON is read strictly: no NaN, no key twice, no unknown field, 32 levels at most. "
    "Every address that reads can be asked for as of a past day: put `/as-of/2026-10-01` before its path; it then also "
    "answers 404 where nothing was recorded by that day, and 503 with `Retry-After` while that day is laid out. "
    "A POST that takes no `Idempotency-Key` brings keys of its own: what came before is not taken in again. "
    "Fields may be added to answers at any time; none is taken away or changes its meaning within `v1`."
)


def _scopes() -> str:
    return "A token from the page My account. Its scopes: " + " ".join(
        f"`{name}`: {says}" for name, says in SCOPES.items()
    )


def _shapes(found: list[Operation]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of every shape by its name as Python writes it, and the components they refer to."""
    known = {repr(RefusalOut): RefusalOut}
    for one in found:
        for shape in (*one.told.answers.values(), *one.told.bodies.values()):
            if shape is not None and not isinstance(shape, dict):
                known[repr(shape)] = shape
    inputs: list[Any] = [(name, "validation", TypeAdapter(shape)) for name, shape in known.items()]
    schemas, whole = TypeAdapter.json_schemas(inputs, ref_template=_SCHEMAS)
    found_shapes = {name: schema for (name, _), schema in schemas.items()}
    shapes, components = json.loads(_named(json.dumps([found_shapes, whole.get("$defs", {})])))
    return shapes, components


def _named(text: str) -> str:
    """The shapes by names for people: pydantic puts the module before a name there is twice, and marks what a page is of."""
    text = _OF_FEATURE.sub(lambda found: found[1].title().replace("_", "") + found[2], text)
    return _PAGE_OF.sub(r"PageOf\1", text)


def _add_files(
    found: list[Operation], shapes: Mapping[str, Any], components: Mapping[str, dict[str, Any]]
) -> None:
    """The file that stands in a form beside the fields of its shape."""
    forms = [one.told.bodies[FORM] for one in found if FORM in one.told.bodies]
    for name in {_shape(each, shapes)["$ref"].rpartition("/")[2] for each in forms}:
        whole = components[name]
        whole["properties"]["file"] = {"type": "string", "contentMediaType": "application/octet-stream"}
        whole["required"] = [*whole.get("required", ()), "file"]


def _shape(shape: Any, shapes: Mapping[str, Any]) -> dict[str, Any]:
    if shape is None:
        return dict(_BYTES)
    return shape if isinstance(shape, dict) else shapes[repr(shape)]


def _operation(one: Operation, shapes: Mapping[str, Any]) -> dict[str, Any]:
    summary, _, rest = one.says.partition("\n\n")
    told: dict[str, Any] = {"operationId": one.id, "summary": " ".join(summary.split())}
    if rest:
        told["description"] = " ".join(rest.split())
    told["tags"] = [_tag(one.path)]
    told["security"] = [{"token": [scope]} for scope in one.scopes]
    told["parameters"] = [
        *(_in_path(name, one.path) for _, name in _VARIABLE.findall(one.rule.rule)),
        *(_in_query(asked) for asked in one.told.query),
        *([_IF_MATCH] if one.told.if_match else []),
        *([_PACKED] if one.told.packed else []),
        *([_REPEAT] if one.told.takes_key(one.verb) else []),
        *([_only(one)] if one.told.fields(one.verb) else []),
    ]
    if one.told.bodies:
        told["requestBody"] = {
            "required": True,
            "content": {
                media: _content(one, media, shape, shapes) for media, shape in one.told.bodies.items()
            },
        }
    answers = {str(status): _answer(one, status, shapes) for status in one.told.answers}
    refusals = {str(status): {"$ref": f"#/components/responses/{status}"} for status in one.refusals}
    return told | {"responses": answers | refusals}


def _content(one: Operation, media: str, shape: Any, shapes: Mapping[str, Any]) -> dict[str, Any]:
    schema = _shape(shape, shapes)
    content: dict[str, Any] = {"schema": schema}
    if one.told.example is not None and media == JSON:
        content["example"] = one.told.example
    return content


def _other(media: str) -> dict[str, Any]:
    return {"type": "object"} if media.endswith(("json", "yaml")) else dict(_BYTES)


def _answer(one: Operation, status: int, shapes: Mapping[str, Any]) -> dict[str, Any]:
    schema = _shape(one.told.answers[status], shapes)
    if status == 200 and one.told.fields(one.verb):
        schema = {"anyOf": [schema, dict(_SOME_OF_PAGE if one.told.is_page else _SOME)]}
    content = {media: {"schema": schema if media == JSON else _other(media)} for media in one.told.media}
    return {"description": HTTPStatus(status).phrase, **({"content": content} if status != 304 else {})}


def _refusal(says: str, shapes: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": says, "content": {PROBLEM: {"schema": shapes[repr(RefusalOut)]}}}


def _in_path(name: str, path: str) -> dict[str, Any]:
    says, schema = _SOURCE if path.startswith("/data-sources/") and name == "key" else _PATH_SAYS[name]
    return {"name": name, "in": "path", "required": True, "description": says, "schema": schema}


def _in_query(asked: Asked) -> dict[str, Any]:
    return {"name": asked.name, "in": "query", "description": asked.says, "schema": asked.schema}


_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of what was read. 428 without it, 409 where something else stands there now.",
    "schema": {"type": "string"},
}
_PACKED: Final = {
    "name": "Content-Encoding",
    "in": "header",
    "description": "`gzip` where the body is packed.",
    "schema": {"type": "string", "enum": ["gzip", "identity"]},
}


_REPEAT: Final = {
    "name": HEADER,
    "in": "header",
    "description": "A text of your own for this one request, such as a UUID. Sent again under it within 30 days, the request is not "
    f"done again but answered as it was, with `{AGAIN}: true`; 422 where another request came under it, 409 while it is being done.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
}


def _only(one: Operation) -> dict[str, Any]:
    """The parameter that narrows an answer to some of its fields."""
    which = "each item" if one.told.is_page else "the answer"
    return {
        "name": PARAMETER,
        "in": "query",
        "description": f"Only these fields of {which}, with commas between them.",
        "style": "form",
        "explode": False,
        "schema": {"type": "array", "items": {"type": "string", "enum": [*one.told.fields(one.verb)]}},
    }


_SOME: Final = {"type": "object", "description": "Only the fields that were asked for."}
_SOME_OF_PAGE: Final = {
    "type": "object",
    "description": "A page with only the fields that were asked for.",
    "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "next": {"type": ["string", "null"]},
    },
    "required": ["items", "next"],
}


def _tag(path: str) -> str:
    """What it is about: the noun under a system, or the first of its path."""
    parts = [part for part in path.split("/") if part and not part.startswith("{")]
    return (parts[1] if parts[0] == "systems" and len(parts) > 1 else parts[0]).removesuffix(".json")
