"""A report of a past day states, to whoever reads it, what was counted on that day, whatever has happened since."""

import hashlib
import random
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlmodel import select

from registry import tables
from registry.audit.actions import record
from registry.audit.models import ENTRY, PAYLOAD
from registry.incidents.models.incidents import Incident
from registry.incidents.rules.kinds import Status
from registry.kernel import clock
from registry.kernel.calendar import day_said
from registry.kernel.events import Event
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.models.snapshots import LATEST, SNAPSHOT
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives.actions import add_metric
from registry.objectives.rules.metric import Kind, MetricFacts
from registry.people.models import BusinessUnit
from registry.portfolio import jobs
from registry.portfolio.models import KeptFigure
from registry.portfolio.queries import filed
from registry.portfolio.queries.figures import headline
from registry.portfolio.queries.reports import report
from registry.portfolio.render.reports import document_of
from registry.portfolio.render.reports.paper import BOARD, FULL
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.kept import WHOLE, Audience, kept_of
from registry.portfolio.rules.reports.filing import ReportState
from registry.store.past import NO_PAST, PastBusy, PastRefused, ended, reads_of
from registry.systems.models import System
from registry.systems.rules.record import Stage, Tier
from registry.wiring import FOLLOW_UPS, ON_REQUEST, SCHEDULE
from registry.worker import actions as worker
from tests.portfolio.organised import DOOR, organise
from tests.portfolio.report_parts import in_workbook

READERS = {"rita": Audience.EVERYTHING, "eva": Audience.OPEN}


def live_a_day(database, cast, seed):
    """More systems with all that is counted of them; of those there are, some are moved and some incidents closed."""
    chance = random.Random(seed)
    with database.transaction() as session:
        for system in session.exec(select(System)).all():
            if chance.random() < 0.5:
                system.stage, system.tier = chance.choice(list(Stage)), chance.choice([None, *Tier])
                system.vendor_name = chance.choice(("", "Acme", f"Vendor {seed}"))
        for incident in session.exec(select(Incident).where(Incident.status == Status.OPEN)).all():
            if chance.random() < 0.5:
                incident.status, incident.resolved_at = Status.RESOLVED, clock.now()
        unit = session.get_one(BusinessUnit, cast.units["claims"].id)
        unit.name = f"Claims {seed}"
        record(session, DOOR, Event.SYSTEM_EDITED, None, subject_kind="test")
        organise(session, cast, 5, seed)
        _measure(session, cast, chance)
        # What an organisation is given there came with no delivery, and of a past day the newest is found among what did.
        session.execute(sa.delete(LATEST).where(LATEST.c.metric_id.not_in(sa.select(SNAPSHOT.c.metric_id))))


def _measure(session, cast, chance):
    metric = add_metric(session, DOOR, cast.triage.id, MetricFacts(Kind.ACCURACY, f"{clock.today()}"))
    end = clock.now() - timedelta(hours=1)
    point = PointIn(metric.slug, end - timedelta(days=1), end, Decimal(chance.randrange(100)))
    record_snapshots(session, DOOR, cast.triage.id, Batch("", "evaluation", "", (point,)))


@contextmanager
def on(day: date, *, over: bool = False):
    at = (
        ended(day)
        if over
        else datetime.combine(day, ended(day).time(), ended(day).tzinfo) - timedelta(hours=9)
    )
    with clock.frozen(at):
        yield


def stated(session, cast, scopes):
    """By reader and scope everything a report states: the tables with every cell, and the editions of the rule packs."""
    made = {
        (name, scope): report(session, cast.actor(session, name), scope)
        for name in READERS
        for scope in scopes
    }
    return {key: (each.tables, each.frame.editions, each.frame.narrowed) for key, each in made.items()}


@pytest.mark.parametrize(
    ("seed", "days"),
    [
        pytest.param(1, 2, id="two days"),
        *(pytest.param(seed, 6, marks=[pytest.mark.long, pytest.mark.slow]) for seed in range(2, 8)),
    ],
)
def test_what_a_report_states_of_a_day_is_what_was_counted_and_kept_on_it(database, cast, seed, days):
    chance, day, told = random.Random(seed), clock.today(), {}
    scopes = (Scope(), Scope(unit=cast.units["claims"].id, stage="live"))
    for number in range(days):
        day += timedelta(days=chance.randrange(1, 70))
        with on(day):
            live_a_day(database, cast, seed * 100 + number)
        with on(day, over=True):
            jobs.keep_figures(database, {})
            with database.transaction(read_only=True) as session:
                told[day] = stated(session, cast, scopes)
    with on(day + timedelta(days=1)):
        live_a_day(database, cast, seed * 100 + 99)
        for then, expected in told.items():
            with reads_of(database, tables.recipe, then) as reads, reads() as session:
                assert stated(session, cast, scopes) == expected, then
                units = list(session.exec(select(BusinessUnit)))
                for name, audience in READERS.items():
                    top = headline(session, cast.actor(session, name), Scope(), units)
                    kept = select(KeptFigure).filter_by(unit_id=WHOLE, day=then, audience=audience)
                    assert {row.figure: row.value for row in session.exec(kept)} == kept_of(top), (then, name)
    assert len({str(each) for each in told.values()}) == days


