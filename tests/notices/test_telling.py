"""Who is told of what happens, by what they may know when they read it; and letters that leave once, whatever dies meanwhile."""

import email
import multiprocessing
import os
import signal
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
from sqlmodel import select

from registry.accounts import actions as accounts
from registry.audit.queries.checkpoints import last_seq
from registry.incidents.actions import linking
from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.monitoring.actions.alerts import raise_alert
from registry.monitoring.rules.alerts import AlertKind
from registry.notices import actions, jobs
from registry.notices.actions import telling
from registry.notices.models import Mailing, Notice
from registry.notices.queries import lines as told
from registry.notices.queries import mail as queries
from registry.notices.rules.choices import Choice, Kind, Way
from registry.notices.rules.sending import Sent
from registry.ownership import actions as ownership
from registry.people.models import Person
from registry.store.session import Database
from registry.systems import actions as register
from registry.systems import queries as systems
from registry.systems.rules.record import Visibility
from registry.worker.actions import Unreachable, place_of
from tests.incidents.happening import opened
from tests.output.receivers import mail_receiver

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def house(database, cast):
    """Everything up to now is told already."""
    with database.transaction() as session:
        place_of(session, telling.PLACE).seq = last_seq(session)
    with clock.frozen(NOW):
        yield cast


@pytest.fixture
def box(monkeypatch):
    with mail_receiver() as opened:
        monkeypatch.setenv("REGISTRY_MAIL_SERVER", opened.url)
        monkeypatch.setenv("REGISTRY_MAIL_FROM", "registry@house.example")
        yield opened


def tell_all(database, *, mails=True):
    while telling.tell(database, mails=mails, source="https://registry.example"):
        pass


def heard(database, cast, name):
    """What somebody reads now, oldest first, as "system: sentence"."""
    with database.transaction(read_only=True) as session:
        notices = told.notices_of(session, cast.number(name), limit=100)
        lines = told.lines_for(session, cast.actor(session, name), notices)
    return [f"{each.system_key}: {each.sentence}" for each in reversed(lines)]


def alert(database, cast, system, says="Accuracy is low"):
    with database.transaction() as session:
        raise_alert(session, the_registry("worker"), system.id, AlertKind.BREACH, says)


def letters(box):
    return [email.message_from_bytes(each, policy=policy.default) for each in box.taken]


def test_an_alert_is_told_to_everybody_who_answers_for_the_system_and_to_nobody_else(database, house):
    alert(database, house, house.triage)
    tell_all(database)
    for name in ("ada", "ben", "dee"):
        assert heard(database, house, name) == ["AI-0001: Alert: Accuracy is low"], name
    for name in ("mia", "olga", "rita", "adam"):
        assert heard(database, house, name) == [], name
    # Followed again from the beginning by a worker that lost its place: nobody is told twice.
    assert not telling.tell(database, mails=True, source="https://registry.example")


def test_whoever_did_it_is_not_told_of_it_except_about_their_own_account(database, house):
    with database.transaction() as session:
        ada = house.actor(session, "ada")
        ownership.fill_seat(session, ada, house.triage.id, Seat.DATA_STEWARD, person_id=house.number("mia"))
        ownership.offer_handover(session, ada, house.sentinel.id, house.number("mia"), "I move on")
        accounts.issue_token(session, ada, house.people["ada"], "Nightly push", frozenset({"registry:read"}))
    tell_all(database)
    assert heard(database, house, "ada") == [": A token that acts for you was made: Nightly push"]
    # Mia may not know of Sentinel before she has accepted it: she hears that there is an offer, and not of what.
    assert heard(database, house, "mia") == [
        "AI-0001: Ada Owner gave you a seat: data steward",
        ": Ada Owner offers you a system; read the offer to learn which",
    ]


