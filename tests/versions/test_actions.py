"""Versions written through their actions: what is refused, what the ledger keeps, and what was live when."""

from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from registry.audit.models import LedgerEntry
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import SourceFacts
from registry.kernel import clock
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from registry.store.session import finish
from registry.systems.queries import by_key as system_by_key
from registry.versions import actions, queries
from registry.versions.models import LivePeriod
from registry.versions.rules.record import TrainedOn, VersionFacts
from registry.versions.rules.standing import State
from tests.ownership.racing import second_of
from tests.store.statements import counted

# Later than any day on which the standing cast can have been registered.
START = datetime(2090, 3, 3, 12, tzinfo=UTC)
FACTS = VersionFacts("2.1", changed="Retrained on 2026.", significant=False)


@pytest.fixture
def house(database, cast):
    return database, cast


def added(session, cast, label="2.1", by="ada", **changes):
    return actions.add_version(
        session, cast.actor(session, by), cast.triage.id, replace(FACTS, label=label, **changes)
    )


def approved(session, cast, label="2.1"):
    model = added(session, cast, label)
    return actions.approve(session, cast.actor(session, "ben"), model, version=model.version)


def put_live(session, cast, *shares):
    return actions.put_live(session, cast.actor(session, "ada"), cast.triage.id, shares)


def live(session, cast):
    return [(model.label, period.share) for model, period in queries.live_now(session, cast.triage.id)]


def events(session):
    query = sa.select(LedgerEntry.event).where(LedgerEntry.event.like("version.%"))
    return list(session.scalars(query.order_by(LedgerEntry.seq)))


def test_a_version_goes_from_candidate_to_live_and_each_step_is_one_entry(house):
    database, cast = house
    with database.transaction() as session:
        source = data_sources.add_source(
            session, cast.actor(session, "ada"), SourceFacts("Archive", owner_id=cast.number("ada"))
        )
        learned = TrainedOn(source.id, date(2025, 1, 1), date(2025, 12, 31))
        model = added(session, cast, "  RC 1 ", digest="AB" * 32, trained_on=(learned,))
        facts = replace(FACTS, label="rc 1", digest=model.digest, trained_on=(TrainedOn(source.id),))
        actions.edit(session, cast.actor(session, "dee"), model, facts, version=model.version)
        actions.approve(session, cast.actor(session, "ben"), model, version=model.version)
        put_live(session, cast, (model, 100))
        actions.withdraw(session, cast.actor(session, "ada"), model, " It drifts. ")
    with database.transaction(read_only=True) as session:
        model = queries.by_label(session, cast.triage.id, "Rc  1")
        assert (model.label, model.digest) == ("rc 1", "sha256:" + "ab" * 32)
        assert (model.state, model.withdrawn_because) == (State.WITHDRAWN, "It drifts.")
        assert (model.added_by_id, model.edited_by_id, model.approved_by_id) == tuple(
            cast.number(name) for name in ("ada", "dee", "ben")
        )
        [(row, named)] = queries.learned_by(session, [model.id])[model.id]
        assert (named.name, row.from_on) == ("Archive", None)
        assert live(session, cast) == []
        assert events(session) == [
            Event.VERSION_ADDED,
            Event.VERSION_EDITED,
            Event.VERSION_APPROVED,
            Event.VERSION_PUT_LIVE,
            Event.VERSION_WITHDRAWN,
        ]
        assert queries.by_label(session, cast.pricing.id, "rc 1") is None
        with pytest.raises(NotFound):
            queries.by_number(session, cast.pricing.id, model.id)


def test_a_label_stands_once_in_a_system_also_for_two_who_add_it_at_once(house):
    database, cast = house

    def adding(session):
        held = system_by_key(session, cast.actor(session, "ada"), cast.triage.key, lock=True)
        actions.add_version(session, cast.actor(session, "ada"), held.id, FACTS)

    assert second_of(database, adding, adding) == "refused"
    with database.transaction() as session:
        actions.add_version(session, cast.actor(session, "olga"), cast.pricing.id, FACTS)


