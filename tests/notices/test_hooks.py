"""Webhooks: what a receiver gets and can check, how long it is tried, and what is never sent or shown."""

import importlib.util
import json
import multiprocessing
import os
import secrets
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from registry.audit.queries.checkpoints import last_seq
from registry.incidents.actions import linking
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.monitoring.actions.alerts import raise_alert
from registry.monitoring.rules.alerts import AlertKind
from registry.notices import actions, jobs
from registry.notices.actions import Stated, delivering, telling
from registry.notices.actions.delivering import Outcome
from registry.notices.models import Delivery, DeliveryAttempt, HookHealth, Webhook
from registry.notices.queries import hooks as queries
from registry.notices.rules.hooks import PRIVATE, TOPICS, HookFacts, HookState, hears
from registry.notices.rules.retrying import WAITS_SECONDS
from registry.notices.rules.sending import Sent, Tried
from registry.people.models import Person
from registry.settings import Settings
from registry.store.sealing import Purpose, Seal
from registry.store.session import Database
from registry.systems import actions as register
from registry.systems import queries as systems
from registry.systems.rules.record import Visibility
from registry.wiring import RELAYS, SCHEDULE
from registry.worker import commands
from registry.worker.actions import Unreachable, place_of
from registry.worker.commands import work_until
from tests.incidents.happening import opened
from tests.output.receivers import hook_receiver

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
KEY = secrets.token_urlsafe(30)
SOURCE = "http://127.0.0.1:8000"


@pytest.fixture
def house(database, cast, monkeypatch):
    """Everything up to now is told already; receivers on this machine are allowed."""
    monkeypatch.setenv("REGISTRY_WEBHOOK_NETWORKS", "127.0.0.1")
    monkeypatch.setenv("REGISTRY_SECRET_KEY", KEY)
    with database.transaction() as session:
        place_of(session, telling.PLACE).seq = last_seq(session)
    with clock.frozen(NOW):
        yield cast


@pytest.fixture
def receiver():
    with hook_receiver() as heard:
        yield heard