def test_what_became_restricted_is_told_no_more_to_whoever_may_not_know_of_it(database, house, box):
    with database.transaction() as session:
        olga = house.actor(session, "olga")
        seat = ownership.fill_seat(
            session, olga, house.pricing.id, Seat.ENGINEERING_LEAD, person_id=house.number("otto")
        )
    alert(database, house, house.pricing)
    tell_all(database)
    assert len(heard(database, house, "otto")) == 2
    with database.transaction() as session:
        system = session.merge(house.pricing)
        facts = replace(systems.facts_of(system), visibility=Visibility.RESTRICTED)
        register.edit(session, house.actor(session, "olga"), system, facts, version=system.version)
        ownership.vacate_seat(session, house.actor(session, "olga"), session.merge(seat))
    assert heard(database, house, "otto") == []
    while jobs.send_mail(database):
        pass
    # The letter to Otto was withheld whole; Olga's left, and names the system.
    assert {each["To"] for each in letters(box)} == {"olga@example.org"}
    with database.transaction(read_only=True) as session:
        otto = session.exec(select(Mailing).where(Mailing.person_id == house.number("otto"))).one()
    assert otto.state is Sent.DROPPED
    assert b"Home pricing" in box.taken[0]


def test_many_at_once_are_one_letter_and_those_that_follow_wait_for_each_other(database, house, box):
    for number in range(5):
        alert(database, house, house.triage, f"Accuracy {number} is <b>low</b>")
    tell_all(database)
    while jobs.send_mail(database):
        pass
    alert(database, house, house.triage, "And again")
    tell_all(database)
    assert not jobs.send_mail(database)
    to_ada = [each for each in letters(box) if each["To"] == "ada@example.org"]
    [letter] = to_ada
    text, html = (part.get_content() for part in letter.iter_parts())
    assert letter["Subject"] == "AI-0001 Claims triage: 5 times, last: Alert: Accuracy 4 is <b>low</b>"
    assert "/alerts/" in text
    assert "&lt;b&gt;low" in html
    assert "<b>low" not in html
    assert "<img" not in html
    with clock.frozen(NOW + timedelta(minutes=6)):
        while jobs.send_mail(database):
            pass
    assert len([each for each in letters(box) if each["To"] == "ada@example.org"]) == 2


def test_people_are_told_as_they_chose_and_what_waits_follows_a_new_choice(database, house, box):
    zones = ("UTC", "Europe/Berlin")
    with database.transaction() as session:
        adam = house.actor(session, "adam")
        actions.set_for_house(session, adam, Choice({Kind.ALERT: Way.DIGEST}, hour=12), zones, version=0)
        ben = house.actor(session, "ben")
        actions.choose(session, ben, Choice({Kind.ALERT: Way.HERE}), zones, version=0)
        with pytest.raises(Conflict):
            actions.choose(session, ben, Choice(), zones, version=0)
        with pytest.raises(RuleBroken):
            actions.choose(session, ben, Choice(zone="Nowhere"), zones, version=1)
        with pytest.raises(Forbidden):
            actions.set_for_house(session, ben, Choice(), zones, version=1)
    alert(database, house, house.triage)
    tell_all(database)
    assert not jobs.send_mail(database)
    with database.transaction() as session:
        dee = house.actor(session, "dee")
        actions.choose(session, dee, Choice({Kind.ALERT: Way.AT_ONCE}), zones, version=0)
    while jobs.send_mail(database):
        pass
    assert [each["To"] for each in letters(box)] == ["dee@example.org"]
    with clock.frozen(NOW.replace(hour=12)):
        while jobs.send_mail(database):
            pass
    # Ada by the house's word at noon; Ben, who wants none, reads it in the registry.
    assert [each["To"] for each in letters(box)] == ["dee@example.org", "ada@example.org"]
    assert len(heard(database, house, "ben")) == 1


def test_a_letter_that_comes_due_in_quiet_hours_waits_for_their_end_and_loses_no_try(database, house, box):
    alert(database, house, house.triage)
    tell_all(database)
    box.replies += ["451 later"] * 3
    while jobs.send_mail(database):
        pass
    with database.transaction() as session:
        for name in ("ada", "ben", "dee"):
            person = house.actor(session, name)
            quiet = Choice(quiet_from=NOW.hour, quiet_until=NOW.hour + 2)
            actions.choose(session, person, quiet, ("UTC",), version=0)
        actions.try_mail(session, house.actor(session, "adam"))
    with clock.frozen(NOW + timedelta(minutes=10)):
        while jobs.send_mail(database):
            pass
    assert [each["To"] for each in letters(box)] == ["adam@example.org"]
    with clock.frozen(NOW.replace(minute=0) + timedelta(hours=2)):
        while jobs.send_mail(database):
            pass
    assert {each["To"] for each in letters(box)} == {
        f"{name}@example.org" for name in ("adam", "ada", "ben", "dee")
    }
    with database.transaction(read_only=True) as session:
        assert {each.attempts for each in queries.newest_mailings(session, 9)} == {1, 2}


