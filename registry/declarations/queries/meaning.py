"""What a file means in this register: people by address, units by path, sources and systems by id or name."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlmodel import Session

from registry.data_sources.models import DataSource
from registry.data_sources.queries import source_meant
from registry.declarations.queries.files import by_name
from registry.declarations.rules.declared import Declared, Item
from registry.declarations.rules.fields import LISTS, Spelled, Value
from registry.declarations.rules.plan import Standing
from registry.declarations.rules.things import name_of
from registry.kernel.actor import Actor
from registry.kernel.errors import Problem
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.people.queries import people_by_email, unit_index, unit_paths
from registry.people.rules.unit_paths import path_of
from registry.systems.models import System
from registry.systems.queries import by_numbers


@dataclass(frozen=True, slots=True)
class Meant:
    """A document as the register understands it: what it states, with what it names found.

    `sources` and `others` (None for a service) are told by the names of the things that name them, `places` says
    which of its list each thing is.
    """

    declared: Declared
    standing: Standing
    unit_id: int | None = None
    people: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, DataSource] = field(default_factory=dict)
    others: Mapping[str, System | None] = field(default_factory=dict)
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)


def meant(
    session: Session, actor: Actor, declared: Declared, own: Mapping[str, System], new: Collection[str] = ()
) -> tuple[Meant, list[Problem]]:
    """What a document means, and every objection to what it names. `own` are systems by the ids of files applied together,
    `new` those ids of which the system was registered only now.
    """
    return _Finder(session, actor, declared, own, new).found()


class _Finder:
    def __init__(
        self,
        session: Session,
        actor: Actor,
        declared: Declared,
        own: Mapping[str, System],
        new: Collection[str],
    ) -> None:
        self.session, self.actor, self.declared = session, actor, declared
        self.own, self.new = own, new
        self.problems: list[Problem] = []
        self.people: dict[str, int] = {}
        self.sources: dict[str, DataSource] = {}
        self.others: dict[str, System | None] = {}
        self.places: dict[tuple[str, str], int] = {}

    def refuse(self, name: str, says: str) -> None:
        self.problems.append(self.declared.problem(name, says))

    def found(self) -> tuple[Meant, list[Problem]]:
        self._people()
        values, unit_id = dict(self.declared.values), None
        if values.get("unit"):
            unit_id, values["unit"] = self._unit(str(values["unit"]))
        items = {kind: dict(self._things(kind)) for kind in self.declared.items}
        found = Meant(
            self.declared,
            Standing(values, items),
            unit_id,
            self.people,
            self.sources,
            self.others,
            self.places,
        )
        return found, self.problems

    def _people(self) -> None:
        named = {"owner": self.declared.owner} if self.declared.owner else {}
        for kind, what in LISTS.items():
            emails = [each.name for each in what.fields if each.spelled is Spelled.EMAIL]
            for place, thing in enumerate(self.declared.items.get(kind, ())):
                named |= {f"{kind}.{place}.{each}": str(thing[each]) for each in emails if thing.get(each)}
        self.people = people_by_email(self.session, set(named.values()))
        for name, email in named.items():
            if email not in self.people:
                self.refuse(name, f"Nobody here has the address {email}.")

    def _unit(self, text: str) -> tuple[int | None, Value]:
        found = unit_index(self.session).meant(path_of(text))
        if len(found) == 1:
            return found[0], unit_paths(self.session)[found[0]]
        says = (
            "There is no unit of this path."
            if not found
            else "Several units are called so; give the whole path."
        )
        self.refuse("unit", says)
        return None, text

    def _things(self, kind: str) -> Iterator[tuple[str, Item]]:
        for place, thing in enumerate(self.declared.items[kind]):
            told = self._thing(kind, f"{kind}.{place}", thing)
            if told is None:
                continue
            name = name_of(kind, told)
            if (kind, name) in self.places:
                self.refuse(f"{kind}.{place}", "This stands in the list already.")
            self.places[kind, name] = place
            yield name, told

    def _thing(self, kind: str, path: str, thing: Item) -> Item | None:
        """The thing with what it names as the register names it; None where that is not to be found."""
        if kind == "sources":
            source = source_meant(self.session, str(thing["source"]))
            if source is None:
                self.refuse(f"{path}.source", "The catalogue has no such source. Add it there first.")
                return None
            told = thing | {"source": source.key}
            self.sources[name_of(kind, told)] = source
            return told
        if kind == "dependencies":
            return self._dependency(path, thing)
        return thing

    def _dependency(self, path: str, thing: Item) -> Item | None:
        if bool(thing.get("system")) == bool(thing.get("service")):
            self.refuse(path, "Name one thing: a system by its id, or a service by its name.")
            return None
        if thing.get("service"):
            self.others[name_of("dependencies", thing)] = None
            return thing
        other = self._system(str(thing["system"]))
        if other is None:
            self.refuse(f"{path}.system", "There is no system of this id that you may see.")
            return None
        told = thing | {"system": self._name(other)}
        self.others[name_of("dependencies", told)] = other
        return told

    def _system(self, text: str) -> System | None:
        if text in self.own:
            return self.own[text]
        number = number_of(SYSTEM_PREFIX, text) or by_name(self.session, {text}).get(text)
        return by_numbers(self.session, self.actor, {number}).get(number) if number else None

    def _name(self, other: System) -> str:
        # The id of one that is new says the same in every plan of it; its number is had only once it is registered.
        return next((name for name in self.new if self.own[name].id == other.id), other.key)


def renamed(found: Standing, names: Mapping[str, str]) -> Standing:
    """The same, with other systems called by other names."""
    things = [dict(thing) for thing in found.items.get("dependencies", {}).values()]
    told = [
        one | {"system": names[str(one["system"])]} if one.get("system") in names else one for one in things
    ]
    if not told:
        return found
    return replace(
        found, items={**found.items, "dependencies": {name_of("dependencies", one): one for one in told}}
    )