@pytest.fixture(scope="module")
def sample():
    """The receiver of the documentation, as somebody copies it."""
    path = Path(__file__).parents[2] / "docs" / "webhook_receiver.py"
    spec = importlib.util.spec_from_file_location("webhook_receiver", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def add(database, cast, receiver, **facts):
    with database.transaction() as session:
        stated = HookFacts("Team chat", receiver.url, ("alerts",))
        hook, secret = actions.add_hook(
            session,
            cast.actor(session, "adam"),
            Stated(replace(stated, **facts)),
            Settings.from_environment().secret(),
        )
        return hook.id, secret


def alert(database, system, says="Accuracy is low"):
    with database.transaction() as session:
        raise_alert(session, the_registry("worker"), system.id, AlertKind.BREACH, says)


def send_all(database):
    while jobs.tell(database) or jobs.deliver(database):
        pass


def deliveries(database):
    with database.transaction(read_only=True) as session:
        return session.exec(select(Delivery).order_by(Delivery.id)).all()


def test_a_receiver_gets_each_event_once_signed_and_as_a_cloud_event(database, house, receiver, sample):
    _, secret = add(database, house, receiver)
    alert(database, house.triage, "Secret words of an alert")
    send_all(database)
    [heard] = receiver.heard
    event = sample.verified(heard.headers, heard.body, secret, NOW.timestamp())
    assert (event["specversion"], event["type"], event["source"]) == ("1.0", "registry.alert.raised", SOURCE)
    assert event["data"]["system"] == {"key": "AI-0001", "href": f"{SOURCE}/systems/AI-0001"}
    assert event["data"]["subject"]["kind"] == "alert"
    assert heard.headers["Content-Type"].startswith("application/cloudevents+json")
    # Nothing that anybody typed leaves the house.
    assert b"Secret words" not in heard.body
    assert b"Triage" not in heard.body
    # A repetition is the same event under the same id, and no refusal.
    assert sample.verified(heard.headers, heard.body, secret, NOW.timestamp()) == event
    for headers, body, key, later in (
        (heard.headers, heard.body.replace(b"0001", b"0002"), secret, 0),
        (heard.headers, heard.body, "whsec_other", 0),
        (heard.headers, heard.body, secret, 301),
        (heard.headers | {"X-Registry-Id": "another"}, heard.body, secret, 0),
        (heard.headers | {"X-Registry-Timestamp": "tomorrow"}, heard.body, secret, 0),
        ({}, heard.body, secret, 0),
    ):
        with pytest.raises(sample.Refused):
            sample.verified(headers, body, key, NOW.timestamp() + later)


def test_a_replaced_secret_signs_beside_the_new_one_for_a_day(database, house, receiver, sample):
    number, before = add(database, house, receiver)
    with database.transaction() as session:
        hook = queries.hook_by_id(session, number)
        after = actions.replace_secret(session, house.actor(session, "adam"), hook, KEY)
    assert before != after
    for at, holding in ((NOW, {before, after}), (NOW + timedelta(hours=25), {after})):
        with clock.frozen(at):
            alert(database, house.triage if at == NOW else house.pricing)
            send_all(database)
        heard = receiver.heard[-1]
        for secret in (before, after):
            with suppress(sample.Refused):
                sample.verified(heard.headers, heard.body, secret, at.timestamp())
                holding.discard(secret)
        assert not holding
    with pytest.raises(sample.Refused):
        sample.verified(heard.headers, heard.body, before, at.timestamp())


def test_what_does_not_arrive_is_tried_under_one_id_then_dead_and_sent_again_by_hand(
    database, house, receiver
):
    add(database, house, receiver)
    alert(database, house.triage)
    receiver.answers += [500, 302, 404] + [503] * 7
    at = NOW
    for attempt in range(10):
        with clock.frozen(at):
            send_all(database)
        assert len(receiver.heard) == attempt + 1
        # Past its own wait at its longest, and the rest of its hook.
        at += timedelta(seconds=1.2 * (*WAITS_SECONDS, 0)[attempt]) + timedelta(minutes=16)
    [dead] = deliveries(database)
    assert (dead.state, dead.attempts) == (Sent.DEAD, 10)
    assert len({each.headers["X-Registry-Id"] for each in receiver.heard}) == 1
    assert {each.path for each in receiver.heard} == {"/hook"}
    with database.transaction() as session:
        adam = house.actor(session, "adam")
        hook = session.exec(select(Webhook)).one()
        actions.switch(session, adam, hook, on=True)
        actions.resend(session, adam, queries.delivery_by_id(session, dead.id))
    send_all(database)
    [again] = deliveries(database)
    # No try has the number of an earlier one: a worker that comes back late is taken for nobody else.
    assert (again.state, again.uid, again.attempts) == (Sent.ARRIVED, dead.uid, 11)
    with database.transaction() as session:
        tried = session.exec(select(DeliveryAttempt).order_by(DeliveryAttempt.id)).all()
        assert [each.status for each in tried] == [500, 302, 404] + [503] * 7 + [204]
        with pytest.raises(RuleBroken):
            actions.resend(session, house.actor(session, "adam"), queries.delivery_by_id(session, dead.id))


def test_a_hook_that_never_answers_is_left_alone_longer_and_longer_then_switched_off_and_said_to_be(
    database, house, receiver
):
    number, _ = add(database, house, receiver)
    receiver.answers += [503] * 500
    at, ends = NOW, NOW + timedelta(days=4)
    while at < ends:
        with clock.frozen(at):
            alert(database, house.triage)
            send_all(database)
        at += timedelta(hours=13)
    with database.transaction(read_only=True) as session:
        hook = queries.hook_by_id(session, number)
        assert hook.state is HookState.DISABLED
        assert [each.id for each in queries.disabled(session)] == [number]
    told = len(receiver.heard)
    with clock.frozen(ends + timedelta(days=1)):
        alert(database, house.pricing)
        send_all(database)
    assert len(receiver.heard) == told
    with database.transaction() as session, pytest.raises(RuleBroken):
        actions.try_hook(session, house.actor(session, "adam"), session.exec(select(Webhook)).one(), SOURCE)


def test_a_restricted_system_is_told_only_where_somebody_said_so_and_one_that_became_so_is_withheld(
    database, house, receiver
):
    add(database, house, receiver)
    add(database, house, receiver, url=receiver.url + "/all", restricted=True)
    add(database, house, receiver, url=receiver.url + "/pricing", system_id=house.pricing.id)
    alert(database, house.sentinel)
    alert(database, house.triage)
    while jobs.tell(database):
        pass
    with database.transaction() as session:
        system = session.merge(house.triage)
        facts = replace(systems.facts_of(system), visibility=Visibility.RESTRICTED)
        register.edit(session, house.actor(session, "ada"), system, facts, version=system.version)
    send_all(database)
    assert sorted(each.path for each in receiver.heard) == ["/hook/all", "/hook/all"]
    assert [each.state for each in deliveries(database)].count(Sent.DROPPED) == 1


def test_of_an_incident_that_touches_a_restricted_system_only_those_hear_who_may_also_when_it_becomes_so_later(
    database, house, receiver
):
    add(database, house, receiver, topics=("incidents",))
    add(database, house, receiver, url=receiver.url + "/all", topics=("incidents",), restricted=True)
    with database.transaction() as session:
        ada = house.actor(session, "ada")
        incident = opened(
            session, house, started_at=NOW - timedelta(hours=5), detected_at=NOW - timedelta(hours=3)
        )
        linking.spread(session, ada, incident, session.merge(house.pricing))
    while jobs.tell(database):
        pass
    with database.transaction() as session:
        # Of the system it was found at everybody may still know.
        system = session.merge(house.pricing)
        facts = replace(systems.facts_of(system), visibility=Visibility.RESTRICTED)
        register.edit(session, house.actor(session, "olga"), system, facts, version=system.version)
    with database.transaction() as session:
        olga = session.get_one(Person, house.number("olga"))
        linking.involve(session, house.actor(session, "ada"), session.merge(incident), olga)
    send_all(database)
    assert {each.path for each in receiver.heard} == {"/hook/all"}
    # Two that were queued are withheld; the third was never meant for that hook.
    assert [each.state for each in deliveries(database)].count(Sent.DROPPED) == 2
    assert len(receiver.heard) == 3


NOUNS = sorted({event.value.partition(".")[0] for event in Event})


def test_of_every_event_it_is_decided_under_which_topic_a_hook_hears_it_or_that_none_does():
    named = [noun for _said, nouns in TOPICS.values() for noun in nouns] + sorted(PRIVATE)
    assert sorted(named) == NOUNS


@given(
    st.lists(st.sampled_from([*TOPICS, "nonsense"])),
    st.none() | st.integers(1, 3),
    st.booleans(),
    st.sampled_from(NOUNS),
    st.none() | st.integers(1, 3),
    st.booleans(),
)
def test_a_hook_hears_what_it_was_told_to_and_nothing_else(
    topics, only, restricted, noun, system_id, is_restricted
):
    facts = HookFacts("x", "https://example.org", tuple(topics), only, restricted)
    chosen = any(noun in TOPICS[topic][1] for topic in topics if topic in TOPICS)
    expected = chosen and only in {None, system_id} and (restricted or not is_restricted)
    assert hears(facts, f"{noun}.happened", system_id, is_restricted=is_restricted) is expected
    if noun in PRIVATE:
        assert not expected


def test_what_cannot_stand_names_its_field_and_only_administrators_set_hooks(database, house):
    with database.transaction() as session:
        adam, ada = house.actor(session, "adam"), house.actor(session, "ada")
        objection = queries.objection_to("http://169.254.169.254/", ())
        wrong = Stated(HookFacts("", "http://169.254.169.254/", ("sign_in",), 99), objection)
        with pytest.raises(RuleBroken) as refused:
            actions.add_hook(session, adam, wrong, KEY)
        assert [each.field for each in refused.value.problems] == ["label", "url", "topics", "system"]
        right = Stated(HookFacts("Chat", "https://example.org/", ("alerts",)))
        with pytest.raises(Forbidden):
            actions.add_hook(session, ada, right, KEY)
        hook, _ = actions.add_hook(session, adam, right, KEY)
        with pytest.raises(Conflict):
            actions.edit_hook(session, adam, hook, right, version=99)
        actions.edit_hook(
            session, adam, hook, Stated(replace(right.facts, label="Tickets")), version=hook.version
        )
        assert hook.label == "Tickets"


def test_a_secret_is_kept_so_that_neither_the_table_nor_the_ledger_tells_it(
    database, house, receiver, monkeypatch
):
    number, secret = add(database, house, receiver)
    with database.transaction(read_only=True) as session:
        hook = queries.hook_by_id(session, number)
        told = (
            session.connection()
            .exec_driver_sql("SELECT payload FROM ledger_payload ORDER BY seq DESC LIMIT 1")
            .scalar()
        )
    assert secret not in hook.secret
    assert hook.secret not in told
    # The path of an address may be a secret of the receiver's: the ledger is told its host.
    assert (receiver.url in told, '"host":"127.0.0.1"' in told) == (False, True)
    assert Seal(KEY, Purpose.WEBHOOK).opened(hook.secret) == secret
    assert Seal(secrets.token_urlsafe(30), Purpose.WEBHOOK).opened(hook.secret) is None
    assert Seal(KEY, Purpose.SECOND_STEP).opened(hook.secret) is None
    # Another key than it was sealed with: nothing is sent unsigned, and the delivery says why.
    monkeypatch.setenv("REGISTRY_SECRET_KEY", secrets.token_urlsafe(30))
    alert(database, house.triage)
    send_all(database)
    with database.transaction(read_only=True) as session:
        assert "another key" in session.exec(select(DeliveryAttempt)).one().trouble
    assert receiver.heard == []


def test_an_address_that_has_come_to_lead_inside_is_refused_when_it_is_used(
    database, house, receiver, monkeypatch
):
    """Saved while it was allowed; the settings are others by now."""
    add(database, house, receiver)
    monkeypatch.setenv("REGISTRY_WEBHOOK_NETWORKS", "")
    alert(database, house.triage)
    send_all(database)
    assert receiver.heard == []
    with database.transaction(read_only=True) as session:
        assert "not on the public network" in session.exec(select(DeliveryAttempt)).one().trouble


@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=pytest.mark.long)])
def test_a_worker_killed_while_it_delivers_loses_nothing_and_repeats_at_most_under_one_id(
    database, house, receiver, kills, record_property
):
    """Each is killed after the receiver has it and before that is noted; the next finds the lease over."""
    add(database, house, receiver)
    for system in (house.triage, house.pricing):
        alert(database, system)
    while jobs.tell(database):
        pass
    url = database.url.render_as_string(hide_password=False)
    for kill in range(kills):
        at = NOW + timedelta(minutes=3 * kill)
        started = multiprocessing.get_context("fork").Process(target=_deliver_and_die, args=(url, at))
        started.start()
        started.join(30)
        assert started.exitcode == -signal.SIGKILL
    record_property("workers killed", kills)
    assert len(receiver.heard) == kills
    with clock.frozen(NOW + timedelta(minutes=3 * kills)):
        send_all(database)
    ids = [each.headers["X-Registry-Id"] for each in receiver.heard]
    assert (len(ids), len(set(ids))) == (kills + 2, 2)
    assert {each.state for each in deliveries(database)} == {Sent.ARRIVED}


