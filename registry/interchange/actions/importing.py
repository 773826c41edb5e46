"""Bring an inventory's rows onto the register: create, update, or leave as they are; each row ends in exactly one way."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice

from sqlmodel import Session

from registry.annotations import actions as annotations
from registry.annotations.rules.tags import folded
from registry.audit.actions import record
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource
from registry.data_sources.rules.sources import Purpose
from registry.interchange.actions.importer import Importer
from registry.interchange.actions.updating import update
from registry.interchange.models import SourceRecord
from registry.interchange.rules.drafts import Draft
from registry.interchange.rules.facts import plain_of, with_changes
from registry.interchange.rules.outcomes import Outcome
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event
from registry.kernel.rows import Ending, Tally
from registry.objectives import actions as objectives
from registry.objectives.rules.objective import ObjectiveFacts
from registry.ownership.actions import seat_first_owner
from registry.people import actions as people
from registry.people.models import Person
from registry.people.rules import PersonFacts
from registry.store.columns import Row
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.rules.record import SystemFacts

PLACEHOLDER = PersonFacts(
    "Owner to be found", "owner-to-be-found@registry.invalid", "Stands in until somebody takes over"
)
# So many rows of the file are stored together: a statement per row and table costs three times as much.
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Arriving:
    """A new system with its draft, its natural key, its sources, and every row its ledger entry tells of."""

    draft: Draft
    key: str
    system: System
    uses: list[tuple[DataSource, Purpose]]
    rows: list[Row]


def import_rows(
    session: Session,
    actor: Actor,
    *,
    file_name: str,
    steward: Person,
    outcomes: Sequence[Outcome],
    drafts: Iterable[Draft],
    tally: Tally,
    advance: Callable[[int], None],
    subject: Row | None = None,
) -> dict[int, int]:
    """Carry out what was planned for each row, in the caller's one transaction; the system each such row became.

    `drafts` are the rows again, in the same order, and `outcomes` what `plan` said of them. A system whose row names
    no person who is here belongs to the steward, as *owner to be confirmed*. `subject` is the import the closing
    ledger entry is about, where there is one.
    """
    require(actor, Permission.INVENTORY_IMPORT)
    importer = Importer(session, actor, file_name, steward)
    by_row = {outcome.row: outcome for outcome in outcomes}
    for some in _batches(drafts):
        planned = [(draft, by_row[draft.row]) for draft in some]
        importer.look_up_sources(one.name for draft in some for one in draft.data_sources)
        _create(importer, [(draft, end.key) for draft, end in planned if end.ending is Ending.CREATED])
        for draft, end in planned:
            if end.ending is Ending.UPDATED:
                update(importer, draft, end)
        advance(len(some))
    counted = {each.name: str(getattr(tally, each.name)) for each in fields(tally)}
    record(
        session,
        actor,
        Event.INVENTORY_IMPORTED,
        subject,
        subject_kind="inventory",
        note={"file": file_name, **counted},
    )
    return importer.became


def _batches(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    remaining = iter(drafts)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def _create(importer: Importer, drafts: Collection[tuple[Draft, str]]) -> None:
    """New systems, stored together, each with a ledger entry of its own."""
    session = importer.session
    # First the units, whose entries claim whatever is waiting; then what the others need the numbers of.
    units = [importer.unit_of(draft.unit) for draft, _ in drafts]
    arriving = [
        _arriving(importer, draft, key, unit) for (draft, key), unit in zip(drafts, units, strict=True)
    ]
    importer.look_up_tags(name for draft, _ in drafts for name in draft.tags)
    session.flush()
    for each in arriving:
        each.rows.extend(_parts(importer, each))
    session.flush()
    for each in arriving:
        system = each.system
        importer.became[each.draft.row] = system.id or 0
        record(session, importer.actor, Event.SYSTEM_IMPORTED, system, system_id=system.id, rows=each.rows)


def _arriving(importer: Importer, draft: Draft, key: str, unit_id: int) -> Arriving:
    facts = with_changes(SystemFacts(draft.name, draft.summary, unit_id), draft, before=None)
    system = systems.new_row(facts, draft.stage, importer.actor.person_id)
    importer.session.add(system)
    uses = importer.uses_of(draft, ())
    # A source that several new systems share is told of by the first of them.
    return Arriving(draft, key, system, uses, [system, *(source for source, _ in uses)])


def _parts(importer: Importer, arriving: Arriving) -> Iterator[Row]:
    """The rows under a new system."""
    session, draft, number = importer.session, arriving.draft, arriving.system.id or 0
    owner = importer.owners.meant(draft.owner_email, draft.owner_name) or importer.steward.id or 0
    yield seat_first_owner(
        session, number, owner, accepted=False, to_be_confirmed=True, at=arriving.system.registered_at
    )
    if draft.objective_problem:
        yield objectives.objective_row(session, number, ObjectiveFacts(problem=draft.objective_problem))
    # A new tag, as a new source, is told of by the first system that carries it.
    for tag in (importer.tags[folded(name)] for name in draft.tags):
        yield tag
        yield annotations.tagging_row(session, number, tag)
    for source, purpose in arriving.uses:
        yield data_sources.use_row(session, number, source, purpose)
    read = SourceRecord(
        system_id=number,
        profile=draft.profile,
        natural_key=arriving.key,
        row_digest=draft.digest,
        file_name=importer.file_name,
        row_number=draft.row,
        stated=plain_of(draft),
        source_facts=dict(draft.source_facts),
        imported_at=clock.now(),
    )
    session.add(read)
    yield read


def placeholder_owner(session: Session, actor: Actor) -> Person:
    """Somebody to stand in as owner in a register that has nobody yet; every such system shows as unconfirmed."""
    require(actor, Permission.INVENTORY_IMPORT)
    return people.add_person(session, actor, PLACEHOLDER)
