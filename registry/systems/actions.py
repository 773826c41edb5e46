"""Register a system with its first owner; edit its record; keep views of the register; note that it was exported."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Forbidden, Problem, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.ownership.actions import seat_first_owner
from registry.people.queries import is_active_person, unit_exists
from registry.people.rules import tidy_line
from registry.systems.models import SavedView, System, Withdrawal
from registry.systems.queries.views import preferred_view, view_name_taken
from registry.systems.rules import record as rules
from registry.systems.rules.record import Registration, Stage, SystemFacts
from registry.systems.rules.views import ViewFacts, following_tag, may_change_view, problems_with_view


def register(session: Session, actor: Actor, registration: Registration) -> System:
    """Put a system on the register with its accountable owner, at stage *proposed*. Raises RuleBroken.

    An owner who registers for themselves has accepted by doing so; anybody else is asked to confirm.
    """
    require(actor, Permission.SYSTEM_REGISTER)
    active = is_active_person(session, registration.owner_id, clock.today())
    problems = rules.problems_with_registration(registration, owner_is_active=active)
    refuse_if([*problems, *_unit_problems(session, registration.unit_id)])
    facts = SystemFacts(
        name=registration.name,
        summary=registration.summary,
        unit_id=registration.unit_id,
        visibility=registration.visibility,
    )
    own = registration.owner_id == actor.person_id
    system = add_row(session, actor, facts)
    seat_first_owner(
        session,
        system.id or 0,
        registration.owner_id or 0,
        accepted=own,
        to_be_confirmed=not own,
        at=system.registered_at,
    )
    record(session, actor, Event.SYSTEM_REGISTERED, system, system_id=system.id)
    return system


def edit(session: Session, actor: Actor, system: System, facts: SystemFacts, *, version: int) -> None:
    """Write what the record now states. `version` is the revision the editor had before them.

    Raises RuleBroken, or Conflict when the record has moved on since.
    """
    require(actor, Permission.SYSTEM_EDIT, system.id)
    if version != system.version:
        raise Conflict("Somebody else changed this system while you were editing.", system.version)
    facts = tidy(facts)
    raised = rules.problems_with_autonomy(system.stage, system.autonomy, facts.autonomy)
    refuse_if([*rules.problems_with(facts), *raised, *_unit_problems(session, facts.unit_id)])
    write(system, facts)
    record(session, actor, Event.SYSTEM_EDITED, system, system_id=system.id)


def _unit_problems(session: Session, unit_id: int | None) -> list[Problem]:
    if unit_id is None or unit_exists(session, unit_id):
        return []
    return [Problem("unit_id", "There is no such unit.")]


def save_view(session: Session, actor: Actor, facts: ViewFacts) -> SavedView:
    """Keep a state of the register under a name. Raises RuleBroken."""
    require(actor, Permission.VIEW_SAVE)
    facts = replace(facts, name=tidy_line(facts.name))
    refuse_if(_view_problems(session, actor.person_id or 0, facts, besides=None))
    view = SavedView(person_id=actor.person_id or 0, saved_at=clock.now(), **asdict(facts))
    session.add(view)
    record(session, actor, Event.VIEW_SAVED, view)
    return view


def change_view(session: Session, actor: Actor, view: SavedView, facts: ViewFacts) -> None:
    """Rename a view, share it otherwise, or give it another state of the register. Raises Forbidden or RuleBroken."""
    require(actor, Permission.VIEW_SAVE)
    _refuse_others(actor, view)
    facts = replace(facts, name=tidy_line(facts.name))
    refuse_if(_view_problems(session, view.person_id, facts, besides=view.id))
    for name, value in asdict(facts).items():
        setattr(view, name, value)
    view.saved_at = clock.now()
    record(session, actor, Event.VIEW_CHANGED, view)


def prefer_view(session: Session, actor: Actor, view: SavedView, *, preferred: bool) -> None:
    """Let one's register open with this view, or no longer. Raises Forbidden for a view of somebody else."""
    require(actor, Permission.VIEW_SAVE)
    if view.person_id != actor.person_id:
        raise Forbidden(
            "Only a view of your own can open your register. Save it under a name of yours first."
        )
    before = preferred_view(session, view.person_id)
    if before is not None and before.id != view.id:
        before.preferred = False
        # Two at once are refused by the database, so the one before gives way first.
        session.flush()
    view.preferred = preferred
    record(session, actor, Event.VIEW_CHANGED, view)