def _deliver_and_die(url, at):
    with suppress(Exception), clock.frozen(at):
        database = Database(url)
        jobs.hooks.delivering.finish = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
        jobs.deliver(database)


def test_what_leaves_the_house_goes_round_by_itself_and_what_fails_or_hangs_keeps_nothing_waiting(
    database, monkeypatch
):
    monkeypatch.setattr(commands, "_IDLE_SECONDS", 0.01)
    monkeypatch.setattr(commands, "_RELAYS_GRACE_SECONDS", 0.1)
    stop, free, tries = threading.Event(), threading.Event(), []

    def hangs(_database):
        return free.wait(20)

    def nobody(_database):
        tries.append("nobody")
        raise Unreachable("no answer")

    def broken(_database):
        tries.append("broken")
        if tries.count("broken") == 3:
            stop.set()
        raise RuntimeError("no")

    working = threading.Thread(
        target=work_until, args=(stop, database, {}, {}), kwargs={"relays": (hangs, nobody, broken)}
    )
    working.start()
    working.join(20)
    assert not working.is_alive()
    free.set()
    # Whoever is not there is asked again after a minute, not with the next thing.
    assert (tries.count("nobody"), tries.count("broken")) == (1, 3)
    assert set(RELAYS) == {jobs.tell, jobs.send_mail, jobs.deliver}
    assert jobs.sweep in SCHEDULE


