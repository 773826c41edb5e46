"""The fields a column may be mapped to, and how each is read."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.kernel.prose import MOST_CHARACTERS
from registry.people.rules import NAME_LIMIT as PERSON_LIMIT
from registry.systems.rules.record import LINE_LIMIT, NAME_LIMIT

TAG_LIMIT: Final = 80
REGISTRY_ID: Final = "registry_id"
"""The field that says which system of this register a row is about."""


class Reader(StrEnum):
    """How a cell becomes the value of a field."""

    LINE = "line"
    LIST_LINE = "list_line"
    PROSE = "prose"
    WORD = "word"
    DATE = "date"
    LINKS = "links"
    TAGS = "tags"
    COUNT = "count"
    EMAIL = "email"
    ID = "id"


TARGETS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        REGISTRY_ID: Reader.ID,
        "name": Reader.LINE,
        "summary": Reader.PROSE,
        "description": Reader.PROSE,
        "kind": Reader.WORD,
        "technique": Reader.LIST_LINE,
        "modality": Reader.LIST_LINE,
        "stage": Reader.WORD,
        "intended_use": Reader.PROSE,
        "users": Reader.PROSE,
        "affected_people": Reader.PROSE,
        "affected_count": Reader.COUNT,
        "out_of_scope": Reader.PROSE,
        "autonomy": Reader.WORD,
        "volume_per_day": Reader.COUNT,
        "vendor_name": Reader.LINE,
        "vendor_contract": Reader.LINE,
        "vendor_data_access": Reader.PROSE,
        "vendor_exit": Reader.PROSE,
        "deployed_where": Reader.LINE,
        "regions": Reader.LIST_LINE,
        "legal_roles": Reader.PROSE,
        "in_service_on": Reader.DATE,
        "retired_on": Reader.DATE,
        "links": Reader.LINKS,
        "known_limitations": Reader.PROSE,
        "complaints_contact": Reader.LINE,
        "oversight_plan": Reader.PROSE,
        "owner_name": Reader.LINE,
        "owner_email": Reader.EMAIL,
        "tags": Reader.TAGS,
        "objective_problem": Reader.PROSE,
        "objective_outputs": Reader.PROSE,
    }
)
# Fields that take what every one of their columns says, not the first that says anything.
GATHERED: Final = frozenset({"links", "tags"})
# Other words people use for a field in a map file.
ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {"out_of_scope_uses": "out_of_scope", "limitations": "known_limitations", "vendor": "vendor_name"}
    | {"objective": "objective_problem", "outputs": "objective_outputs", "contact": "complaints_contact"}
)
PURPOSES: Final = frozenset({"training", "validation", "test", "operational_input", "feedback"})
_SHORTER: Final[Mapping[str, int]] = MappingProxyType({"name": NAME_LIMIT, "owner_name": PERSON_LIMIT})


def limit_of_target(target: str) -> int:
    """How many characters a mapped text may have."""
    if target in _SHORTER:
        return _SHORTER[target]
    return MOST_CHARACTERS if TARGETS[target] is Reader.PROSE else LINE_LIMIT
