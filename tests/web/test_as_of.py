"""Whatever page is asked for as of a past day is the page of that day: nothing written since shows through."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from markupsafe import escape

from registry.audit.actions import record
from registry.audit.models import ENTRY
from registry.audit.queries.state import audited_tables, table_of
from registry.incidents.models.incidents import IncidentSystem
from registry.kernel import clock
from registry.kernel.actor import LOOKS, looking_back, the_registry
from registry.kernel.events import Event
from registry.store.columns import Row
from registry.store.past import ended
from registry.systems.models import System
from registry.systems.rules.record import Visibility
from registry.web import doors
from registry.web.jsonkit import PROGRAM_DOORS
from tests.web.everything import SLOW, Everything

TOKEN = re.compile(r'name="csrf_token" value="[^"]*"|name="csrf-token" content="[^"]*"')
BANNER = re.compile(r'<aside class="as-of".*?</aside>', re.DOTALL)
# Said once, on whichever page comes next.
NOTICES = re.compile(r'<div class="notices">.*?</button>\s*</div>\s*</div>', re.DOTALL)
CHOOSER = re.compile(r'<form class="foot__as-of".*?</form>', re.DOTALL)
# The public half of a key proves what it signed: changing it is no edit, and refused.
UNTOUCHED = {"ledger_key"}
OURS = {name: kind for name, kind in audited_tables().items() if kind.__module__.startswith("registry.")}
PLAIN = (sa.String, sa.Text)


@pytest.fixture
def day(everything) -> date:
    with everything.app.database.transaction(read_only=True) as session:
        return date.fromisoformat(session.scalars(sa.select(sa.func.max(ENTRY.c.at))).one()[:10])


def at(day: date, hour: int = 9):
    return clock.frozen(datetime.combine(day, time(hour), UTC))


# An edition of a rule pack or of a card, a file that was sent, the proof of an entry, a checkpoint: nobody writes them anew.
UNCHANGING = {
    *("packs.text", "classification_api.questionnaire", "evidence.download", "evidence_api.download"),
    *("audit.checkpoint", "audit.entry_proof", "cards.edition_facts"),
}

# They ask which day, or which field: nothing on them is of a day.
ASKS_FOR_NO_DAY = {"past.choose", "systems.bulk"}


def pages(everything: Everything) -> Iterator[tuple[str, str]]:
    for rule in everything.rules("GET"):
        view = everything.app.view_functions[rule.endpoint]
        if doors.permission_of(view) in LOOKS and rule.endpoint not in {SLOW, "past.choose"}:
            yield rule.endpoint, everything.address(rule)


def body(reply, day: date) -> str:
    text = reply.get_data().decode(errors="replace").replace(f"/as-of/{day}", "")
    for taken_out in (TOKEN, BANNER, CHOOSER, NOTICES):
        text = taken_out.sub("", text)
    # A table of a past day names it in a column of its own before all others.
    table = text.startswith("\ufeffAs of,")
    lines = (line.strip().removeprefix(f"{day},") if table else line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line).replace("\ufeffAs of,", "\ufeff", 1)


def level(database) -> None:
    """Store JSON with its keys in the order of the alphabet: as text they have an order, in the ledger only this one."""
    with database.engine.begin() as connection:
        for table in [table_of(kind) for kind in OURS.values()]:
            for column in (each for each in table.columns if isinstance(each.type, sa.JSON)):
                raw = sa.select(sa.literal_column("id"), sa.literal_column(column.name)).select_from(table)
                for number, text in connection.execute(raw).all():
                    if text is not None:
                        sorted_ = json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
                        put = f"UPDATE {table.name} SET {column.name} = ? WHERE id = ?"
                        connection.exec_driver_sql(put, (sorted_, number))


def change_everything(session) -> int:
    """Another letter at the end of every text that is free to be anything, in every row the ledger covers."""
    changed = 0
    for name, kind in sorted(OURS.items()):
        if name in UNTOUCHED:
            continue
        columns = [column for column in table_of(kind).columns if _is_free(kind, column)]
        for row in session.scalars(sa.select(kind)):
            for column in columns:
                if (getattr(row, column.name) or "").strip():
                    setattr(row, column.name, getattr(row, column.name)[:-1] + "¤")
                    changed += 1
    record(session, the_registry("test"), Event.SYSTEM_EDITED, None, subject_kind="test")
    return changed


def _is_free(kind: type[Row], column: sa.Column) -> bool:
    alone = column.unique or column.index or column.name in kind.__masked__
    together = any(
        column.name in constraint.columns
        for constraint in table_of(kind).constraints
        if isinstance(constraint, sa.UniqueConstraint | sa.CheckConstraint)
    )
    in_index = any(column.name in index.columns for index in table_of(kind).indexes)
    plain = isinstance(column.type, PLAIN) and not isinstance(column.type, sa.Enum)
    return plain and type(column.type) in PLAIN and not (alone or together or in_index)


@pytest.mark.parametrize(
    "each",
    [
        pytest.param(6, id="every sixth"),
        pytest.param(1, id="all", marks=[pytest.mark.long, pytest.mark.slow]),
    ],
)
def test_each_page_as_of_a_day_is_the_page_of_that_day_after_all_was_written_anew(
    everything, day, each, monkeypatch
):
    app = everything.app
    if app.database.is_sqlite:
        level(app.database)
    with clock.frozen(ended(day)):
        auditor = everything.sign_in("aud")
        with monkeypatch.context() as patch:
            known = app.load_actor
            patch.setattr(app, "load_actor", lambda session: looking_back(known(session), frozenset()))
            shown = {
                url: (name, auditor.get(url, headers=_bearer(everything, url)))
                for name, url in list(pages(everything))[::each]
            }
        expected = {
            url: (name, body(reply, day)) for url, (name, reply) in shown.items() if reply.status_code == 200
        }
    assert len(expected) > 100 / each
    with at(day + timedelta(days=1), 1), app.database.transaction() as session:
        assert change_everything(session) > 200
    differing, unlike_today = [], 0
    with at(day + timedelta(days=1)):
        auditor = everything.sign_in("aud")
        for url, (name, page) in expected.items():
            headers = _bearer(everything, url)
            then = auditor.get(f"/as-of/{day}{url}", headers=headers)
            if then.status_code != 200 or body(then, day) != page:
                differing.append((name, url, then.status_code, _first_difference(page, body(then, day))))
            unlike_today += body(auditor.get(url, headers=headers), day) != page
    assert not differing, "\n".join(map(str, differing))
    # Else the comparison would be one of pages that never change.
    assert unlike_today > 0.7 * sum(name not in UNCHANGING for name, _ in expected.values())


def _first_difference(expected: str, found: str) -> tuple[str, str]:
    pairs = zip(expected.splitlines(), found.splitlines(), strict=False)
    a, b = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    at = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
    return a[max(at - 60, 0) : at + 60], b[max(at - 60, 0) : at + 60]


def _bearer(everything: Everything, url: str) -> dict[str, str]:
    return everything.bearer if url.startswith(PROGRAM_DOORS) else {}


FORM = re.compile(
    r'<form[^>]*method="post"[^>]*action="([^"]*)"|<form[^>]*action="([^"]*)"[^>]*method="post"',
    re.IGNORECASE,
)
LOOKS_UP = re.compile(r'<form(?![^>]*method="post")[^>]*action="(/[^"]*)"', re.IGNORECASE)
LINK = re.compile(r'href="(/[^"]*)"')
# What belongs to whoever looks and to no day, and the way back to today.
OF_ANY_DAY = {"accounts.account", "notices.inbox", "portfolio.desk", "past.choose", "static"}


@pytest.mark.parametrize(
    ("names", "each"),
    [
        pytest.param(("ada",), 6, id="an owner, every sixth"),
        pytest.param(("ada", "rita", "adam", "aud"), 1, id="all", marks=[pytest.mark.long, pytest.mark.slow]),
    ],
)
def test_on_a_past_day_nothing_that_changes_is_offered_and_one_link_leads_to_today(
    everything, day, names, each
):
    offered = []
    with at(day + timedelta(days=1)):
        for name in names:
            browser = everything.sign_in(name)
            for endpoint, url in list(pages(everything))[::each]:
                reply = browser.get(f"/as-of/{day}{url}", headers=_bearer(everything, url))
                if reply.status_code == 200 and reply.mimetype == "text/html":
                    offered += [(name, endpoint, what) for what in _offers(everything.app, reply.text, url)]
    assert not offered, "\n".join(map(str, sorted(set(offered))))


@pytest.mark.parametrize(
    "each",
    [
        pytest.param(6, id="every sixth, and the desk"),
        pytest.param(1, id="all", marks=[pytest.mark.long, pytest.mark.slow]),
    ],
)
def test_a_page_offers_to_look_back_where_it_has_a_past_and_nowhere_else(everything, each):
    """A picker that leads to today's page again would promise what there is not."""
    browser, with_past, wrong = everything.sign_in("adam"), 0, []
    rules = [rule for place, rule in enumerate(everything.rules("GET")) if place % each == 0]
    rules += [rule for rule in everything.rules("GET") if rule.endpoint == "portfolio.desk"]
    for rule in rules:
        reply = browser.get(everything.address(rule))
        if reply.status_code != 200 or reply.mimetype != "text/html":
            continue
        if rule.endpoint in ASKS_FOR_NO_DAY:
            continue
        has_past = doors.has_past(everything.app.view_functions[rule.endpoint])
        with_past += has_past
        if has_past is not bool(CHOOSER.search(reply.text)):
            wrong.append(rule.endpoint)
    assert wrong == []
    assert with_past > 5


