"""Add a version, edit a candidate, approve it, put versions live, withdraw one."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Forbidden, NotFound, Problem, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.versions import queries
from registry.versions.models import LivePeriod, ModelVersion, VersionTrainedOn
from registry.versions.rules import standing
from registry.versions.rules.record import (
    VersionFacts,
    label_key,
    problems_with_version,
    same_facts,
    tidy_digest,
)
from registry.versions.rules.standing import Slot, State


def add_version(session: Session, actor: Actor, system_id: int, facts: VersionFacts) -> ModelVersion:
    """Put a candidate beside the versions of a system. Raises RuleBroken.

    The caller holds the system's row locked, here and in every action below, so that two people who act at once
    act one after the other.
    """
    require(actor, Permission.VERSION_EDIT, system_id)
    facts = tidy(facts)
    refuse_if(_place_problems(session, system_id))
    refuse_if(_problems(session, system_id, facts, None))
    model = ModelVersion(
        system_id=system_id,
        added_by_id=actor.person_id,
        added_at=clock.now(),
        **_stored(facts),
    )
    session.add(model)
    session.flush()
    _name_sources(session, model, facts)
    record(session, actor, Event.VERSION_ADDED, model, system_id=system_id)
    return model


def edit(
    session: Session, actor: Actor, model: ModelVersion, facts: VersionFacts, *, version: int
) -> ModelVersion:
    """Write what a candidate now states. `version` is the revision the editor had before them.

    Raises RuleBroken, also once it is approved, or Conflict with both sides when the record has moved on since.
    """
    require(actor, Permission.VERSION_EDIT, model.system_id)
    facts = tidy(facts)
    refuse_if(standing.problems_with_edit(model.state))
    if version != model.version:
        raise _conflict(model, facts)
    refuse_if(_problems(session, model.system_id, facts, model))
    before = queries.facts_of(model, queries.learned_by(session, [model.id or 0])[model.id or 0])
    if not same_facts(facts, before):
        # Who worded it last must not approve it, and an approval must not pass over sources named meanwhile: the
        # revision rises also where only they differ.
        model.edited_by_id, model.edited_at = actor.person_id, clock.now()
        _write(model, facts)
        _name_sources(session, model, facts)
    record(session, actor, Event.VERSION_EDITED, model, system_id=model.system_id)
    return model


def approve(session: Session, actor: Actor, model: ModelVersion, *, version: int) -> ModelVersion:
    """Say that a candidate may go live. `version` is the revision the approver has read.

    Raises Forbidden for whoever wrote it, Conflict when it was changed since it was read, and RuleBroken.
    """
    require(actor, Permission.VERSION_EDIT, model.system_id)
    objection = standing.objection_to_approver(
        actor, added_by_id=model.added_by_id, edited_by_id=model.edited_by_id
    )
    if objection and model.state is State.CANDIDATE:
        raise Forbidden(objection)
    refuse_if(_place_problems(session, model.system_id))
    refuse_if(
        standing.problems_with_approval(
            model.state, significant=model.significant, evaluation=model.evaluation
        )
    )
    if version != model.version:
        raise Conflict(
            "This version was changed after you read it. Read it again before you approve.", model.version
        )
    model.state, model.approved_by_id, model.approved_at = State.APPROVED, actor.person_id, clock.now()
    record(session, actor, Event.VERSION_APPROVED, model, system_id=model.system_id)
    return model


def put_live(
    session: Session, actor: Actor, system_id: int, shares: Sequence[tuple[ModelVersion, int]]
) -> list[LivePeriod]:
    """Let these versions, and no others, be live from now on, each with its share of use in percent.

    One version with 100, or champion and challengers whose shares make up 100. What was live until now ends the
    same instant; a version that keeps its share keeps its period. Raises RuleBroken, or NotFound for a version of
    another system.
    """
    require(actor, Permission.VERSION_EDIT, system_id)
    if any(model.system_id != system_id for model, _ in shares):
        raise NotFound
    before = queries.live_now(session, system_id)
    now = {model.id or 0: period.share for model, period in before}
    slots = [Slot(model.id or 0, model.label, model.state, share) for model, share in shares]
    stopped = queries.is_stopped(session, system_id)
    refuse_if(_place_problems(session, system_id, is_stopped=stopped))
    refuse_if(standing.problems_with_live(slots, now))
    wanted = {slot.number: slot.share for slot in slots}
    at = _moment_of_change(session, system_id)
    for model, period in before:
        if model.id not in wanted:
            model.state = State.APPROVED
        if wanted.get(period.version_id) != period.share:
            period.to_at = at
    # What ends is written before what begins: for an instant both would be open, which the database refuses.
    session.flush()
    for model, share in shares:
        model.state = State.LIVE
        if now.get(model.id or 0) != share:
            session.add(LivePeriod(version_id=model.id or 0, system_id=system_id, share=share, from_at=at))
    record(
        session,
        actor,
        Event.VERSION_PUT_LIVE,
        shares[0][0],
        system_id=system_id,
        note={"live": ", ".join(f"{slot.label} {slot.share} %" for slot in slots)},
    )
    return [period for _, period in queries.live_now(session, system_id)]


def withdraw(session: Session, actor: Actor, model: ModelVersion, because: str = "") -> ModelVersion:
    """Take a version out of use for good; one that is live stops being so now, and needs a reason.

    Raises RuleBroken, also while it is held as evidence.
    """
    require(actor, Permission.VERSION_EDIT, model.system_id)
    because = _cleaned(because)
    period = next((each for each in queries.periods_of(session, model.id or 0) if each.to_at is None), None)
    share = period.share if period else None
    hold = queries.hold_on(session, model.id or 0)
    held = (hold.held_at.date(), hold.because) if hold else None
    refuse_if(standing.problems_with_withdrawal(model.state, because, share=share, held=held))
    if period is not None:
        period.to_at = _moment_of_change(session, model.system_id)
    model.state, model.withdrawn_at = State.WITHDRAWN, clock.now()
    model.withdrawn_by_id = actor.person_id
    model.withdrawn_because = because
    record(session, actor, Event.VERSION_WITHDRAWN, model, system_id=model.system_id)
    return model


def tidy(facts: VersionFacts) -> VersionFacts:
    """The facts with every text in its storable form; texts that have none are left for the rules to refuse."""
    texts: dict[str, Any] = {
        each.name: _cleaned(getattr(facts, each.name))
        for each in fields(facts)
        if type(getattr(facts, each.name)) is str
    }
    return replace(facts, **(texts | {"digest": tidy_digest(texts["digest"])}))


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueError:
        return text


def _moment_of_change(session: Session, system_id: int) -> datetime:
    """When what is live changes: now, and never before it last did. A machine's clock can be set back."""
    last = queries.last_change(session, system_id)
    return max(last, clock.now()) if last else clock.now()


