"""Keep the numbers at the top day by day; make the reports people ask for, and those of each month and quarter."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, looking_back, may, the_registry
from registry.kernel.errors import Refusal
from registry.people.models import Person
from registry.people.queries import units as every_unit
from registry.people.rules import is_active
from registry.portfolio import actions
from registry.portfolio.models import PortfolioReport
from registry.portfolio.queries import filed
from registry.portfolio.queries.reports import left_out, report
from registry.portfolio.render.reports import board_pdf, full_pdf, to_workbook
from registry.portfolio.rules.kept import WHOLE
from registry.portfolio.rules.reports import Report
from registry.portfolio.rules.reports.filing import (
    EXECUTIVES,
    ReportKind,
    ReportState,
    period_said,
    scope_kept,
    wanted,
)
from registry.settings import Settings
from registry.store.files import Files
from registry.store.past import PastBusy, PastRefused, PastUnknown, Recipe, put_plainly, reads_of
from registry.store.session import Database
from registry.systems.queries import restricted_headed_by
from registry.worker.actions import Handler, PartDone, reading_long

# Regular reports are made as an executive sees the company who holds no seat, so that every executive may read them.
_EXECUTIVE: Final = Actor(
    person_id=None, name=EXECUTIVES, roles=frozenset({Role.MEMBER, Role.EXECUTIVE}), via="worker"
)
_MAKERS: Final[dict[ReportKind, Callable[[Report], bytes]]] = {
    ReportKind.BOARD: board_pdf,
    ReportKind.FULL: full_pdf,
    ReportKind.TABLES: to_workbook,
}
_LARGEST: Final = 1 << 27


def keep_figures(database: Database, _payload: dict[str, Any]) -> None:
    """Keep today's numbers, each unit in a transaction of its own; of several looks on a day the last one stands.

    Days on which the worker did not run stay empty: how things stood then is not known from how they stand now.
    """
    with database.transaction(read_only=True) as session:
        units = list(every_unit(session))
    for number in (WHOLE, *(unit.id or 0 for unit in units)):
        with database.transaction() as session:
            actions.keep_figures(session, number, units)


def ask_for_regular(database: Database, _payload: dict[str, Any]) -> None:
    """Ask for the reports of the last month and the last quarter, each once. Earlier ones are not made up later."""
    today = clock.today()
    with database.transaction(read_only=True) as session:
        began = filed.ledger_began(session)
        due = wanted(today, datetime.fromisoformat(began) if began else None)
        known = filed.regular_ones(session, {period.key for period, _ in due})
    for period, kind in due:
        if (period.key, kind) not in known:
            with database.transaction() as session:
                # Two workers may look at once: whoever comes second finds it there.
                if (period.key, kind) not in filed.regular_ones(session, {period.key}):
                    actions.ask_for_period(session, the_registry("worker"), kind, period)


def making(recipe: Callable[[], Recipe]) -> Handler:
    """The job that makes the reports people ask for; `recipe` says what the past day is made of that one may be of."""

    def make_report(database: Database, payload: dict[str, Any]) -> None:
        """Make a report that was asked for and file it. Whatever stops this process, it is made anew and filed once.

        Raises PartDone while somebody else lays out a past day: it is made after that.
        """
        number = int(payload["subject_id"])
        with database.transaction() as session:
            found = filed.report_by_number(session, number, lock=True)
            if found.state.is_over:
                return
            reader = _reader(session, found)
            if not may(reader, Permission.PORTFOLIO_REPORT):
                actions.give_up(found, "Whoever asked may no longer have reports made.")
                return
        try:
            counted = _counted(database, recipe, reader, found)
            content = _MAKERS[found.kind](counted)
        except PastBusy as busy:
            raise PartDone from busy
        except Refusal as refused:
            _give_up(database, number, refused.says)
        except (PastRefused, PastUnknown) as refused:
            _give_up(database, number, put_plainly(refused))
        else:
            _file(database, reader, number, content)

    return make_report


def _give_up(database: Database, number: int, says: str) -> None:
    with database.transaction() as session:
        actions.give_up(filed.report_by_number(session, number, lock=True), says)


def _reader(session: Session, found: PortfolioReport) -> Actor:
    """Whose view is counted: of whoever asked what they may see now, nobody's at all once they have left."""
    if found.asked_by_id is None:
        return _EXECUTIVE
    person = session.get_one(Person, found.asked_by_id)
    if not is_active(person.active_from, person.active_to, clock.today()):
        return Actor(person.id, person.name, via="worker")
    return actor_for(session, person, via="worker")


def _counted(
    database: Database, recipe: Callable[[], Recipe], reader: Actor, asked: PortfolioReport
) -> Report:
    """The figures of the report, and on its row what they hold. Raises Refusal where what it is narrowed to is there no longer."""
    scope, day, now = scope_kept(asked.scope), asked.as_of, clock.now()
    said = period_said(asked.period, now.date()) if asked.period else ""
    if day is not None:
        with database.transaction(read_only=True) as session:
            reader = looking_back(reader, restricted_headed_by(session, reader))

    def count(session: Session) -> tuple[Report, int, str]:
        counted = report(session, reader, scope, period=said, past_at=now if day else None)
        return counted, left_out(session, reader, scope), filed.restricted_seen(session, reader)

    if day is None:
        # Of one moment, as the checkpoint it names: other people write meanwhile. A past day stands still by itself.
        with reading_long(database) as long:
            counted, hidden, seen = long.ask(count)
    else:
        with reads_of(database, recipe, day) as reads, reads() as session:
            counted, hidden, seen = count(session)
    with database.transaction() as session:
        found = filed.report_by_number(session, asked.id or 0, lock=True)
        found.is_everything, found.restricted, found.left_out = reader.sees_everything, seen, hidden
        found.checkpoint = counted.frame.held.size if counted.frame.held else 0
        actions.come_to(found, ReportState.COUNTED)
    return counted


def _file(database: Database, reader: Actor, number: int, content: bytes) -> None:
    files = Files(Settings.from_environment().data_dir, actions.ROOM)
    stored = files.keep(io.BytesIO(content), limit=_LARGEST)
    with database.transaction() as session:
        found = filed.report_by_number(session, number, lock=True)
        if not found.state.is_over:
            actor = reader if reader.person_id is not None else the_registry("worker")
            actions.file(session, actor, found, stored)
