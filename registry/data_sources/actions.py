"""Add, edit and retire sources; attach them to systems; check their quality."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.data_sources import queries
from registry.data_sources.models import DataSource, DataUse, QualityCheck, QualityResult
from registry.data_sources.rules import quality, sources, uses
from registry.data_sources.rules.quality import CheckFacts, ResultFacts
from registry.data_sources.rules.sources import Purpose, SourceFacts
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.people.queries import is_active_person

NOT_KEEPER = "Only the owner or the steward of this source, or an administrator, may change it."


def add_source(session: Session, actor: Actor, facts: SourceFacts) -> DataSource:
    """Put a source in the catalogue; anybody who is signed in may. Raises RuleBroken."""
    require(actor, Permission.DATA_SOURCE_EDIT)
    facts = tidy(facts)
    refuse_if(_source_problems(session, facts, None))
    source = source_row(session, facts)
    record(session, actor, Event.DATA_SOURCE_ADDED, source)
    return source


def edit_source(
    session: Session, actor: Actor, source: DataSource, facts: SourceFacts, *, version: int
) -> DataSource:
    """Write what a source now states. `version` is the revision the editor had before them.

    For its owner, its steward and administrators: raises Forbidden for others, RuleBroken, or Conflict with
    both sides when the record has moved on since.
    """
    require(actor, Permission.DATA_SOURCE_EDIT)
    _require_keeper(actor, source)
    facts = tidy(facts)
    _refuse_retired(source)
    if version != source.version:
        raise _conflict(source, facts)
    refuse_if(_source_problems(session, facts, source))
    _write(source, facts)
    record(session, actor, Event.DATA_SOURCE_EDITED, source)
    return source


def retire_source(session: Session, actor: Actor, source: DataSource, because: str) -> DataSource:
    """Take a source out of the catalogue, with the reason. Uses that are open stay, and show that it was retired."""
    require(actor, Permission.DATA_SOURCE_EDIT)
    _require_keeper(actor, source)
    _refuse_retired(source)
    because = because.strip()
    missing = [] if because else [Problem("because", "Say why this source is no longer to be used.")]
    refuse_if([*missing, *sources.prose_problems("because", because)])
    source.retired_at, source.retired_because = clock.now(), because
    record(session, actor, Event.DATA_SOURCE_RETIRED, source)
    return source


def restore_source(session: Session, actor: Actor, source: DataSource) -> DataSource:
    """Put a retired source back in the catalogue. Raises RuleBroken when it is there."""
    require(actor, Permission.DATA_SOURCE_EDIT)
    _require_keeper(actor, source)
    if source.retired_at is None:
        raise RuleBroken([Problem("", "This source is in the catalogue already.")])
    source.retired_at, source.retired_because = None, ""
    record(session, actor, Event.DATA_SOURCE_RESTORED, source)
    return source


def attach(
    session: Session,
    actor: Actor,
    system_id: int,
    source: DataSource,
    purpose: Purpose | None,
    *,
    note: str = "",
) -> DataUse:
    """Say that a system uses a source for a purpose from now on. Raises RuleBroken.

    The caller holds the system's row locked, so that the same use is not begun twice at once.
    """
    require(actor, Permission.DATA_USE_EDIT, system_id)
    is_open = purpose is not None and queries.is_used(session, system_id, source.id or 0, purpose)
    refuse_if(
        uses.problems_with_use(
            purpose,
            note,
            allowed=queries.source_facts(source).allowed_purposes,
            source_is_retired=source.retired_at is not None,
            already_open=is_open,
        )
    )
    use = use_row(session, system_id, source, purpose or Purpose.OPERATIONAL_INPUT, note)
    record(session, actor, Event.DATA_USE_ADDED, use, system_id=system_id)
    return use


def end_use(session: Session, actor: Actor, use: DataUse, because: str = "") -> DataUse:
    """Say that a system no longer uses a source for a purpose. Raises RuleBroken."""
    require(actor, Permission.DATA_USE_EDIT, use.system_id)
    if use.to_at is not None:
        raise RuleBroken([Problem("", "This use has already ended.")])
    refuse_if(sources.prose_problems("because", because))
    use.to_at, use.ended_because = clock.now(), because.strip()
    record(session, actor, Event.DATA_USE_ENDED, use, system_id=use.system_id)
    return use


def add_check(session: Session, actor: Actor, source: DataSource, facts: CheckFacts) -> QualityCheck:
    """Set up a check on a source's quality. For its owner, its steward and administrators. Raises RuleBroken."""
    require(actor, Permission.DATA_SOURCE_EDIT)
    _require_keeper(actor, source)
    _refuse_retired(source)
    facts = replace(facts, rule=_cleaned(facts.rule), unit=_cleaned(facts.unit))
    refuse_if(quality.problems_with_check(facts))
    check = QualityCheck(
        data_source_id=source.id or 0, **{each.name: getattr(facts, each.name) for each in fields(facts)}
    )
    session.add(check)
    record(session, actor, Event.QUALITY_CHECK_ADDED, check)
    return check