def _takes_away(app, action: str) -> bool:
    """Whether a form of a past day leads to a file of that very day, at once or made later."""
    at = re.fullmatch(r"/as-of/[0-9-]{10}(/[^?]*)(\?.*)?", unescape(action))
    if at is None:
        return False
    endpoint, _ = app.url_map.bind("localhost").match(at[1], method="POST")
    view = app.view_functions[endpoint]
    return doors.is_taking_away(view) or doors.is_ordering(view)


def _offers(app, page: str, url: str) -> list[str]:
    """What a page of a past day offers that changes something, or leads to where something is changed."""
    forms = [first or second for first, second in FORM.findall(page)]
    adapter = app.url_map.bind("localhost")
    found = [f"form {action}" for action in forms if action != "/sign-out" and not _takes_away(app, action)]
    if page.lower().count('method="post"') != len(forms):
        found.append("a form without an address")
    for link in (unescape(each) for each in (*LINK.findall(page), *LOOKS_UP.findall(page))):
        path = link.partition("?")[0].partition("#")[0]
        if link == url or path.startswith("/as-of/"):
            continue
        endpoint, _ = adapter.match(path, method="GET")
        if endpoint not in OF_ANY_DAY:
            found.append(f"link {link}")
    if page.count(f'<a class="button button--quiet" href="{escape(url)}">This page today</a>') != 1:
        found.append("no single way to today")
    return found