def test_an_incident_is_told_to_its_lead_to_the_involved_and_on_every_system_it_touches(database, house):
    with database.transaction() as session:
        ada = house.actor(session, "ada")
        incident = opened(
            session, house, started_at=NOW - timedelta(hours=5), detected_at=NOW - timedelta(hours=3)
        )
        linking.involve(session, ada, incident, session.get_one(Person, house.number("rita")))
        linking.spread(session, ada, incident, session.merge(house.pricing))
    tell_all(database)
    assert any("to be told of it" in each for each in heard(database, house, "rita"))
    for name in ("rita", "olga"):
        assert any("touches other systems" in each for each in heard(database, house, name)), name


def test_a_letter_that_is_refused_is_tried_for_a_day_and_then_waits_to_be_sent_again_by_hand(
    database, house, box
):
    with database.transaction() as session:
        actions.try_mail(session, house.actor(session, "adam"))
    box.replies += ["451 later"] * 10
    at = NOW
    for _ in range(10):
        with clock.frozen(at):
            assert jobs.send_mail(database)
            assert not jobs.send_mail(database)
        at += timedelta(hours=13)
    with database.transaction() as session:
        [letter] = queries.newest_mailings(session, 5)
        assert (letter.state, letter.attempts) == (Sent.DEAD, 10)
        assert "451" in letter.trouble
        actions.send_again(house.actor(session, "adam"), letter)
        with pytest.raises(RuleBroken):
            actions.send_again(house.actor(session, "adam"), letter)
    assert jobs.send_mail(database)
    [taken] = letters(box)
    assert (taken["To"], letter.uid in taken["Message-ID"]) == ("adam@example.org", True)


def test_while_the_mail_server_is_gone_one_letter_is_tried_and_the_others_lose_no_try(
    database, house, box, monkeypatch
):
    for _ in range(2):
        with database.transaction() as session:
            actions.try_mail(session, house.actor(session, "adam"))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nowhere = f"smtp://127.0.0.1:{gone.getsockname()[1]}"
    monkeypatch.setenv("REGISTRY_MAIL_SERVER", nowhere)
    with pytest.raises(Unreachable):
        jobs.send_mail(database)
    with database.transaction(read_only=True) as session:
        assert sorted(each.attempts for each in queries.newest_mailings(session, 5)) == [0, 1]


def test_a_worker_killed_while_it_mails_loses_nothing_and_repeats_at_most_under_the_same_number(
    database, house, box
):
    """Killed after the server has the letter and before that is noted; the next worker finds the lease over."""
    alert(database, house, house.triage)
    tell_all(database)
    started = multiprocessing.get_context("fork").Process(
        target=_mail_and_die, args=(str(database.url.render_as_string(hide_password=False)),)
    )
    started.start()
    started.join(30)
    assert started.exitcode == -signal.SIGKILL
    assert len(box.taken) == 1
    with clock.frozen(NOW + timedelta(minutes=3)):
        while jobs.send_mail(database):
            pass
    numbers = {}
    for each in letters(box):
        numbers.setdefault(each["To"], []).append(each["Message-ID"])
    assert sorted(numbers) == ["ada@example.org", "ben@example.org", "dee@example.org"]
    assert sorted(map(len, numbers.values())) == [1, 1, 2]
    assert all(len(set(each)) == 1 for each in numbers.values())


def _mail_and_die(url):
    with suppress(Exception), clock.frozen(NOW):
        database = Database(url)
        jobs.mail.telling.finish = lambda *_given, **_more: os.kill(os.getpid(), signal.SIGKILL)
        jobs.send_mail(database)


def test_what_is_older_than_it_is_kept_goes_and_nothing_else(database, house):
    alert(database, house, house.triage)
    tell_all(database)
    with database.transaction() as session:
        telling.gather(session)
    with clock.frozen(NOW + timedelta(days=179)):
        jobs.sweep(database, {})
    with database.transaction(read_only=True) as session:
        assert len(session.exec(select(Notice)).all()) == len(session.exec(select(Mailing)).all()) == 3
    with clock.frozen(NOW + timedelta(days=400)):
        jobs.sweep(database, {})
    with database.transaction(read_only=True) as session:
        assert session.exec(select(Notice)).all() == session.exec(select(Mailing)).all() == []
