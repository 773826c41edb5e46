"""From the words of a file to the facts that the rules of each feature read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from registry.declarations.rules.fields import BOUNDS, DEPENDENCY, METRIC, OBJECTIVE, SYSTEM, Field, Spelled
from registry.systems.rules.record import Link

_IN_FILES: Final[Mapping[str, str]] = {
    each.facts_name: each.name
    for fields in (SYSTEM, OBJECTIVE, BOUNDS, METRIC, DEPENDENCY)
    for each in fields
} | {"other": "system", "freshness": "freshness_minutes"}


def facts_in(
    fields: Sequence[Field], told: Mapping[str, Any], people: Mapping[str, int], prefix: str = ""
) -> dict[str, Any]:
    """What is stated, by the names of the facts; what is not stated is left out. `people` are numbers by address."""
    return {
        each.facts_name: _fact(each, told[prefix + each.name], people)
        for each in fields
        if prefix + each.name in told
    }


def in_file(field: str) -> str:
    """The name in a file of a field that a rule objects to."""
    return _IN_FILES.get(field, field)


def _fact(what: Field, value: Any, people: Mapping[str, int]) -> Any:
    if value is None:
        return None
    if what.spelled is Spelled.EMAIL:
        return people[value]
    if what.spelled is Spelled.LINKS:
        return tuple(Link(label, url) for label, url in value)
    return what.words(value) if what.words else value
