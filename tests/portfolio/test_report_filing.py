"""Reports on file: made by the worker as whoever asked may see, once for each period, listed for those who may read them."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import func, select

from registry.audit.models import LedgerEntry
from registry.kernel import clock
from registry.kernel.errors import Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from registry.output.pdf import PdfRefused
from registry.people import actions as people
from registry.people.models import Person
from registry.portfolio import actions, jobs
from registry.portfolio.models import PortfolioReport
from registry.portfolio.queries import filed
from registry.portfolio.queries.reports import report
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports.filing import (
    MOST_UNDER_WAY,
    ReportKind,
    ReportState,
    kept_as,
    periods_over,
    scope_kept,
    wanted,
)
from registry.store.files import Files
from registry.systems.models import System
from registry.wiring import FOLLOW_UPS, SCHEDULE
from registry.worker import actions as worker
from tests import databases
from tests.portfolio.organised import DOOR, organise
from tests.portfolio.report_parts import in_workbook

HANDLERS = worker.by_name(FOLLOW_UPS, SCHEDULE)


@pytest.fixture
def work(database, cast, tmp_path, monkeypatch):
    """The worker, until nothing is due; PDFs are made by a stand-in."""
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))
    for kind in (ReportKind.BOARD, ReportKind.FULL):
        monkeypatch.setitem(jobs._MAKERS, kind, lambda made: f"%PDF {made.frame.made_for}".encode())

    def until_done():
        while worker.follow(database, FOLLOW_UPS):
            pass
        while worker.run_next(database, HANDLERS):
            pass

    return until_done


def ask(database, cast, name, kind=ReportKind.TABLES, scope=None):
    with database.transaction() as session:
        return actions.ask(session, cast.actor(session, name), kind, scope or Scope()).id


def found(database, number):
    with database.transaction(read_only=True) as session:
        return filed.report_by_number(session, number)


def events(database):
    with database.transaction(read_only=True) as session:
        said = session.exec(select(LedgerEntry.event).order_by(LedgerEntry.seq)).all()
    return [each for each in said if each.startswith("report.")]


def test_a_report_counts_what_whoever_asked_may_see_and_is_filed_once_with_its_hash(
    database, cast, work, tmp_path
):
    numbers = {name: ask(database, cast, name) for name in ("eva", "rita")}
    work()
    for name, registered, hidden in (("eva", 2, 1), ("rita", 3, 0)):
        report = found(database, numbers[name])
        content = Files(tmp_path / "var", actions.ROOM).path(report.sha256).read_bytes()
        assert report.state is ReportState.FILED
        assert hashlib.sha256(content).hexdigest() == report.sha256
        assert in_workbook(content)["At a glance"][0][1] == registered
        assert report.left_out == hidden
        # What others may not know of is not told in the file, nor that there is any.
        assert "1 restricted" not in str(in_workbook(content)["About"])
    assert events(database) == ["report.asked", "report.asked", "report.made", "report.made"]
    for number in numbers.values():
        FOLLOW_UPS[Event.REPORT_ASKED][0](database, {"subject_id": number})
    assert events(database).count("report.made") == 2


def test_a_report_is_of_one_moment_whoever_writes_while_it_is_counted(database, cast, work, monkeypatch):
    seen, counts_after = [], jobs.left_out

    def report_then_somebody_registers(session, *asked, **more):
        seen.append(session.scalar(select(func.count()).select_from(System)))
        counted = report(session, *asked, **more)
        with database.transaction() as other:
            organise(other, cast, 1, seed=5)
        return counted

    def left_out(session, *asked):
        seen.append(session.scalar(select(func.count()).select_from(System)))
        return counts_after(session, *asked)

    monkeypatch.setattr(jobs, "report", report_then_somebody_registers)
    monkeypatch.setattr(jobs, "left_out", left_out)
    number = ask(database, cast, "eva")
    work()
    assert found(database, number).state is ReportState.FILED
    assert len(set(seen)) == 1
    with database.transaction(read_only=True) as session:
        assert session.scalar(select(func.count()).select_from(System)) > seen[0]


def test_what_cannot_be_made_is_given_up_with_the_reason(database, cast, work, monkeypatch):
    def refuse(_made):
        raise PdfRefused("It is too long.")

    monkeypatch.setitem(jobs._MAKERS, ReportKind.FULL, refuse)
    number = ask(database, cast, "eva", ReportKind.FULL)
    left = ask(database, cast, "aud")
    with database.transaction() as session:
        aud = session.get_one(Person, cast.number("aud"))
        people.mark_as_left(session, DOOR, aud, clock.today() - timedelta(days=1))
    work()
    assert (found(database, number).state, found(database, number).trouble) == (
        ReportState.GIVEN_UP,
        "It is too long.",
    )
    assert found(database, left).state is ReportState.GIVEN_UP
    assert "report.made" not in events(database)


@pytest.mark.parametrize("database", databases.KINDS[:1], indirect=True)
def test_the_regular_reports_are_made_once_for_each_period_and_no_earlier_one_is_caught_up(
    database, cast, work
):
    made = []
    start = clock.now()
    first = datetime(start.year + 1, 4, 1, 0, 5, tzinfo=UTC)
    for at in (first, first + timedelta(days=20), first + timedelta(days=120)):
        with clock.frozen(at):
            jobs.ask_for_regular(database, {})
            jobs.ask_for_regular(database, {})
            work()
        with database.transaction(read_only=True) as session:
            made.append([(each.period, each.kind.value) for each in session.exec(select(PortfolioReport))])
    year = first.year
    spring = [
        (f"{year}-03", "board"),
        (f"{year}-03", "tables"),
        (f"{year}-Q1", "full"),
        (f"{year}-Q1", "tables"),
    ]
    assert made[0] == made[1] == spring
    assert made[2][4:] == [
        (f"{year}-06", "board"),
        (f"{year}-06", "tables"),
        (f"{year}-Q2", "full"),
        (f"{year}-Q2", "tables"),
    ]
    with database.transaction(read_only=True) as session:
        for each in session.exec(select(PortfolioReport)):
            assert (each.state, each.left_out, each.is_everything) == (ReportState.FILED, 1, False)


def test_periods_are_the_last_that_are_over_and_in_which_the_register_was_there():
    month, quarter = periods_over(date(2027, 1, 31))
    assert (month.key, quarter.key) == ("2026-12", "2026-Q4")
    assert (month.said, quarter.said) == ("December 2026", "Quarter 4 of 2026")
    assert month.end == quarter.end == datetime(2027, 1, 1, tzinfo=UTC)
    assert [each.key for each in periods_over(date(2026, 11, 26))] == ["2026-10", "2026-Q3"]
    assert wanted(date(2026, 11, 26), None) == []
    began = datetime(2026, 10, 15, tzinfo=UTC)
    assert [(one.key, kind.value) for one, kind in wanted(date(2026, 11, 26), began)] == [
        ("2026-10", "board"),
        ("2026-10", "tables"),
    ]
    scope = Scope(3, "none", "live", "Öst & Söner = 1")
    assert scope_kept(kept_as(scope)) == scope


def test_everybody_finds_the_regular_ones_and_their_own_and_who_sees_everything_finds_all(database, cast):
    with database.transaction() as session:
        door, (month, _) = DOOR, periods_over(clock.today())
        regular = actions.ask_for_period(session, door, ReportKind.BOARD, month)
        own = {
            name: actions.ask(session, cast.actor(session, name), ReportKind.TABLES, Scope())
            for name in ("eva", "rita")
        }
        session.flush()
        seen = {
            name: [
                each.report.id
                for each in filed.reports_page(session, cast.actor(session, name), before=None, limit=9).items
            ]
            for name in ("eva", "rita", "aud")
        }
        assert seen == {
            "eva": [own["eva"].id, regular.id],
            "rita": [own["rita"].id, own["eva"].id, regular.id],
            "aud": [own["rita"].id, own["eva"].id, regular.id],
        }
        eva = cast.actor(session, "eva")
        with pytest.raises(NotFound):
            filed.readable(session, eva, own["rita"].id)
        own["eva"].restricted = str(cast.sentinel.id)
        assert filed.is_closed(session, eva, own["eva"])
        assert not filed.is_closed(session, cast.actor(session, "rita"), own["eva"])
        with pytest.raises(Forbidden):
            actions.ask(session, cast.actor(session, "otto"), ReportKind.BOARD, Scope())
        for _ in range(MOST_UNDER_WAY - 1):
            actions.ask(session, eva, ReportKind.BOARD, Scope())
        with pytest.raises(RuleBroken):
            actions.ask(session, eva, ReportKind.BOARD, Scope())


def test_a_button_on_the_portfolio_leads_to_the_file(cast, client_of, app, tmp_path, monkeypatch, work):
    browser = client_of("eva")
    page = browser.get("/portfolio?stage=proposed").text
    assert "Take these figures away" not in client_of("otto").get("/portfolio").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    address = "/portfolio/reports?stage=proposed"
    assert f'action="{address}"' in page
    assert browser.post(address, data={"csrf_token": token, "kind": "lost"}).status_code == 422
    place = browser.post(address, data={"csrf_token": token, "kind": "tables"}).headers["Location"]
    assert 'http-equiv="refresh"' in browser.get(place).text
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(app.config["REGISTRY_DATA_DIR"]))
    work()
    page = browser.get(place).text
    assert "restricted" not in page.split("<main", 1)[1]
    reply = browser.get(f"{place}/file")
    digest = hashlib.sha256(reply.data).hexdigest()
    reply.close()
    assert digest in page
    assert "portfolio-tables-" in reply.headers["Content-Disposition"]
    assert digest[:12] in browser.get("/portfolio/reports").text
    assert client_of("otto").get(f"{place}/file").status_code == 403
    assert "1 restricted system" in client_of("aud").get(place).text
