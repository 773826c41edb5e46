"""Distributions taken in, baselines set, and the alerts the nightly check opens, counts and ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlmodel import select

from registry.audit.queries import verify
from registry.drift import actions, jobs
from registry.drift.models import Baseline, Distribution, DistributionBatch, Feature
from registry.drift.queries import features as features_queries
from registry.drift.queries import windows
from registry.drift.queries.integrity import altered_distributions
from registry.drift.rules.decoding import DistributionBatch as Batch
from registry.drift.rules.decoding import DistributionIn
from registry.drift.rules.spreads import spread_of
from registry.kernel import clock
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.monitoring.actions import alerts
from registry.monitoring.models.alerts import Alert
from registry.store.session import finish
from registry.versions import actions as versions
from registry.versions.rules.record import VersionFacts
from tests.store.statements import counted

EDGES = tuple(map(Decimal, (0, 18, 40, 65, 120)))
USUAL, MOVED, GONE = (500, 500, 500, 500), (300, 700, 700, 300), (180, 820, 820, 180)
FIRST = datetime(2025, 10, 1, tzinfo=UTC)


def ages(day, counts=USUAL, **more):
    end = FIRST + timedelta(days=day)
    return DistributionIn("age", end - timedelta(days=1), end, counts, EDGES, **more)


def batch(*distributions, version="", supersedes=""):
    return Batch(version, "nightly", supersedes, distributions)


@pytest.fixture
def send(database, cast):
    def sent(*distributions, by="ben", system=None, **told):
        with database.transaction() as session:
            number = (system or cast.triage).id
            return actions.record_distributions(
                session, cast.actor(session, by), number, batch(*distributions, **told)
            )

    return sent


@pytest.fixture
def baseline(database, cast):
    """Set the first window of a feature, or the newest of these counts, as what it is compared with."""

    def set_it(feature=None, name="training data", sent=None, by="ben"):
        sent = sent or ages(0)
        with database.transaction() as session:
            actor = cast.actor(session, by)
            return actions.set_sent_baseline(session, actor, cast.triage.id, name, "As it was trained.", sent)

    return set_it


def found_alerts(database):
    with database.transaction(read_only=True) as session:
        rows = session.exec(select(Alert).order_by(Alert.id)).all()
        return [(each.severity.value, each.state.value, each.count) for each in rows]


def is_whole(database):
    with database.transaction(read_only=True) as session:
        return verify(session).ok


def test_a_delivery_is_taken_once_and_a_correction_says_why(database, cast, send):
    with database.transaction() as session:
        facts = VersionFacts("2026.3", "First.", significant=False)
        versions.add_version(session, cast.actor(session, "ben"), cast.triage.id, facts)
    told = {"mean": Decimal("41.5"), "variance": Decimal(390), "missing": 7}
    first = send(ages(1, **told), ages(2), replace(ages(1), group='{"site":"north"}'), version="2026.3")
    assert (first.accepted, first.duplicate) == (3, 0)
    assert first.without_baseline == [("age", ""), ("age", '{"site":"north"}')]
    again = send(ages(2), ages(1, **told), version="2026.3")
    assert (again.accepted, again.duplicate, again.first_batch_id) == (0, 2, first.batch.id)
    with pytest.raises(Conflict, match=r"distributions.1 \(age\)"):
        send(ages(1, **told), ages(2, MOVED))
    corrected = send(ages(2, MOVED), ages(3), supersedes="The feed was cut off.")
    assert (corrected.accepted, corrected.duplicate) == (2, 0)
    with database.transaction(read_only=True) as session:
        page = features_queries.features_page(session, cast.triage.id, after=None, limit=10)
        age = page.items[0].id
        newest = windows.newest_of(session, [each.id for each in page.items], most=2)
        assert [(each.revision, tuple(each.counts)) for each in newest[age]] == [(1, MOVED), (0, USUAL)]
        shown = windows.page_of(session, age, before=None, limit=2)
        more = windows.page_of(session, age, before=(newest[age][0].window_end, newest[age][0].id), limit=2)
        assert len(shown.items) == 2
        [oldest] = more.items
        assert (oldest.n, oldest.missing, oldest.mean) == (2000, 7, Decimal("41.5"))
        assert windows.versions_of(session, [oldest.batch_id]) == {first.batch.id: "2026.3"}
        assert list(altered_distributions(session)) == []
    assert is_whole(database)


def test_what_is_wrong_is_refused_whole_and_leaves_nothing(database, cast, send):
    with pytest.raises(Forbidden):
        send(ages(1), by="otto")
    with pytest.raises(RuleBroken, match="no version 'x'"):
        send(ages(1), version="x")
    with pytest.raises(RuleBroken, match="ends in the future"), clock.frozen(FIRST):
        send(ages(-1), ages(1))
    with database.transaction(read_only=True) as session:
        assert session.exec(select(sa.func.count()).select_from(Feature)).one() == 0


def test_a_count_changed_behind_the_registry_is_found(database, send):
    delivery = send(ages(1), ages(2)).batch.id
    send(ages(3))
    with database.transaction() as session:
        kept = session.exec(select(Distribution).order_by(Distribution.id)).first()
        table = Distribution.__table__
        session.connection().execute(
            sa.update(table).where(table.c.id == kept.id).values(counts=[1, 2, 3, 4])
        )
    with database.transaction(read_only=True) as session:
        assert list(altered_distributions(session)) == [delivery]


def test_one_baseline_is_in_force_and_those_before_it_are_kept(database, cast, send, baseline):
    send(ages(1), ages(2, MOVED))
    first = baseline()
    assert baseline().id == first.id
    with database.transaction() as session:
        ben = cast.actor(session, "ben")
        feature = features_queries.feature_by_id(session, cast.triage.id, first.feature_id, lock=True)
        window = windows.newest_of(session, [feature.id])[feature.id][0]
        spread, span = windows.spread_in(window), (window.window_start, window.window_end)
        with pytest.raises(RuleBroken) as refused:
            actions.set_baseline(session, ben, feature, " ", "", spread, span)
        assert [each.field for each in refused.value.problems] == ["name", "reason"]
        with pytest.raises(Forbidden):
            actions.set_baseline(session, cast.actor(session, "otto"), feature, "x", "y", spread, span)
        second = actions.set_baseline(
            session, ben, feature, "October", "New tariff.", spread, span, window.id
        )
        with pytest.raises(Conflict):
            actions.rename_baseline(session, ben, feature, second, "Autumn", version=second.version + 1)
        actions.rename_baseline(session, ben, feature, second, "Autumn", version=second.version)
        with pytest.raises(NotFound):
            features_queries.feature_by_id(session, cast.pricing.id, feature.id)
    with database.transaction(read_only=True) as session:
        history = features_queries.baselines_of(session, first.feature_id)
        assert [(each.name, each.ended_at is None, tuple(each.counts)) for each in history] == [
            ("Autumn", True, MOVED),
            ("training data", False, USUAL),
        ]
    assert is_whole(database)


def test_a_drifting_feature_has_one_alert_that_counts_gets_worse_and_ends_when_it_is_back(
    database, send, baseline
):
    baseline()
    seen = []
    # The same window asked about twice counts once; too few cases say nothing either way.
    for counts in (USUAL, MOVED, None, MOVED, GONE, (3, 9, 9, 3), USUAL, GONE):
        if counts:
            send(ages(len(seen) + 1, counts))
        jobs.check_drift(database, {})
        seen.append(found_alerts(database))
    assert seen[:7] == [
        [],
        [("warning", "open", 1)],
        [("warning", "open", 1)],
        [("warning", "open", 2)],
        [("critical", "open", 3)],
        [("critical", "open", 3)],
        [("critical", "resolved", 3)],
    ]
    assert seen[7] == [("critical", "resolved", 3), ("critical", "open", 1)]
    with database.transaction(read_only=True) as session:
        opened = session.exec(select(Alert).order_by(Alert.id.desc())).first()
        assert "chance alone explains at most" in opened.says
        assert opened.previous_id is not None


def test_what_somebody_called_over_is_not_raised_again_for_the_same_window(database, cast, send, baseline):
    baseline()
    send(ages(1, GONE))
    jobs.check_drift(database, {})
    with database.transaction() as session:
        alert = session.exec(select(Alert)).one()
        alerts.resolve(
            session, cast.actor(session, "ada"), alert, "The tariff changed; we set a new baseline soon."
        )
    jobs.check_drift(database, {})
    assert found_alerts(database) == [("critical", "resolved", 1)]


def test_a_new_baseline_ends_the_alert_about_the_old_one_at_once(database, send, baseline):
    baseline()
    send(ages(1, GONE))
    jobs.check_drift(database, {})
    new = baseline(name="new normal", sent=ages(1, GONE))
    jobs.on_baseline_set(database, {"subject_id": new.id})
    assert found_alerts(database) == [("critical", "resolved", 1)]
    with database.transaction(read_only=True) as session:
        alert = session.exec(select(Alert)).one()
        assert alert.resolved_because == "Another baseline was set, new normal: the newest window is like it."


def test_the_same_window_says_something_else_by_another_baseline_or_by_corrected_counts(
    database, send, baseline
):
    baseline()
    send(ages(1, MOVED))
    jobs.check_drift(database, {})
    assert found_alerts(database) == [("warning", "open", 1)]
    new = baseline(name="last autumn", sent=ages(0, USUAL))
    for _ in range(2):
        jobs.on_baseline_set(database, {"subject_id": new.id})
    assert found_alerts(database) == [("warning", "open", 2)]
    send(ages(1, GONE), supersedes="Two columns were swapped.")
    for _ in range(2):
        jobs.check_drift(database, {})
    assert found_alerts(database) == [("critical", "open", 3)]
    with database.transaction(read_only=True) as session:
        assert "last autumn" in session.exec(select(Alert)).one().says


def test_many_features_cost_no_more_statements_than_one(database, session, cast):
    ben, numbers = cast.actor(session, "ben"), []
    for count in (1, 20):
        sent = [replace(ages(day), feature=f"f{each}") for each in range(count) for day in (1, 2)]
        with counted(database) as statements:
            actions.record_distributions(session, ben, cast.triage.id, batch(*sent, supersedes="Again."))
            finish(session)
        numbers.append(len(statements))
    assert numbers[1] <= numbers[0]
    assert len(session.exec(select(DistributionBatch)).all()) == 2
    assert session.exec(select(Baseline)).all() == []
    assert spread_of(sent[0]).n == 2000