def test_only_who_leads_the_system_changes_its_versions(house):
    database, cast = house
    with database.transaction() as session:
        model = added(session, cast)
        for name in ("mia", "rita", "olga"):
            actor = cast.actor(session, name)
            for act in (
                lambda actor=actor: actions.add_version(session, actor, cast.triage.id, FACTS),
                lambda actor=actor: actions.edit(session, actor, model, FACTS, version=1),
                lambda actor=actor: actions.approve(session, actor, model, version=1),
                lambda actor=actor: actions.put_live(session, actor, cast.triage.id, [(model, 100)]),
                lambda actor=actor: actions.withdraw(session, actor, model),
            ):
                with pytest.raises(Forbidden):
                    act()


def test_a_second_pair_of_eyes_approves_unless_there_is_only_an_administrator(house):
    database, cast = house
    with database.transaction() as session:
        ada, ben, adam = (cast.actor(session, name) for name in ("ada", "ben", "adam"))
        model = added(session, cast)
        with pytest.raises(Forbidden, match="a second pair of eyes"):
            actions.approve(session, ada, model, version=model.version)
        actions.edit(session, ben, model, replace(FACTS, changed="All of it."), version=model.version)
        with pytest.raises(Forbidden):
            actions.approve(session, ben, model, version=model.version)
        actions.approve(session, cast.actor(session, "dee"), model, version=model.version)
        own = actions.add_version(session, adam, cast.triage.id, replace(FACTS, label="3"))
        actions.approve(session, adam, own, version=own.version)
        assert own.state is State.APPROVED


def test_what_was_read_is_what_is_approved_and_what_was_approved_stays(house):
    database, cast = house
    with database.transaction() as session:
        ada, ben, dee = (cast.actor(session, name) for name in ("ada", "ben", "dee"))
        source = data_sources.add_source(session, ada, SourceFacts("Archive", owner_id=cast.number("ada")))
        model = added(session, cast)
        read = model.version
        # Nothing but the data differs: what was read is not what stands all the same.
        actions.edit(session, ada, model, replace(FACTS, trained_on=(TrainedOn(source.id),)), version=read)
        with pytest.raises(Conflict):
            actions.approve(session, ben, model, version=read)
        with pytest.raises(Conflict) as both:
            actions.edit(session, dee, model, replace(FACTS, because="Drift"), version=read)
        assert [each.field for each in both.value.differences] == ["because"]
        actions.approve(session, ben, model, version=model.version)
        for act in (
            lambda: actions.edit(session, ada, model, FACTS, version=model.version),
            lambda: actions.approve(session, ben, model, version=model.version),
        ):
            with pytest.raises(RuleBroken):
                act()
        with pytest.raises(RuleBroken) as refused:
            added(session, cast, "2.1", trained_on=(TrainedOn(999_999_999_999),), changed="")
        assert [each.field for each in refused.value.problems] == ["label", "changed", "trained_on"]


def test_one_version_takes_over_from_another_at_the_same_instant_and_can_be_gone_back_to(house):
    database, cast = house
    with database.transaction() as session:
        first, second = approved(session, cast, "1"), approved(session, cast, "2")
        for hours, model in ((0, first), (5, second), (9, first)):
            with clock.frozen(START + timedelta(hours=hours)):
                put_live(session, cast, (model, 100))
        assert (first.state, second.state) == (State.LIVE, State.APPROVED)
        told = [
            [(model.label, share) for model, share in queries.live_on(session, cast.triage.id, at)]
            for at in (START + timedelta(hours=hours) for hours in (-1, 0, 4.99, 5, 9))
        ]
        assert told == [[], [("1", 100)], [("1", 100)], [("2", 100)], [("1", 100)]]
        with pytest.raises(RuleBroken, match="how it is already"):
            put_live(session, cast, (first, 100))
        with pytest.raises(NotFound):
            actions.put_live(session, cast.actor(session, "olga"), cast.pricing.id, [(first, 100)])
        day = queries.live_between(session, cast.triage.id, START, START + timedelta(hours=6))
        assert [model.label for model, _ in day] == ["1", "2"]