def retire_check(session: Session, actor: Actor, source: DataSource, check: QualityCheck) -> QualityCheck:
    """Stop a check; its results stay. Raises RuleBroken."""
    require(actor, Permission.DATA_SOURCE_EDIT)
    _require_keeper(actor, source)
    _refuse_stopped(check)
    check.retired_at = clock.now()
    record(session, actor, Event.QUALITY_CHECK_RETIRED, check)
    return check


def record_result(
    session: Session, actor: Actor, source: DataSource, check: QualityCheck, facts: ResultFacts
) -> QualityResult:
    """Add a dated result and judge it by the check's bound. Raises RuleBroken."""
    require(actor, Permission.DATA_SOURCE_EDIT)
    _require_keeper(actor, source)
    _refuse_stopped(check)
    refuse_if(quality.problems_with_result(facts, today=clock.today()))
    value = facts.value or Decimal(0)
    result = QualityResult(
        quality_check_id=check.id or 0,
        measured_on=facts.measured_on or clock.today(),
        value=value,
        met=queries.check_rail(check).holds(value),
        note=_cleaned(facts.note),
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(result)
    record(session, actor, Event.QUALITY_RESULT_RECORDED, result)
    return result


def source_row(session: Session, facts: SourceFacts) -> DataSource:
    """The new row itself, stored so that it has its number. Part of adding a source and of importing.

    Not held to the rules: an import states what its file states, and the catalogue shows what is missing. The name
    must be one that `queries.source_named` does not find.
    """
    source = new_row(facts)
    session.add(source)
    session.flush()
    return source


def new_row(facts: SourceFacts) -> DataSource:
    """The row before it is stored: an import stores many in one statement."""
    return DataSource(**_stored(tidy(facts)))


def use_row(
    session: Session, system_id: int, source: DataSource, purpose: Purpose, note: str = ""
) -> DataUse:
    """The new row itself. Part of attaching a source and of importing, whose ledger entries cover it."""
    use = DataUse(
        system_id=system_id,
        data_source_id=source.id or 0,
        purpose=purpose,
        note=_cleaned(note),
        from_at=clock.now(),
    )
    session.add(use)
    return use


def tidy(facts: SourceFacts) -> SourceFacts:
    """The facts with every text in its storable form; texts that have none are left for the rules to refuse."""
    texts: dict[str, Any] = {
        each.name: _cleaned(getattr(facts, each.name))
        for each in fields(facts)
        if type(getattr(facts, each.name)) is str
    }
    return replace(facts, **texts)


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueError:
        return text


def _source_problems(session: Session, facts: SourceFacts, source: DataSource | None) -> list[Problem]:
    named = queries.source_named(session, facts.name)
    taken = named.key if named is not None and (source is None or named.id != source.id) else None
    known = {None} if source is None else {None, source.owner_id, source.steward_id}
    # Somebody who has left stays named until another is; only a new choice must be here.
    fits = {
        chosen: chosen in known or is_active_person(session, chosen, clock.today())
        for chosen in (facts.owner_id, facts.steward_id)
    }
    return sources.problems_with_source(
        facts,
        name_taken_by=taken,
        owner_is_active=fits[facts.owner_id],
        steward_is_active=fits[facts.steward_id],
    )


def _write(source: DataSource, facts: SourceFacts) -> None:
    # Only what differs, so that an unchanged record keeps its revision.
    for name, value in _stored(facts).items():
        if getattr(source, name) != value:
            setattr(source, name, value)


def _stored(facts: SourceFacts) -> dict[str, Any]:
    values: dict[str, Any] = {each.name: getattr(facts, each.name) for each in fields(facts)}
    values["allowed_purposes"] = [purpose.value for purpose in facts.allowed_purposes]
    return values | {"name_key": sources.name_key(facts.name)}


def _require_keeper(actor: Actor, source: DataSource) -> None:
    if not sources.is_keeper(actor, source.owner_id, source.steward_id):
        raise Forbidden(NOT_KEEPER)


def _refuse_retired(source: DataSource) -> None:
    if source.retired_at is not None:
        raise RuleBroken([Problem("", "This source was retired. Put it back in the catalogue to change it.")])


def _refuse_stopped(check: QualityCheck) -> None:
    if check.retired_at is not None:
        raise RuleBroken([Problem("", "This check was stopped. Add a new one instead.")])


def _conflict(source: DataSource, facts: SourceFacts) -> Conflict:
    """Both sides of an edit that came too late: what stands now beside what was about to be written."""
    differences = [
        Difference(name, getattr(source, name), value)
        for name, value in _stored(facts).items()
        if name != "name_key" and getattr(source, name) != value
    ]
    says = "Somebody else changed this source while you were editing."
    return Conflict(says, source.version, differences)
