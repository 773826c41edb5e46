"""The JSON Schema of a file, for editors that help while one types: made of the same table that files are read by."""

from collections.abc import Sequence
from typing import Any, Final

from registry.declarations.rules.declared import FORM, MOST_ITEMS
from registry.declarations.rules.fields import ID_LIMIT, LISTS, PARTS, SYSTEM, Field, Listed, Spelled
from registry.systems.rules.record import limit_of

_NUMBER: Final = r"^-?\d{1,16}(\.\d{1,12})?$"
_SPELLED: Final[dict[Spelled, dict[str, Any]]] = {
    Spelled.LINE: {"type": "string"},
    Spelled.TEXT: {"type": "string", "description": "Markdown."},
    Spelled.COUNT: {"type": "integer", "minimum": 0},
    Spelled.NUMBER: {"anyOf": [{"type": "number"}, {"type": "string", "pattern": _NUMBER}]},
    # Editors that read YAML 1.1 take a day that is not quoted for a date, others for a text.
    Spelled.DAY: {"type": "string", "format": "date"},
    Spelled.EMAIL: {"type": "string", "format": "email"},
    Spelled.UNIT: {"type": "string", "description": "A unit by its path, such as Group / Claims."},
    Spelled.WORDS: {"type": "array", "items": {"type": "string"}},
    Spelled.LINKS: {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"label": {"type": "string"}, "url": {"type": "string", "format": "uri"}},
            "required": ["label", "url"],
            "additionalProperties": False,
        },
    },
}


PATH: Final = f"/schemas/registry-{FORM}.json"


def schema(base_url: str) -> dict[str, Any]:
    """The schema of one document, in JSON Schema 2020-12, as the registry at this address publishes it."""
    head = {
        "registry": {"const": int(FORM), "description": "The form this file is written in."},
        "id": {
            "type": "string",
            "pattern": f"^[a-z][a-z0-9-]{{0,{ID_LIMIT - 1}}}$",
            "description": "Your own name for the system. It stays.",
        },
        "key": {
            "type": "string",
            "pattern": r"^AI-\d{1,9}$",
            "description": "Which system of the register this is, where it is there already.",
        },
        "owner": {
            "type": "string",
            "format": "email",
            "description": "Who answers for it once it is registered. Afterwards the seat passes on by offer and acceptance.",
        },
    }
    parts = {name: _object(fields, ()) for name, fields in PARTS.items()}
    lists = {name: _list(what) for name, what in LISTS.items()}
    whole = _object(SYSTEM, ("registry", "id"))
    for each in SYSTEM:
        if each.spelled in (Spelled.LINE, Spelled.TEXT):
            whole["properties"][each.name]["maxLength"] = limit_of(each.name)
    whole["properties"] = head | whole["properties"] | parts | lists
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base_url.rstrip('/')}{PATH}",
        "title": "A system of the AI registry as a file",
        **whole,
    }


def _object(fields: Sequence[Field], required: Sequence[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "properties": {each.name: _field(each) for each in fields}}
    return made | ({"required": list(required)} if required else {}) | {"additionalProperties": False}


def _field(what: Field) -> dict[str, Any]:
    return {"enum": list(what.choices)} if what.choices else dict(_SPELLED[what.spelled])


def _list(what: Listed) -> dict[str, Any]:
    needed = [each.name for each in what.named_by if each.name not in what.optional]
    if what.is_plain:
        return {"type": "array", "maxItems": MOST_ITEMS, "items": _field(what.named_by[0])}
    things = _object((*what.named_by, *what.fields), needed)
    return {"type": "array", "maxItems": MOST_ITEMS, "items": things}