def test_champion_and_challenger_share_and_the_database_refuses_two_that_have_all(house):
    database, cast = house
    with database.transaction() as session:
        first, second = approved(session, cast, "1"), approved(session, cast, "2")
        put_live(session, cast, (first, 90), (second, 10))
        assert live(session, cast) == [("1", 90), ("2", 10)]
        with pytest.raises(RuleBroken, match="Put the others live without it first"):
            actions.withdraw(session, cast.actor(session, "ada"), second, "It is worse.")
        with counted(database) as statements:
            page = queries.versions_page(session, cast.triage.id, limit=1)
        assert len(statements) == 1
        assert [(one.model.label, one.added_by.name, one.live.share) for one in page.items] == [
            ("2", "Ada Owner", 10)
        ]
        rest = queries.versions_page(session, cast.triage.id, before=page.next_after[0])
        assert [one.model.label for one in rest.items] == ["1"]
        assert rest.next_after is None
        put_live(session, cast, (first, 100))
        actions.withdraw(session, cast.actor(session, "ada"), second)
        finish(session)
        nested = session.begin_nested()
        session.add(LivePeriod(version_id=second.id, system_id=cast.triage.id, share=100, from_at=START))
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        nested.rollback()


class _Undone(Exception):
    pass


@contextmanager
def unkept(database):
    """A transaction of which nothing is kept, so that every example begins with the same house."""
    with suppress(_Undone), database.transaction() as session:
        yield session
        raise _Undone


LABELS = ("1", "2", "3")
# Each step: the shares to go live with or whom to withdraw, and how many hours the clock moved since (backwards as well).
shares = st.dictionaries(st.sampled_from(LABELS), st.sampled_from([10, 50, 90, 100]), min_size=1, max_size=3)
steps = st.lists(
    st.tuples(
        st.sampled_from(LABELS).map(lambda label: {label: 100})
        | st.sampled_from([10, 50, 90]).map(lambda share: {"1": share, "2": 100 - share})
        | shares
        | st.sampled_from(LABELS),
        st.integers(min_value=-24, max_value=240),
    ),
    min_size=3,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_what_was_live_at_any_instant_is_what_a_replay_of_the_actions_says(house, done):
    database, cast = house
    at, replayed = START, [(datetime.min.replace(tzinfo=UTC), {})]
    with unkept(database) as session:
        models = {label: approved(session, cast, label) for label in LABELS}
        for what, hours in done:
            at += timedelta(hours=hours)
            with clock.frozen(at), suppress(RuleBroken):
                if isinstance(what, str):
                    was = replayed[-1][1]
                    actions.withdraw(session, cast.actor(session, "ada"), models[what], "Enough.")
                    after = {label: share for label, share in was.items() if label != what}
                else:
                    put_live(session, cast, *((models[label], share) for label, share in what.items()))
                    after = what
                # A clock that was set back does not bring what is over back.
                if after != replayed[-1][1]:
                    replayed.append((max(at, replayed[-1][0]), after))
        event(f"{len(replayed) - 1} changes")
        edges = {since + timedelta(microseconds=shift) for since, _ in replayed[1:] for shift in (-1, 0, 1)}
        for instant in edges | {START + timedelta(days=4_000)}:
            expected = next((now for since, now in reversed(replayed) if since <= instant), {})
            found = queries.live_on(session, cast.triage.id, instant)
            assert {model.label: share for model, share in found} == expected
            assert sum(share for _, share in found) in {0, 100}
        for label, model in models.items():
            assert (model.state is State.LIVE) == (label in replayed[-1][1])