def let_views_follow_tag(
    session: Session, actor: Actor, views: Sequence[SavedView], before: str, now: str
) -> None:
    """Let saved views that are narrowed by a tag find it under its name of now; nothing where there are none.

    Part of what happens to the tag, so whoever may rename it may do this to views of others too. When a view was
    last saved stays as it is. The caller holds the views, found before the tag changed its name.
    """
    require(actor, Permission.TAGS_MANAGE)
    if not views:
        return
    for view in views:
        view.address = following_tag(view.address, before, now)
    note = {"tag": before, "now": now, "views": str(len(views))}
    record(session, actor, Event.VIEW_CHANGED, None, subject_kind="saved_view", note=note)


def delete_view(session: Session, actor: Actor, view: SavedView) -> None:
    """Take a view away; those it was shared with no longer see it. Raises Forbidden."""
    require(actor, Permission.VIEW_SAVE)
    _refuse_others(actor, view)
    session.delete(view)
    record(session, actor, Event.VIEW_DELETED, None, subject_kind="saved_view", note={"name": view.name})


def _refuse_others(actor: Actor, view: SavedView) -> None:
    if not may_change_view(view.person_id, actor.person_id, actor.roles):
        raise Forbidden("This view belongs to somebody else. Save your own under another name.")


def _view_problems(
    session: Session, person_id: int, facts: ViewFacts, *, besides: int | None
) -> list[Problem]:
    known = facts.unit_id is None or unit_exists(session, facts.unit_id)
    taken = view_name_taken(session, person_id, facts.name, besides=besides)
    return problems_with_view(facts, name_taken=taken, unit_is_known=known)


def note_export(
    session: Session,
    actor: Actor,
    *,
    address: str,
    count: int,
    written_as: str,
    of: str = "systems",
    day: date | None = None,
) -> None:
    """Put in the ledger who took which part of the register away, how many systems (or what else), and in which format.

    `day` is the past day as of which they took it.
    """
    require(actor, Permission.REGISTER_EXPORT)
    note = {"search": address or "everything", of: str(count), "format": written_as}
    if day is not None:
        note["as of"] = day.isoformat()
    record(session, actor, Event.REGISTER_EXPORTED, None, subject_kind="register", note=note)


def add_row(session: Session, actor: Actor, facts: SystemFacts, stage: Stage = Stage.PROPOSED) -> System:
    """The new row itself, stored so that it has its number. Part of registering, not an action."""
    system = new_row(facts, stage, actor.person_id)
    session.add(system)
    session.flush()
    return system


def new_row(facts: SystemFacts, stage: Stage, registered_by_id: int | None) -> System:
    """The row before it is stored: an import stores many in one statement."""
    at = clock.now()
    return System(**_stored(tidy(facts)), stage=stage, registered_at=at, registered_by_id=registered_by_id)


def withdrawal_row(session: Session, system: System, because: str) -> Withdrawal:
    """The row that takes a system off the register. Part of undoing an import, whose ledger entry covers it."""
    row = Withdrawal(system_id=system.id or 0, withdrawn_at=clock.now(), because=because)
    session.add(row)
    return row


def write(system: System, facts: SystemFacts) -> None:
    """Copy the facts onto the row; only what differs, so that an unchanged record keeps its revision."""
    for name, value in _stored(facts).items():
        if getattr(system, name) != value:
            setattr(system, name, value)


def _stored(facts: SystemFacts) -> dict[str, Any]:
    values: dict[str, Any] = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return values | {"links": [asdict(link) for link in facts.links]}


def tidy(facts: SystemFacts) -> SystemFacts:
    """The facts with every text in its storable form; texts that have none are left for the rules to refuse."""
    values = {each.name: getattr(facts, each.name) for each in fields(facts)}
    for name, value in values.items():
        if type(value) is str:
            try:
                values[name] = clean(value)
            except ValueError:
                continue
    return SystemFacts(**values)
