"""How a past day is reached: at once or once the worker has laid it out, under a mount, with one address for each file."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from registry.accounts.actions import issue_token
from registry.audit.actions import record
from registry.audit.models import ENTRY, PAYLOAD
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Forbidden
from registry.kernel.events import Event
from registry.store.past import PastRefused, board_of, ended, forget
from registry.store.progress import Board
from registry.systems.models import System
from registry.web import doors
from registry.web.past import led_back, mounted
from registry.wiring import ON_REQUEST
from registry.worker.actions import by_name, run_next
from registry.worker.models import Job
from registry.worker.rules import MOST_ATTEMPTS, PAST_DAYS_ASKED, JobState

ADDRESS = re.compile(r'(?:href|src|action)="([^"#][^"]*)"')
MOUNT = "http://localhost/registry"


@pytest.fixture
def day(cast, database) -> date:
    """The last day on which anything happened; the clock stands on the morning after."""
    with database.transaction(read_only=True) as session:
        last = date.fromisoformat(session.scalars(sa.select(sa.func.max(ENTRY.c.at))).one()[:10])
    with clock.frozen(datetime.combine(last + timedelta(days=1), time(9), UTC)):
        yield last


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr("registry.store.past.keeping.MOST_AT_ONCE", 3)


def jobs(database):
    with database.transaction(read_only=True) as session:
        return list(session.scalars(sa.select(Job).filter_by(kind="audit.lay_out_past")))


def work(database):
    while run_next(database, by_name({}, {}, ON_REQUEST)):
        pass


def test_a_large_day_is_laid_out_by_the_worker_once_for_all_who_ask(
    app, database, client_of, day, large, tmp_path, monkeypatch
):
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    ada, otto, page = client_of("ada"), client_of("otto"), f"/as-of/{day}/systems/AI-0001"
    for asked in (ada.get(page), otto.get(f"/as-of/{day}/systems"), ada.get(page)):
        assert (asked.status_code, asked.headers["Refresh"], asked.headers["Retry-After"]) == (202, "5", "5")
        assert "is being laid out" in asked.text
        assert "Waiting for its turn" in asked.text
    assert f'href="{page}"' in ada.get(page).text
    [job] = jobs(database)
    assert (job.state, job.payload["day"]) == (JobState.QUEUED, day.isoformat())
    Board(tmp_path, board_of(day)).begin("rows laid out", 12_000)
    assert "0 of 12,000 rows" in ada.get(page).text
    work(database)
    assert Board(tmp_path, board_of(day)).read() is None
    shown = ada.get(page)
    assert (shown.status_code, "Nothing here can be changed" in shown.text) == (200, True)
    # Let go of, and asked for again: the same job once more.
    app.close_pasts()
    forget(database)
    assert ada.get(page).status_code == 202
    work(database)
    assert ada.get(page).status_code == 200
    assert [each.state for each in jobs(database)] == [JobState.DONE]


def test_a_program_is_told_when_to_ask_again_and_everybody_when_it_was_given_up(
    app, database, client_of, cast, day, large
):
    with database.transaction() as session:
        text, _ = issue_token(
            session, cast.actor(session, "ada"), cast.people["ada"], "test", frozenset({"registry:read"})
        )
    bearer = {"Authorization": f"Bearer {text}"}
    reply = app.test_client().get(f"/as-of/{day}/api/v1/systems", headers=bearer)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert json.loads(reply.text)["title"] == "Being laid out"
    with database.transaction() as session:
        job = session.scalars(sa.select(Job).filter_by(kind="audit.lay_out_past")).one()
        job.state, job.attempts = JobState.FAILED, MOST_ATTEMPTS
    given_up = client_of("ada").get(f"/as-of/{day}/systems")
    assert (given_up.status_code, "sees why among the jobs" in given_up.text) == (503, True)


def test_nobody_fills_the_queue_with_past_days_and_what_waits_for_one_is_open_to_all(
    app, database, client_of, day, large, tmp_path, monkeypatch
):
    monkeypatch.setattr("registry.app.PAST_DAYS_ASKED", PAST_DAYS_ASKED._replace(of_one=2, of_all=3))
    later = [day + timedelta(days=each) for each in range(4)]
    with clock.frozen(datetime.combine(later[-1] + timedelta(days=1), time(9), UTC)):
        ada, otto, rita = client_of("ada"), client_of("otto"), client_of("rita")

        def asked(client, each):
            return client.get(f"/as-of/{later[each]}/systems")

        assert [asked(ada, each).status_code for each in (0, 1, 0)] == [202, 202, 202]
        refused = asked(ada, 2)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert "2 past days you asked for are still being laid out" in refused.text
        # What one person waits for takes no room from another, and the last place is anybody's.
        assert [asked(otto, each).status_code for each in (0, 2)] == [202, 202]
        full = asked(rita, 3)
        assert (full.status_code, "3 past days wait to be laid out already" in full.text) == (429, True)
        assert asked(rita, 1).status_code == 202
        assert len(jobs(database)) == 3
        monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
        work(database)
        assert asked(ada, 0).status_code == 200
        assert asked(ada, 3).status_code == 202


# What may be taken away, by its address and form, who takes it, and what each file is called.
TAKEN = {
    "systems.export": ("/systems/export", {"format": "csv_plain"}, "ai-systems-as-of-{day}.csv"),
    "incidents.export": ("/incidents.csv", {}, "incidents-as-of-{day}.csv"),
    "ownership.on_day_csv": ("/ownership/on.csv?date={day}", {}, "owners-{day}-as-of-{day}.csv"),
    "audit.export": ("/audit.csv", {}, "audit-log-as-of-{day}.csv"),
}


def test_every_file_that_pages_offer_is_taken_away_as_of_a_past_day_and_noted_today(
    app, database, client_of, cast, day
):
    marked = {name for name, view in app.view_functions.items() if doors.is_taking_away(view)}
    assert marked == set(TAKEN)
    with clock.frozen(ended(day)):
        then = {name: taken(client_of("aud"), name, day) for name in TAKEN}
    with database.transaction() as session:
        triage = session.get_one(System, cast.triage.id)
        triage.name = "Renamed since"
        record(session, the_registry("test"), Event.SYSTEM_EDITED, triage, system_id=triage.id)
    for name, (_, _, called) in TAKEN.items():
        named, (header, *rows) = taken(client_of("aud"), name, day, home=f"/as-of/{day}")
        assert named == f"attachment; filename={called.format(day=day)}"
        assert header[0] == "As of"
        assert {row[0] for row in rows} <= {day.isoformat()}
        _, was = then[name]
        # The log of that day ends with its exports above, which the file of then was made before.
        assert [header[1:], *(row[1:] for row in rows)][: len(was)] == was or name == "audit.export"
        assert rows or name == "incidents.export"
        with database.transaction(read_only=True) as session:
            entry, payload = session.execute(
                sa.select(ENTRY.c.at, PAYLOAD.c.payload)
                .join(PAYLOAD, PAYLOAD.c.seq == ENTRY.c.seq)
                .order_by(ENTRY.c.seq.desc())
            ).first()
        assert entry[:10] == (day + timedelta(days=1)).isoformat(), name
        assert f'"as of":"{day}"' in payload, name


def taken(client, name, day, home=""):
    address, form, _ = TAKEN[name]
    with client.post(home + address.format(day=day), data=form) as reply:
        assert reply.status_code == 200, (name, reply.text)
        lines = list(csv.reader(io.StringIO(reply.get_data().decode("utf-8-sig"))))
        return reply.headers["Content-Disposition"], lines


def test_a_workbook_of_a_past_day_names_it_and_no_file_leaves_without_its_entry(
    client_of, day, monkeypatch, large
):
    ada, address = client_of("ada"), f"/as-of/{day}/systems/export"
    waits = ada.post(address, data={"format": "xlsx"})
    assert (waits.status_code, waits.headers["Retry-After"]) == (503, "60")
    assert "ask for it again in a minute" in waits.text
    monkeypatch.setattr("registry.store.past.keeping.MOST_AT_ONCE", 30_000)
    with ada.post(address, data={"format": "xlsx"}) as reply:
        book = CalamineWorkbook.from_filelike(io.BytesIO(reply.get_data()))
    assert book.sheet_names == [f"Register as of {day}"]
    header, first, *_ = book.get_sheet_by_index(0).to_python()
    assert (header[:2], first[0]) == (["As of", "Id"], day)

    def refuses(*_given, **_more):
        raise Forbidden("Not any more.")

    monkeypatch.setattr("registry.systems.actions.record", refuses)
    refused = ada.post(address, data={"format": "csv"})
    assert (refused.status_code, "Content-Disposition" in refused.headers) == (403, False)


def test_where_no_past_can_be_kept_the_reader_is_told_so_and_the_log_why(client_of, day, monkeypatch, caplog):
    def refused(*_given, **_more):
        raise PastRefused("The database role x may not create schemas.")

    monkeypatch.setattr("registry.store.past.keeping.Pasts.at", refused)
    reply = client_of("ada").get(f"/as-of/{day}/systems")
    assert (reply.status_code, "No past day can be laid out here" in reply.text) == (503, True)
    assert ("role x" in reply.text, "role x" in caplog.text) == (False, True)


def test_under_a_mount_every_address_of_a_past_page_keeps_it_and_files_have_one_address(client_of, day):
    ada = client_of("ada")
    today = ada.get("/systems/AI-0001", base_url=MOUNT).text
    then = ada.get(f"/as-of/{day}/systems/AI-0001", base_url=MOUNT).text
    addresses = {address for address in ADDRESS.findall(then) if not address.startswith("mailto:")}
    assert {address for address in addresses if not address.startswith("/registry/")} == set()
    assert f"/registry/as-of/{day}/systems/AI-0001/card" in addresses
    assert "/registry/systems/AI-0001" in addresses
    files = {address for address in addresses if "/static/" in address}
    assert files
    assert {address for address in files if "as-of" in address} == set()
    assert {each for each in ADDRESS.findall(today) if "app.css" in each} <= files
    led = ada.get(f"/as-of/{day}/static/css/app.css", base_url=MOUNT)
    assert led.headers["Location"] == "/registry/static/css/app.css"


def test_under_a_mount_the_day_is_chosen_anew_and_the_sign_in_leads_back(app, client_of, day):
    ada, asked = client_of("ada"), {"day": day.isoformat(), "at": "/systems/AI-0001?x=1"}
    then = ada.get(f"/as-of/{day}/systems/AI-0001?x=1", base_url=MOUNT).text
    assert 'class="foot__as-of" action="/registry/as-of"' in then
    assert '<input type="hidden" name="at" value="/systems/AI-0001?x=1">' in then
    for home in ("", f"/as-of/{day}"):
        led = ada.get(f"{home}/as-of", base_url=MOUNT, query_string=asked, follow_redirects=bool(home))
        led = led.history[-1] if home else led
        assert led.headers["Location"] == f"/registry/as-of/{day}/systems/AI-0001?x=1"
    nobody = app.test_client()
    led = nobody.get(f"/as-of/{day}/systems", base_url=MOUNT).headers["Location"]
    form = nobody.get(led.removeprefix("/registry"), base_url=MOUNT)
    assert f'value="/registry/as-of/{day}/systems"' in form.text
    assert 'action="/registry/sign-out"' in ada.get(f"/as-of/{day}/systems", base_url=MOUNT).text


@pytest.mark.parametrize(
    ("path", "script", "seen"),
    [
        ("/registry/systems", "", ("/registry", "/systems")),
        ("/systems", "", ("/registry", "/systems")),
        ("/registry", "", ("/registry", "/")),
        ("/registryx", "", ("/registry", "/registryx")),
        ("/systems", "/registry", ("/registry", "/systems")),
        ("/registry/as-of/2026-10-01/x", "", ("/registry/as-of/2026-10-01", "/x")),
    ],
)
def test_a_prefix_of_the_base_address_is_where_the_application_is_mounted(path, script, seen):
    def answer(environ, _start):
        return environ["SCRIPT_NAME"], environ["PATH_INFO"]

    inside = mounted(led_back(answer), "/registry")
    assert inside({"PATH_INFO": path, "SCRIPT_NAME": script}, None) == seen
    assert mounted(answer, "") is answer
