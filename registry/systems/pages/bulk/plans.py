"""What each task does to one system: the differences in words, and the same action that a single edit calls.

A plan gathers what it needs for all systems in a fixed number of statements. Permission and every rule are the
action's to judge: a plan decides nothing that a single edit would not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Protocol

from registry.annotations import queries as annotations
from registry.annotations.actions import retag
from registry.annotations.rules.tags import folded
from registry.kernel import clock
from registry.kernel.actor import Permission, Seat
from registry.ownership import actions as ownership_actions
from registry.ownership import queries as ownership
from registry.ownership.rules import SEAT_SAID
from registry.people import queries as people
from registry.people.rules import same_email
from registry.systems import actions, queries
from registry.systems.forms.bulk import FieldsForm, HandOverForm, SeatForm, TagsForm
from registry.systems.models import System
from registry.systems.rules.bulk import FIELDS, Change, Task
from registry.web.flask_app import actor, session


class Plan(Protocol):
    """What a task does to one system."""

    def changes(self, system: System) -> Sequence[Change]:
        """What would read differently afterwards."""

    def objections(self, system: System) -> Sequence[str]:
        """What stands against it before the action is even asked, such as an address nobody has."""

    def carry_out(self, system: System, version: int) -> None:
        """Do it, by the action of a single edit. Raises Refusal, having changed nothing."""


class FieldsPlan:
    """Set fields of the record."""

    def __init__(self, form: FieldsForm, systems: Sequence[System]) -> None:
        self.values = form.values | form.emptied
        self.units = people.unit_paths(session())
        # Held so that the action finds the unit at hand, instead of asking for it anew with each system.
        self.unit_rows = people.units(session())

    def changes(self, system: System) -> Sequence[Change]:
        return [
            Change(FIELDS[name], self._said(name, getattr(system, name)), self._said(name, value))
            for name, value in self.values.items()
            if getattr(system, name) != value
        ]

    def _said(self, name: str, value: Any) -> str:
        if name == "unit_id":
            return self.units.get(value, "")
        if name == "visibility":
            return "Restricted" if value == "restricted" else "Everybody in the company"
        return str(getattr(value, "said", value)) if isinstance(value, StrEnum) else value or ""

    def objections(self, system: System) -> Sequence[str]:
        return ()

    def carry_out(self, system: System, version: int) -> None:
        facts = replace(queries.facts_of(system), **self.values)
        actions.edit(session(), actor(), system, facts, version=version)


class TagsPlan:
    """Add tags and take tags off."""

    def __init__(self, form: TagsForm, systems: Sequence[System]) -> None:
        self.add, self.remove = form.names
        self.held = annotations.tags_of(session(), [system.id or 0 for system in systems])
        # A tag known in other capitals keeps its own.
        known = annotations.tags_named(session(), self.add)
        self.spelt = {folded(name): name for name in self.add} | {key: tag.name for key, tag in known.items()}

    def changes(self, system: System) -> Sequence[Change]:
        held = {tag.folded: tag.name for tag in self.held.get(system.id or 0, ())}
        added = [said for name, said in self.spelt.items() if name not in held]
        gone = [held[name] for name in map(folded, self.remove) if name in held]
        told = (("Tags added", "", ", ".join(added)), ("Tags taken off", ", ".join(gone), ""))
        return [Change(*each) for each in told if any(each[1:])]

    def objections(self, system: System) -> Sequence[str]:
        return ()

    def carry_out(self, system: System, version: int) -> None:
        retag(session(), actor(), system.id or 0, add=self.add, remove=self.remove)


class HandOverPlan:
    """Offer the accountable seat; each recipient accepts or declines for themselves."""

    def __init__(self, form: HandOverForm, systems: Sequence[System], beside: Mapping[str, str]) -> None:
        self.reason, self.to_id = form.reason.data or "", form.to_id.data
        self.beside = {key: same_email(email) for key, email in beside.items()}
        self.known = people.people_by_email(session(), set(self.beside.values()))
        self.owners = ownership.owners_of(session(), [system.id or 0 for system in systems])
        named = {number for number in (self.to_id, *self.known.values()) if number}
        self.names = {number: person.name for number, person in people.people_by_id(session(), named).items()}

    def _recipient(self, system: System) -> int | None:
        email = self.beside.get(system.key)
        return self.to_id if email is None else self.known.get(email)

    def changes(self, system: System) -> Sequence[Change]:
        to_id, held = self._recipient(system), self.owners.get(system.id or 0)
        before = held.name if held else ""
        if to_id is None or (held and held.assignment.person_id == to_id):
            return ()
        name = self.names.get(to_id, "")
        return [Change(SEAT_SAID[Seat.OWNER][0], before, f"{name}, once they accept", asks=name)]

    def objections(self, system: System) -> Sequence[str]:
        email = self.beside.get(system.key)
        if email is not None and email not in self.known:
            return [f"Nobody in the directory has the address {email}."]
        return ["Nobody is named for this system."] if self._recipient(system) is None else ()

    def carry_out(self, system: System, version: int) -> None:
        ownership_actions.offer_handover(
            session(), actor(), system.id or 0, self._recipient(system), self.reason
        )


class SeatPlan:
    """Put a person or a team in one seat."""

    def __init__(self, form: SeatForm, systems: Sequence[System]) -> None:
        self.seat: Seat = form.seat.data
        self.person_id, self.team_id = form.person_id.data, form.team_id.data
        self.reason = form.reason.data or ""
        self.held = ownership.held_on_many(session(), [system.id or 0 for system in systems])
        chosen = {str(one.value): str(one.label) for one in form.person_id.choices or ()}
        teams = {str(one.value): str(one.label) for one in form.team_id.choices or ()}
        self.name = chosen[str(self.person_id)] if self.person_id else teams.get(str(self.team_id), "")

    def changes(self, system: System) -> Sequence[Change]:
        here = [each for each in self.held.get(system.id or 0, ()) if each.assignment.seat is self.seat]
        holders = {(each.assignment.person_id, each.assignment.team_id) for each in here}
        if (self.person_id, self.team_id) in holders:
            return ()
        names = [each.name for each in here]
        return [Change(SEAT_SAID[self.seat][0], ", ".join(names), ", ".join([*names, self.name]))]

    def objections(self, system: System) -> Sequence[str]:
        return ()

    def carry_out(self, system: System, version: int) -> None:
        ownership_actions.fill_seat(
            session(),
            actor(),
            system.id or 0,
            self.seat,
            person_id=self.person_id,
            team_id=self.team_id,
            reason=self.reason,
        )


PERMISSIONS: Mapping[Task, Permission] = {
    Task.FIELDS: Permission.SYSTEM_EDIT,
    Task.TAGS: Permission.SYSTEM_TAG,
    Task.HAND_OVER: Permission.HANDOVER_OFFER,
    Task.SEAT: Permission.SEAT_FILL,
}


def known_people() -> dict[int, str]:
    """Those who can be named, by number, leavers marked."""
    return people.people_to_choose(session(), clock.today())
