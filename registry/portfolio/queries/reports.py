"""What a report states: the figures one reader may know, with the checkpoint and the rule packs they were counted by."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from registry.audit.queries.checkpoints import newest_checkpoint
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.packs import queries as packs
from registry.people.queries import unit_paths
from registry.portfolio.queries.figures import figures
from registry.portfolio.queries.kept import trends
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports import Frame, Held, Report, tables_of
from registry.portfolio.rules.reports.tables import TIER_SAID
from registry.systems.models import System
from registry.systems.queries.searching import narrowed
from registry.systems.rules.record import Stage


def report(
    session: Session,
    actor: Actor,
    scope: Scope,
    *,
    made_for: str = "",
    period: str = "",
    past_at: datetime | None = None,
) -> Report:
    """Everything a report of this scope states to this reader, counted now in a fixed number of statements.

    `made_for` says whose view it is where that is not the actor's by name; `past_at` when it is made, where the session reads
    a past day and the clock stands there. Raises RuleBroken for a unit there is not.
    """
    found = figures(session, actor, scope)
    went = trends(session, actor, scope, found.headline) or {}
    frame = Frame(
        made_for=made_for or actor.name,
        is_everything=actor.sees_everything,
        made_at=past_at or clock.now(),
        narrowed=narrowed_said(session, scope),
        held=_held(session),
        editions=_editions(session),
        period=period,
        of_past_day=past_at is not None,
    )
    return Report(found, frame, tables_of(found, went), went)


def narrowed_said(session: Session, scope: Scope) -> str:
    """What a scope is narrowed to in words; "" for the whole company."""
    parts = (
        (scope.unit, f"unit {unit_paths(session).get(scope.unit, 'no longer there')}" if scope.unit else ""),
        (scope.tier, f"tier {TIER_SAID.get(scope.tier or '', '').lower()}"),
        (scope.stage, f"stage {Stage(scope.stage).said}" if scope.stage else ""),
        (scope.vendor, f"vendor {(scope.vendor or '').strip()}"),
    )
    return ", ".join(words for value, words in parts if value is not None)


def left_out(session: Session, actor: Actor, scope: Scope) -> int:
    """How many systems of a scope the actor may not know of. For nobody to hear but those who see every system."""
    search = scope.search()
    if actor.sees_everything or search is None:
        return 0
    counts = [
        session.exec(select(func.count(col(System.id))).where(*narrowed(session, reader, search))).one()
        for reader in (the_registry(actor.via), actor)
    ]
    return counts[0] - counts[1]


def _held(session: Session) -> Held | None:
    checkpoint = newest_checkpoint(session)
    return Held(checkpoint.size, checkpoint.root, checkpoint.made_at) if checkpoint else None


def _editions(session: Session) -> tuple[tuple[str, str], ...]:
    """The title and edition of every rule pack in force today, by title."""
    every, today = packs.editions(session), clock.today()
    names = sorted({each.id for each in every if each.effective_from <= today})
    found = [packs.current(session, name, today) for name in names]
    return tuple(sorted((each.title, each.edition) for each in found))
