"""A person's own addresses: what their programs read there is what they may know at that moment, until they withdraw it."""

import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa

from registry.feeds import actions as feeds
from registry.feeds.jobs import end_of_leavers
from registry.feeds.models import FeedAddress
from registry.feeds.rules import FeedKind
from registry.incidents.actions.corrective import set_action
from registry.incidents.actions.opening import open_incident
from registry.incidents.rules.corrective import ActionFacts
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.limits.rules import Budget
from registry.people import actions as people
from registry.people.models import Person
from registry.risks import actions as risks
from registry.risks import queries as risk_queries
from registry.risks.rules import AcceptanceFacts, RiskFacts
from registry.store.session import finish
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from tests.feeds.test_formats import ATOM, read, unescaped
from tests.incidents.happening import facts

CALENDAR = re.compile(r"http://[^/]+(/feeds/[^/]+/due\.ics)<")


@pytest.fixture
def address(app, database, cast):
    """The path at which somebody's programs read."""

    def made(name, kind=FeedKind.CALENDAR):
        with database.transaction() as session:
            secret = feeds.make_address(session, cast.actor(session, name), kind)
        return f"/feeds/{secret}/{'due.ics' if kind is FeedKind.CALENDAR else 'changes.atom'}"

    return made


@pytest.fixture
def ask(app):
    """What a program gets that has nothing but an address."""
    return lambda path, **headers: app.test_client().get(path, headers=headers)


def add_risk(database, cast, system, title="Sorted too late", watcher="ada", days=30):
    with database.transaction() as session:
        stated = RiskFacts(
            title, "Free text", "A claim waits", likelihood=2, impact=4, owner_id=cast.number(watcher),
            review_on=clock.today() + timedelta(days=days),
        )  # fmt: skip
        return risks.add_risk(session, cast.actor(session, "adam"), system.id, stated).id


def events(reply):
    """The events of a calendar by what they ask for, each with its properties by name."""
    assert reply.status_code == 200, reply.text
    found, inside = {}, None
    for name, value in read(reply.data):
        if (name, value) == ("BEGIN", "VEVENT"):
            inside = {}
        elif (name, value) == ("END", "VEVENT"):
            found[unescaped(inside["SUMMARY"])] = inside
        elif inside is not None:
            inside[name.split(";")[0]] = value
    return found


def titles(reply):
    assert reply.status_code == 200, reply.text
    return [each.findtext(f"{ATOM}title") for each in ET.fromstring(reply.data).iter(f"{ATOM}entry")]


def test_an_address_is_made_shown_once_made_anew_and_withdrawn_on_ones_account(
    client_of, ask, database, cast
):
    ada = client_of("ada")
    [first] = CALENDAR.findall(ada.post("/account/feeds/calendar").text)
    assert ask(first).mimetype == "text/calendar"
    page = ada.get("/account").text
    assert first.split("/")[2] not in page
    [second] = CALENDAR.findall(ada.post("/account/feeds/calendar").text)
    assert [ask(each).status_code for each in (first, second)] == [404, 200]
    with database.engine.connect() as connection:
        rows = connection.execute(sa.select(FeedAddress.__table__)).all()
        kept = "".join(str(each) for row in rows for each in row)
    assert [row.withdrawn_at is None for row in rows] == [False, True]
    assert not any(path.split("/")[2] in kept for path in (first, second))
    assert ada.post("/account/feeds/calendar/withdraw").status_code == 303
    assert ask(second).status_code == 404
    assert ada.post("/account/feeds/calendar/withdraw").status_code == 404
    assert ada.post("/account/feeds/weather").status_code == 404


