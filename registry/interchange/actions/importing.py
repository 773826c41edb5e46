"""Bring an inventory's rows onto the register: create, update, or leave as they are; each row ends in exactly one way."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice

from sqlmodel import Session

from registry.annotations import actions as annotations
from registry.annotations.models import Tag
from registry.annotations.queries import taggings_of
from registry.annotations.rules.tags import folded, once, those_that_fit
from registry.audit.actions import record
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource
from registry.data_sources.queries import is_used, sources_named
from registry.data_sources.rules.sources import Purpose, SourceFacts, Stated, name_key
from registry.interchange import queries
from registry.interchange.models import SourceRecord
from registry.interchange.queries.records import owners_here
from registry.interchange.rules.data_described import source_name
from registry.interchange.rules.drafts import DataDraft, Draft
from registry.interchange.rules.facts import newly_named, plain_of, with_changes
from registry.interchange.rules.outcomes import Outcome
from registry.interchange.rules.units import placed
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event
from registry.kernel.rows import Ending, Tally
from registry.objectives import actions as objectives
from registry.objectives.queries import objective_of
from registry.objectives.rules.objective import ObjectiveFacts
from registry.ownership.actions import seat_first_owner
from registry.people import actions as people
from registry.people.models import Person
from registry.people.queries import unit_index, unit_named
from registry.people.rules import NAME_LIMIT as UNIT_LIMIT
from registry.people.rules import PersonFacts
from registry.store.columns import Row
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import by_number, facts_of
from registry.systems.rules.record import SystemFacts

PLACEHOLDER = PersonFacts(
    "Owner to be found", "owner-to-be-found@registry.invalid", "Stands in until somebody takes over"
)
UNDONE_BECAUSE = "The import that brought it was undone."
# So many rows of the file are stored together: a statement per row and table costs three times as much.
_AT_ONCE = 100


class Importer:
    """One import: the units, people and sources it has met, so that each is looked up once."""

    def __init__(self, session: Session, actor: Actor, file_name: str, steward: Person) -> None:
        self.session, self.actor = session, actor
        self.file_name, self.steward = file_name, steward
        # As the register stood before: what the import adds itself must not change what a later row means.
        self.known = unit_index(session)
        self.units: dict[tuple[str, ...], int] = {}
        self.tags: dict[str, Tag] = {}
        self.sources: dict[str, DataSource] = {}
        self.became: dict[int, int] = {}
        self.owners = owners_here(session)

    def unit_of(self, path: tuple[str, ...]) -> int:
        """The number of the unit that a row names, made where it is missing."""
        return self._unit_at(placed(path, self.known).path)

    def _unit_at(self, path: tuple[str, ...]) -> int:
        if path in self.units:
            return self.units[path]
        above = self._unit_at(path[:-1]) if len(path) > 1 else None
        name = path[-1][:UNIT_LIMIT]
        unit = unit_named(self.session, name, above)
        if unit is None:
            unit = people.add_unit(self.session, self.actor, name, above)
        self.units[path] = unit.id or 0
        return self.units[path]

    def look_up_tags(self, names: Iterable[str]) -> None:
        """Have these tags at hand, those nobody used before as new ones."""
        unknown = [name for name in once(names) if folded(name) not in self.tags]
        self.tags |= {tag.folded: tag for tag in annotations.tags_called(self.session, unknown)}

    def look_up_sources(self, names: Iterable[str]) -> None:
        """Find these sources in the catalogue, all at once."""
        unknown = {name for name in names if name_key(name) not in self.sources}
        self.sources |= sources_named(self.session, unknown)

    def source_of(self, draft: DataDraft) -> DataSource:
        """The catalogue's source of this name and description; added where it is missing.

        Systems of one name may describe different data: the second such source is numbered. `look_up_sources` was
        asked for the plain name.
        """
        ordinal, found = 1, self.sources.get(name_key(draft.name))
        while found is not None and found.description != draft.description:
            ordinal += 1
            name = source_name(draft.name, ordinal)
            self.look_up_sources([name])
            found = self.sources.get(name_key(name))
        if found is not None and found.retired_because == UNDONE_BECAUSE:
            # It was retired only because the import that brought it was undone; here it comes again.
            found.retired_at, found.retired_because = None, ""
        return found or self._added(source_name(draft.name, ordinal), draft)

    def _added(self, name: str, draft: DataDraft) -> DataSource:
        facts = SourceFacts(
            name=name, description=draft.description, personal_data=Stated(draft.personal_data)
        )
        source = self.sources[name_key(name)] = data_sources.new_row(facts)
        self.session.add(source)
        return source


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
                _update(importer, draft, end.key)
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
    uses = _uses(importer, draft, ())
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


def _update(importer: Importer, draft: Draft, key: str) -> None:
    """Write what the inventory says differently since last time; what people have entered meanwhile stays."""
    session = importer.session
    source = queries.record_by_key(session, key)
    if source is None:
        raise LookupError(f"the import planned to update {key}, which no earlier import made")
    system = by_number(session, source.system_id)
    importer.became[draft.row] = source.system_id
    facts = with_changes(facts_of(system), draft, before=source.stated)
    if source.stated.get("unit") != plain_of(draft).get("unit"):
        facts = replace(facts, unit_id=importer.unit_of(draft.unit))
    systems.write(system, systems.tidy(facts))
    if source.stated.get("stage") != draft.stage.value:
        system.stage = draft.stage
    _update_objective(session, system, draft, source.stated.get("objective_problem", ""))
    _tag(importer, system, draft, source.stated.get("tags", ()))
    _attach(importer, system, draft, [one["name"] for one in source.stated.get("data_sources", ())])
    source.stated, source.source_facts = plain_of(draft), dict(draft.source_facts)
    source.row_digest, source.row_number = draft.digest, draft.row
    source.file_name, source.imported_at = importer.file_name, clock.now()
    record(session, importer.actor, Event.SYSTEM_REIMPORTED, system, system_id=system.id)


def _update_objective(session: Session, system: System, draft: Draft, before: str) -> None:
    objective = objective_of(session, system.id or 0)
    if objective is None and draft.objective_problem:
        objectives.objective_row(session, system.id or 0, ObjectiveFacts(problem=draft.objective_problem))
    elif objective is not None and draft.objective_problem != before and objective.problem == before:
        objective.problem = draft.objective_problem


def _tag(importer: Importer, system: System, draft: Draft, before: Collection[str]) -> None:
    """Put on what the file newly names. The update's own entry tells of it, so that undoing takes it off again."""
    if not (new := newly_named(draft.tags, before)):
        return
    carried = {tag.folded for _, tag in taggings_of(importer.session, system.id or 0)}
    names = those_that_fit(new, carried)
    importer.look_up_tags(names)
    for name in names:
        annotations.tagging_row(importer.session, system.id or 0, importer.tags[folded(name)])


def _attach(importer: Importer, system: System, draft: Draft, known: Collection[str]) -> None:
    uses = _uses(importer, draft, known)
    importer.session.flush()
    for source, purpose in uses:
        # Somebody may have said so by hand meanwhile.
        if not is_used(importer.session, system.id or 0, source.id or 0, purpose):
            data_sources.use_row(importer.session, system.id or 0, source, purpose)


def _uses(importer: Importer, draft: Draft, known: Collection[str]) -> list[tuple[DataSource, Purpose]]:
    """The sources a row names beyond those it named before, each once per purpose."""
    named = {(name_key(one.name), one.purpose): one for one in draft.data_sources if one.name not in known}
    return [(importer.source_of(one), Purpose(one.purpose)) for one in named.values()]


def placeholder_owner(session: Session, actor: Actor) -> Person:
    """Somebody to stand in as owner in a register that has nobody yet; every such system shows as unconfirmed."""
    require(actor, Permission.INVENTORY_IMPORT)
    return people.add_person(session, actor, PLACEHOLDER)