def test_what_is_restricted_today_is_hidden_in_every_past(everything, day):
    with clock.frozen(ended(day)):
        assert everything.sign_in("otto").get("/systems/AI-0001").status_code == 200
    with at(day + timedelta(days=1), 1), everything.app.database.transaction() as session:
        triage = session.get_one(System, everything.cast.triage.id)
        triage.visibility = Visibility.RESTRICTED
        record(session, the_registry("test"), Event.SYSTEM_EDITED, triage, system_id=triage.id)
    with at(day + timedelta(days=1)):
        outsider, auditor = everything.sign_in("otto"), everything.sign_in("aud")
        for url in ("/systems/AI-0001", "/systems/AI-0001/card", "/systems/AI-0001/history"):
            assert outsider.get(f"/as-of/{day}{url}").status_code == 404, url
        assert "AI-0001" not in outsider.get(f"/as-of/{day}/systems").text
        assert auditor.get(f"/as-of/{day}/systems/AI-0001").status_code == 200


def test_a_restricted_system_is_seen_in_every_past_by_the_head_of_the_unit_it_is_in_today(everything, day):
    cast = everything.cast
    with at(day + timedelta(days=1), 1), everything.app.database.transaction() as session:
        for system, unit in ((cast.triage, "underwriting"), (cast.pricing, "claims")):
            moved = session.get_one(System, system.id)
            # Then the one was in Claims and the other was not.
            assert (moved.unit_id == cast.units["claims"].id) is (unit == "underwriting")
            moved.visibility, moved.unit_id = Visibility.RESTRICTED, cast.units[unit].id
            record(session, the_registry("test"), Event.SYSTEM_EDITED, moved, system_id=moved.id)
    with at(day + timedelta(days=1)):
        head = everything.sign_in("hedy")
        for home in ("", f"/as-of/{day}"):
            assert head.get(f"{home}/systems/{cast.triage.key}").status_code == 404
            assert head.get(f"{home}/systems/{cast.pricing.key}").status_code == 200
            assert cast.triage.key not in head.get(f"{home}/systems").text