def test_whatever_does_not_open_looks_the_same(ask, address, database, cast):
    of_mia, of_ada = address("mia"), address("ada")
    with database.transaction() as session:
        mia = session.get_one(Person, cast.number("mia"))
        people.mark_as_left(session, the_registry("command"), mia, clock.today() - timedelta(days=1))
    replies = [
        ask(of_mia),
        ask(of_ada.replace("due.ics", "changes.atom")),
        ask("/feeds/nobody-was-given-this/due.ics"),
        ask(of_ada[:-9] + "x/due.ics"),
    ]
    assert {each.status_code for each in replies} == {404}
    # A calendar shows its user what it is answered, as it came; a browser gets the page.
    assert {each.mimetype for each in replies} == {"text/plain"}
    [said] = {each.text for each in replies}
    assert said.count("\n") == 1
    page = ask(of_mia, Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (page.status_code, page.mimetype) == (404, "text/html")


def test_a_calendar_is_asked_for_again_without_being_sent_again_and_tells_nobody_its_address(
    ask, address, database, cast
):
    add_risk(database, cast, cast.triage)
    path = address("ada")
    first = ask(path)
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert first.headers["Cache-Control"] == "no-store"
    again = ask(path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert path.split("/")[2].encode() not in first.data


def test_a_duty_keeps_its_id_and_says_which_revision_of_itself_it_is(ask, address, database, cast):
    number = add_risk(database, cast, cast.triage)
    path = address("ada")
    before = events(ask(path))["Look again at the risk: Sorted too late"]
    assert before["DTSTART"] == f"{clock.today() + timedelta(days=30):%Y%m%d}"
    assert before["URL"].endswith(f"/risks/{number}")
    with database.transaction() as session:
        actor = cast.actor(session, "ada")
        risk, _ = risk_queries.by_number(session, actor, number, lock=True)
        later = replace(risk_queries.facts_of(risk), review_on=clock.today() + timedelta(days=50))
        risks.edit_risk(session, actor, risk, later, version=risk.version)
    after = events(ask(path))["Look again at the risk: Sorted too late"]
    assert (after["UID"], int(after["SEQUENCE"])) == (before["UID"], int(before["SEQUENCE"]) + 1)
    assert after["DTSTART"] == f"{clock.today() + timedelta(days=50):%Y%m%d}"
    assert after["LAST-MODIFIED"] >= before["LAST-MODIFIED"]
    with database.transaction() as session:
        actor = cast.actor(session, "ada")
        risk, _ = risk_queries.by_number(session, actor, number, lock=True)
        risks.close_risk(
            session, actor, risk, "It went away.", version=risk.version, confirmed_at=clock.now()
        )
    assert "Look again at the risk: Sorted too late" not in events(ask(path))


def test_a_calendar_holds_what_its_owner_may_know_and_nothing_of_others(ask, address, database, cast):
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        sentinel, triage = session.get_one(System, cast.sentinel.id), session.get_one(System, cast.triage.id)
        for system, title, owner in ((triage, "Write it down", "ben"), (sentinel, "Look for rings", "ada")):
            incident = open_incident(session, adam, system, facts(detected_at=clock.now(), started_at=None))
            finish(session)
            asked = ActionFacts(title, owner_id=cast.number(owner), due_on=clock.today() + timedelta(days=9))
            set_action(session, adam, incident, asked)
    told = {name: events(ask(address(name))) for name in ("ada", "ben", "otto")}
    assert "Write it down" in told["ben"]
    assert "Look for rings" in told["ada"]
    assert "Look for rings" not in told["ben"]
    assert told["otto"] == {}
    assert any("Claims triage is still yours" in each for each in told["ada"])
    assert not any("Sentinel" in text for each in told["ben"].values() for text in each.values())


def test_a_feed_tells_what_happened_newest_first_and_nothing_that_is_hidden(ask, address, database, cast):
    paths = {name: address(name, FeedKind.CHANGES) for name in ("ada", "otto")}
    with database.transaction() as session:
        for one in (cast.triage, cast.sentinel):
            system, ada = session.get_one(System, one.id), cast.actor(session, "ada")
            stated = replace(facts_of(system), technique="Graphs")
            systems.edit(session, ada, system, stated, version=system.version)
    reply = ask(paths["ada"])
    assert titles(reply)[:2] == ["AI-0002 Sentinel: system edited", "AI-0001 Claims triage: system edited"]
    assert "Changed: technique" in reply.text
    assert not any("Sentinel" in each for each in titles(ask(paths["otto"])))
    assert "Sentinel" not in ask(paths["otto"]).text
    etag = reply.headers["ETag"]
    assert ask(paths["ada"], **{"If-None-Match": etag}).status_code == 304


def test_whoever_asks_too_often_waits_and_nobody_else_does(app, ask, address):
    app.config["REGISTRY_LIMITS"] = dict.fromkeys(Budget, 3)
    of_ada, of_ben = address("ada"), address("ben")
    assert [ask(of_ada).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = ask(of_ada)
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert ask(of_ben).status_code == 200
    # Who guesses addresses is counted by where they guess from, with those who guess tokens.
    guesses = [ask(f"/feeds/{number}/due.ics").status_code for number in range(4)]
    assert guesses == [404, 404, 404, 429]
    assert ask(of_ben).status_code == 200


@pytest.mark.parametrize(("review", "end", "first"), [(30, 90, 30), (200, 90, 90)])
def test_an_accepted_risk_is_looked_at_on_the_earlier_of_its_two_days(
    ask, address, database, cast, review, end, first
):
    number = add_risk(database, cast, cast.triage, days=review)
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        risk, _ = risk_queries.by_number(session, ada, number, lock=True)
        bears = AcceptanceFacts("It is rare and found at once.", clock.today() + timedelta(days=end))
        risks.accept_risk(session, ada, risk, bears, version=risk.version, confirmed_at=clock.now())
    due = events(ask(address("ada")))["Look again at the risk: Sorted too late"]
    assert due["DTSTART"] == f"{clock.today() + timedelta(days=first):%Y%m%d}"


def test_an_address_of_somebody_who_left_stays_dead_when_they_come_back(ask, address, database, cast):
    path, others = address("mia"), address("ada")
    door = the_registry("command")
    with database.transaction() as session:
        people.mark_as_gone(session, door, session.get_one(Person, cast.number("mia")))
    assert ask(path).status_code == 404
    end_of_leavers(database, {})
    with database.transaction() as session:
        people.mark_as_here(session, door, session.get_one(Person, cast.number("mia")))
    assert (ask(path).status_code, ask(others).status_code) == (404, 200)
    assert ask(address("mia")).status_code == 200
