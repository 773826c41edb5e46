"""Put the system that a model card describes on the register, with its objective, its data and the notes made of the rest."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sqlmodel import Session

from registry.annotations.models import Note
from registry.audit.actions import record
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource
from registry.data_sources.queries import sources_named
from registry.data_sources.rules.sources import Purpose, SourceFacts, Stated, name_key
from registry.interchange.rules.cards.shapes import CardDraft, CardSource
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.events import Event
from registry.objectives import actions as objectives
from registry.objectives.rules.objective import ObjectiveFacts
from registry.ownership.actions import seat_first_owner
from registry.people.queries import is_active_person, unit_exists
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.rules import record as rules
from registry.systems.rules.record import Registration, Visibility

_NOBODY_HERE: Final = Problem("owner_id", "Name somebody who is here to answer for the system.")


def register_card(session: Session, actor: Actor, draft: CardDraft, registration: Registration) -> System:
    """Register what the card describes at stage *proposed*, under the name, unit and owner of `registration`.

    The owner has accepted where they import it themselves, else they are asked to confirm. Values the card states are
    in notes and never become readings. Data the catalogue does not know are added to it as that owner's; of a
    restricted system, whose name they might give away, they stand in a note. Raises RuleBroken.
    """
    require(actor, Permission.SYSTEM_REGISTER)
    facts = systems.tidy(
        replace(
            draft.facts,
            name=registration.name,
            summary=registration.summary,
            unit_id=registration.unit_id,
            visibility=registration.visibility,
        )
    )
    here = is_active_person(session, registration.owner_id, clock.today())
    refuse_if(
        [
            *rules.problems_with(facts),
            *([] if here else [_NOBODY_HERE]),
            *_unit_problems(session, registration.unit_id),
        ]
    )
    system = systems.add_row(session, actor, facts)
    number, own = system.id or 0, registration.owner_id == actor.person_id
    at = system.registered_at
    owner_id = registration.owner_id or 0
    seat_first_owner(session, number, owner_id, accepted=own, to_be_confirmed=not own, at=at)
    if draft.objective != ObjectiveFacts():
        objectives.objective_row(session, number, draft.objective)
    open_to_all = registration.visibility is Visibility.COMPANY
    beside = list(_name_data(session, number, owner_id, draft.sources if open_to_all else ()))
    untold = beside if open_to_all else [_told(each) for each in draft.sources]
    for body in (*draft.notes, *_note_on_data(untold)):
        session.add(Note(system_id=number, author_id=actor.person_id, body=body, written_at=clock.now()))
    note = {"file": draft.file_name, "format": draft.format}
    record(session, actor, Event.SYSTEM_IMPORTED, system, system_id=number, note=note)
    return system


def _unit_problems(session: Session, unit_id: int | None) -> list[Problem]:
    if unit_id is None or unit_exists(session, unit_id):
        return []
    return [Problem("unit_id", "There is no such unit.")]


def _name_data(session: Session, number: int, owner_id: int, named: tuple[CardSource, ...]) -> Iterator[str]:
    """Say which sources the system uses; yields what is not said in the catalogue and so has to stand in a note."""
    known = sources_named(session, [each.name for each in named])
    used: set[tuple[str, Purpose]] = set()
    for each in named:
        key = name_key(each.name)
        source = known.get(key)
        if source is not None and source.retired_at is not None:
            yield f"{_told(each)} (retired in the catalogue)"
            continue
        if source is None:
            source = known[key] = _added(session, owner_id, each)
        elif each.description and source.description != each.description:
            # The catalogue is everybody's: what one card says of a source there changes nothing in it.
            yield _told(each)
        if (key, each.purpose) not in used:
            used.add((key, each.purpose))
            data_sources.use_row(session, number, source, each.purpose)


def _added(session: Session, owner_id: int, each: CardSource) -> DataSource:
    personal = Stated.YES if each.is_personal else Stated.UNKNOWN
    facts = SourceFacts(each.name, each.description, owner_id, personal_data=personal)
    return data_sources.source_row(session, facts)


def _told(each: CardSource) -> str:
    return f"{each.name}: {each.description}" if each.description else each.name


def _note_on_data(lines: list[str]) -> list[str]:
    if not lines:
        return []
    listed = "\n".join(f"- {' '.join(line.split())[:500]}" for line in lines)
    return [f"### Data the card names\n\n{listed}"]