def test_two_workers_may_note_the_first_tries_of_a_hook_that_has_no_row_for_it_yet(database, house, receiver):
    number, _ = add(database, house, receiver)
    with database.transaction() as session:
        session.delete(queries.health_of(session, {number})[number])
    for system in (house.triage, house.pricing):
        alert(database, system)
    while jobs.tell(database):
        pass
    with database.transaction() as session:
        two = [delivering.lease(session)[0].id for _ in range(2)]
    together = threading.Barrier(2, timeout=10)

    def note(delivery):
        # On SQLite the second cannot begin before the first has ended; on PostgreSQL both are in the midst of it.
        if database.is_sqlite:
            together.wait()
        with clock.frozen(NOW), database.transaction() as session:
            if not database.is_sqlite:
                together.wait()
            delivering.finish(session, delivery, 1, Outcome(Tried.FAILED, 503, "no"))

    with ThreadPoolExecutor(2) as workers:
        for done in [workers.submit(note, each) for each in two]:
            done.result(20)
    with database.transaction(read_only=True) as session:
        assert session.exec(select(HookHealth.failures)).all() == [2]
        assert len(session.exec(select(DeliveryAttempt)).all()) == 2


def test_deliveries_that_are_old_go_with_their_tries(database, house, receiver):
    add(database, house, receiver)
    alert(database, house.triage)
    send_all(database)
    with clock.frozen(NOW + timedelta(days=400)):
        jobs.sweep(database, {})
    assert deliveries(database) == []


def test_a_delivery_is_the_same_text_on_each_try(database, house, receiver):
    add(database, house, receiver)
    alert(database, house.triage)
    receiver.answers += [500]
    send_all(database)
    with clock.frozen(NOW + timedelta(minutes=5)):
        send_all(database)
    first, second = receiver.heard
    assert first.body == second.body
    assert json.loads(first.body)["sequence"]
    # The time is that of the try, so that a late one is still within the receiver's window.
    assert first.headers["X-Registry-Timestamp"] != second.headers["X-Registry-Timestamp"]