def _place_problems(session: Session, system_id: int, *, is_stopped: bool = False) -> list[Problem]:
    return standing.problems_with_place(queries.stage_of(session, system_id), is_stopped=is_stopped)


def _problems(
    session: Session, system_id: int, facts: VersionFacts, model: ModelVersion | None
) -> list[Problem]:
    named = queries.by_label(session, system_id, facts.label)
    return problems_with_version(
        facts,
        label_taken=named is not None and named is not model,
        unknown_sources=queries.unknown_sources(session, [each.source_id for each in facts.trained_on]),
    )


def _stored(facts: VersionFacts) -> dict[str, Any]:
    values: dict[str, Any] = {
        each.name: getattr(facts, each.name) for each in fields(facts) if each.name != "trained_on"
    }
    return values | {"label_key": label_key(facts.label)}


def _write(model: ModelVersion, facts: VersionFacts) -> None:
    # Only what differs, so that the ledger tells of nothing else.
    for name, value in _stored(facts).items():
        if getattr(model, name) != value:
            setattr(model, name, value)


def _name_sources(session: Session, model: ModelVersion, facts: VersionFacts) -> None:
    """Make the version's sources those of the facts; what stays named keeps its row."""
    number = model.id or 0
    held = {queries.trained_on(row): row for row, _ in queries.learned_by(session, [number])[number]}
    for each, row in held.items():
        if each not in facts.trained_on:
            session.delete(row)
    for each in facts.trained_on:
        if each not in held:
            session.add(
                VersionTrainedOn(
                    version_id=number, data_source_id=each.source_id, from_on=each.from_on, to_on=each.to_on
                )
            )


def _conflict(model: ModelVersion, facts: VersionFacts) -> Conflict:
    """Both sides of an edit that came too late: what stands now beside what was about to be written."""
    differences = [
        Difference(name, getattr(model, name), value)
        for name, value in _stored(facts).items()
        if name != "label_key" and getattr(model, name) != value
    ]
    says = "Somebody else changed this version while you were editing."
    return Conflict(says, model.version, differences)