@pytest.fixture
def past(database, cast, tmp_path, monkeypatch):
    """A day of an organisation, and the morning after, on which much is otherwise."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    day = clock.today() + timedelta(days=1)
    with on(day):
        live_a_day(database, cast, 5)
    with on(day + timedelta(days=1)):
        live_a_day(database, cast, 6)
        yield day


def work(database):
    handlers = worker.by_name(FOLLOW_UPS, SCHEDULE, ON_REQUEST)
    while worker.follow(database, FOLLOW_UPS):
        pass
    while worker.run_next(database, handlers):
        pass


def asked(database, place):
    with database.transaction(read_only=True) as session:
        return filed.report_by_number(session, int(place.rpartition("/")[2]))


def test_a_report_ordered_from_a_past_day_is_filed_says_its_day_and_reconciles_with_the_page(
    database, cast, client_of, tmp_path, past
):
    eva, home, query = client_of("eva"), f"/as-of/{past}", f"?unit={cast.units['claims'].id}"
    page = eva.get(f"{home}/portfolio{query}").text
    assert f'action="{home}/portfolio/reports{query}"' in page
    place = eva.post(f"{home}/portfolio/reports{query}", data={"kind": "tables"}).headers["Location"]
    assert place.startswith("/portfolio/reports/")
    work(database)
    found = asked(database, place)
    assert (found.state, found.as_of) == (ReportState.FILED, past)
    # As the unit was called on that day.
    assert found.narrowed == "unit Halden Mutual / Claims 5"
    with eva.get(f"{place}/file") as reply:
        content = reply.get_data()
        assert f"portfolio-tables-as-of-{past}-{found.id}.xlsx" in reply.headers["Content-Disposition"]
    assert hashlib.sha256(content).hexdigest() == found.sha256
    told = in_workbook(content)
    for row in told["At a glance"][:6]:
        assert f">{row[1]:,.0f}<" in page, row
    today = in_workbook(_made(database, eva, f"/portfolio/reports{query}"))
    assert today["At a glance"] != told["At a glance"]
    about = {row[0]: row[1] for row in told["About"]}
    assert about["As of"] == past
    assert about["Made"].startswith(day_said(past + timedelta(days=1)))
    assert f"Workbook as of {day_said(past)}" in eva.get(place).text
    assert f"Workbook as of {day_said(past)}" in eva.get("/portfolio/reports").text
    with database.transaction(read_only=True) as session:
        words = select(PAYLOAD.c.payload).join(ENTRY, ENTRY.c.seq == PAYLOAD.c.seq)
        notes = session.connection().scalars(words.where(ENTRY.c.event == "report.made")).all()
    assert f'"as of":"{past}"' in notes[0]
    assert '"as of"' not in notes[1]


def _made(database, client, address):
    place = client.post(address, data={"kind": "tables"}).headers["Location"]
    work(database)
    with client.get(f"{place}/file") as reply:
        return reply.get_data()


def test_each_page_of_a_report_of_a_past_day_names_the_day_and_that_it_was_made_later(database, cast, past):
    at = clock.now()
    with reads_of(database, tables.recipe, past) as reads, reads() as session:
        made = report(session, cast.actor(session, "eva"), Scope(), past_at=at)
    for template in (BOARD, FULL):
        page, identity = document_of(made, template)
        said = f"As of {day_said(past)}, made {day_said(at.date())}"
        assert f'data-running-date="{said}"' in page
        assert "how the register stood when that day ended" in page
        assert (identity.created, day_said(past) in identity.title) == (at, True)


def test_of_a_past_day_nothing_is_ordered_that_was_not_there_and_no_more_than_is_made_at_once(
    database, cast, client_of, past, monkeypatch, caplog
):
    eva, address = client_of("eva"), f"/as-of/{past}/portfolio/reports"
    for query, form, of in (("?unit=999", {"kind": "board"}, "unit"), ("", {"kind": "lost"}, "report")):
        refused = eva.post(address + query, data=form)
        assert (refused.status_code, f"There is no such {of}" in refused.text) == (422, True)
    assert client_of("otto").post(address, data={"kind": "board"}).status_code == 403
    assert eva.post(f"/as-of/{past + timedelta(days=9)}/portfolio/reports").status_code == 404
    places = [eva.post(address, data={"kind": "tables"}).headers["Location"] for _ in range(3)]
    assert "3 reports are being made for you already" in eva.post(address, data={"kind": "tables"}).text
    monkeypatch.setattr("registry.store.past.keeping.MOST_AT_ONCE", 3)
    earlier = f"/as-of/{past - timedelta(days=1)}/portfolio/reports"
    waits = client_of("aud").post(earlier, data={"kind": "tables"})
    assert (waits.status_code, "ask for it again in a minute" in waits.text) == (503, True)
    raised = iter([PastBusy(), *(PastRefused("The role x may not create schemas.") for _ in places)])

    def refuses(*_given, **_more):
        raise next(raised)

    monkeypatch.setattr("registry.store.past.keeping.Pasts.at", refuses)
    work(database)
    for each in (asked(database, place) for place in places):
        assert (each.state, each.trouble) == (ReportState.GIVEN_UP, NO_PAST)
    assert "role x" in caplog.text