def test_an_incident_that_touches_a_restricted_system_since_is_hidden_before(everything, day):
    number = everything.place["incident"]
    with at(day + timedelta(days=1), 1), everything.app.database.transaction() as session:
        tie = IncidentSystem(incident_id=number, system_id=everything.cast.sentinel.id)
        session.add(tie)
        session.flush()
        record(session, the_registry("test"), Event.INCIDENT_EDITED, tie, system_id=everything.cast.triage.id)
    with at(day + timedelta(days=1)):
        outsider, auditor = everything.sign_in("otto"), everything.sign_in("aud")
        for home in ("", f"/as-of/{day}"):
            assert outsider.get(f"{home}/incidents/{number}").status_code == 404
            assert auditor.get(f"{home}/incidents/{number}").status_code == 200


def test_the_past_is_looked_at_and_not_changed(everything, day):
    with at(day + timedelta(days=1)):
        ada, home = everything.sign_in("ada"), f"/as-of/{day}"
        refused = ada.post(f"{home}/systems/AI-0001/notes", data={"text": "Then"})
        assert refused.status_code == 403
        assert "shown and not changed" in refused.text
        assert ada.get(f"{home}/systems/AI-0001/edit").headers["Location"] == "/systems/AI-0001/edit"
        assert ada.get(f"{home}/").headers["Location"] == "/"
        page = ada.get(f"{home}/systems/AI-0001").text
        assert "Nothing here can be changed." in page
        assert f'href="/as-of/{day}/systems/AI-0001/card"' in page
        assert 'href="/systems/AI-0001"' in page


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/as-of/2999-01-01/systems", 404, "That day is not over."),
        ("/as-of/1999-01-01/systems", 404, "Nothing was recorded by the end of 1999-01-01."),
        ("/as-of/2026-02-30/systems", 404, ""),
        ("/as-of/20260230/systems", 404, ""),
        ("/as-of?day=2999-01-01&at=/systems", 422, "Choose a day before today"),
        ("/as-of?day=yesterday", 422, "Give a date such as"),
        ("/as-of?day=", 422, "Give a date such as"),
        ("/as-of", 200, "Every page of the register can be seen"),
    ],
)
def test_a_day_that_cannot_be_shown_is_answered_with_the_reason(client_of, cast, address, status, says):
    reply = client_of("ada").get(address)
    assert (reply.status_code, says in reply.text) == (status, True)


@pytest.mark.parametrize("elsewhere", ["//evil.example/x", "https://evil.example", "/\\evil.example"])
def test_the_form_leads_to_pages_of_ours_alone(client_of, cast, elsewhere):
    ada, day = client_of("ada"), clock.today() - timedelta(days=1)
    led = ada.get("/as-of", query_string={"day": day.isoformat(), "at": elsewhere})
    assert led.headers["Location"] == f"/as-of/{day}/systems"
    led = ada.get("/as-of", query_string={"day": day.isoformat(), "at": "/systems/AI-0001?x=1"})
    assert led.headers["Location"] == f"/as-of/{day}/systems/AI-0001?x=1"


def test_who_is_not_signed_in_signs_in_first_and_comes_back_to_that_day(app, cast):
    led = app.test_client().get("/as-of/2026-01-01/systems")
    assert led.headers["Location"] == "/sign-in?next=/as-of/2026-01-01/systems"
