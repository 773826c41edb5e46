"""What the rules of incidents hold for, whatever people state and in whatever order they act."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.feedback.rules.feedback import Category
from registry.incidents.rules.clocks import due_at
from registry.incidents.rules.joining import (
    One,
    may_stand_together,
    merged_times,
    problems_with_merging,
    problems_with_recurrence,
)
from registry.incidents.rules.judging import Judgement, judgement_said, problems_with_judging
from registry.incidents.rules.kinds import EntryKind, Harm, Kind, Linked, Pattern, Severity, Status
from registry.incidents.rules.merging import Weight, merged_weight, weight_said
from registry.incidents.rules.moves import (
    Closing,
    Instants,
    move_said,
    moved,
    objection_to_closer,
    problems_with_closing,
    problems_with_move,
    taken_on,
    ways_on,
)
from registry.incidents.rules.one_clock import Duty, Override, Sending, joined, joined_said
from registry.incidents.rules.opening import pattern_of, pattern_of_alert, slot_of, title_of
from registry.incidents.rules.post_mortem import HEADINGS, OUTLINE, lacking
from registry.incidents.rules.record import (
    entry_problems,
    problems_with_incident,
    problems_with_surroundings,
    tidy,
    versions_said,
)
from registry.monitoring.rules.alerts import AlertKind
from registry.objectives.rules.metric import Kind as MetricKind
from registry.systems.rules.record import LINE_LIMIT, Visibility
from tests.incidents.happening import NOW, WHOLE, at, facts

HOURS = st.integers(-50, 10)
INSTANTS = st.one_of(st.none(), HOURS.map(at))
MOVES = st.lists(
    st.tuples(st.sampled_from(Status), HOURS, st.sampled_from(["", "It came back."])), max_size=12
)


@given(st.integers(-50, 0), st.one_of(st.none(), st.integers(0, 20)), MOVES)
def test_no_order_of_moves_yields_a_negative_interval(detected, before, steps):
    began = None if before is None else at(detected - before)
    stands = Instants(Status.OPEN, at(detected), began)
    for status, hour, because in steps:
        if not problems_with_move(stands, status, at(hour), clock=NOW, because=because):
            was, stands = stands, moved(stands, status, at(hour))
            assert was.status is Status.OPEN or stands.acknowledged_at == was.acknowledged_at
            assert move_said(was.status, status, because)
        reached = [stands.acknowledged_at, stands.mitigated_at, stands.resolved_at]
        known = [stands.started_at, stands.detected_at, *reached]
        in_order = [instant for instant in known if instant is not None]
        assert in_order == sorted(in_order)
        assert all(instant <= NOW for instant in in_order)
        assert (stands.acknowledged_at is None) == (stands.status is Status.OPEN)
        resolved = stands.status is Status.RESOLVED
        assert (stands.resolved_at is not None) == resolved
        assert (stands.mitigated_at is not None) == (resolved or stands.status is Status.MITIGATED)


def test_each_status_leads_where_it_may_and_says_so_where_it_may_not():
    assert {status: ways_on(status) for status in Status} == {
        Status.OPEN: [Status.INVESTIGATING],
        Status.INVESTIGATING: [Status.MITIGATED, Status.RESOLVED],
        Status.MITIGATED: [Status.INVESTIGATING, Status.RESOLVED],
        Status.RESOLVED: [Status.INVESTIGATING],
        Status.CLOSED: [],
        Status.MERGED: [],
    }
    opened = Instants(Status.OPEN, at(-3))
    [problem] = problems_with_move(opened, Status.RESOLVED, at(-1), clock=NOW)
    assert (
        problem.message == "From “Open” it goes on to “Being looked into”, not to “Resolved, to be closed”."
    )
    late = Instants(Status.INVESTIGATING, at(-5), acknowledged_at=at(-1))
    [problem] = problems_with_move(late, Status.MITIGATED, at(-2), clock=NOW)
    assert "took it on 3 Mar 2090 11:00 UTC, and 3 Mar 2090 10:00 UTC is before" in problem.message
    assert problems_with_move(taken_on(late, at(-2)), Status.MITIGATED, at(-2), clock=NOW) == []
    assert taken_on(late, NOW) is late
    [problem] = problems_with_move(replace(opened, status=Status.RESOLVED), Status.CLOSED, NOW, clock=NOW)
    assert "another person" in problem.message


@given(INSTANTS, INSTANTS)
def test_an_incident_begins_before_it_is_noticed_and_neither_is_still_to_come(started, detected):
    found = {
        each.field for each in problems_with_incident(facts(started_at=started, detected_at=detected), NOW)
    }
    fits = detected is not None and detected <= NOW and (started is None or started <= detected)
    assert (found == set()) == fits


def test_what_is_missing_or_unknown_is_named_beside_its_field():
    bare = tidy(
        facts(
            " ",
            kind=None,
            severity=None,
            pattern=None,
            detected_by=None,
            harms=("money", "luck"),
            affected_count=-1,
        )
    )
    assert {each.field for each in problems_with_incident(bare, NOW)} == {
        *("title", "kind", "severity", "pattern", "detected_by", "harms", "affected_count"),
    }
    assert tidy(facts(harms=("trust", "money", "money"))).harms == ("money", "trust")
    [problem] = problems_with_incident(facts(summary="a\x00"), NOW)
    assert problem.field == "summary"


def test_what_hangs_on_an_instant_keeps_it_in_its_place():
    def found(started=-5, noticed=-3, **more):
        alone = {"aware_at": None, "earlier": None, "later": None}
        problems = problems_with_surroundings(at(started), (at(noticed), 4), **(alone | more))
        return [each.field for each in problems]

    assert found(aware_at=at(-5), earlier=(at(-3), 3), later=(at(-3), 5)) == []
    assert found(aware_at=at(-6)) == ["started_at"]
    assert found(earlier=(at(-3), 5)) == found(later=(at(-3), 3)) == ["detected_at"]


def test_nothing_went_wrong_before_there_was_software():
    early = datetime(1899, 12, 31, tzinfo=UTC)
    found = problems_with_incident(facts(started_at=early, detected_at=early), NOW)
    assert [each.field for each in found] == ["started_at", "detected_at"]
    assert [each.field for each in entry_problems("It began.", "", early, NOW)] == ["at"]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=300), st.integers(1, 100)), max_size=30))
def test_versions_in_words_fit_a_line_however_many_there_are(live):
    assert len(versions_said(live)) <= LINE_LIMIT


def test_the_outline_answers_nothing_and_a_text_answers_what_it_says():
    assert lacking(OUTLINE) == lacking("") == HEADINGS
    assert lacking(WHOLE) == ()
    assert lacking(WHOLE.lower().replace("## impact", "# Impact:")) == ()
    assert lacking("## Causes\n### Deeper\nA field.\n## Aside\nIt rained.\n## Impact\n---\n") == tuple(
        heading for heading in HEADINGS if heading != "Causes"
    )
    assert "Causes" in lacking("```\n## Causes\n```\ntext")


def closing(**more):
    stated = {"status": Status.RESOLVED, "severity": Severity.MINOR, "resolved_by_id": 1, "closer_id": 2}
    stated |= {"root_cause": "A field.", "has_post_mortem": False, "lacks": HEADINGS, "unfinished": ()}
    return Closing(**(stated | more))


TODAY = date(2090, 3, 3)


@pytest.mark.parametrize(
    ("more", "field", "says"),
    [
        ({"status": Status.OPEN}, "", "Resolve it first"),
        ({"status": Status.CLOSED}, "", "recurrence"),
        ({"resolved_by_id": None}, "", "Nobody is named"),
        ({"root_cause": ""}, "root_cause", "State the root cause"),
        ({"severity": Severity.SUBSTANTIAL}, "post_mortem", "From severity 3"),
        (
            {"severity": Severity.SEVERE, "has_post_mortem": True, "lacks": ("Impact",)},
            "post_mortem",
            "Impact",
        ),
        ({"unfinished": (TODAY, TODAY - timedelta(days=1))}, "", "1 corrective action is past"),
    ],
)
def test_what_keeps_an_incident_from_being_closed_is_said(more, field, says):
    [problem] = problems_with_closing(closing(**more), TODAY)
    assert problem.field == field
    assert says in problem.message


def test_an_incident_is_closed_by_a_person_who_did_not_resolve_it():
    assert problems_with_closing(closing(unfinished=(TODAY,)), TODAY) == []
    assert objection_to_closer(closing()) == ""
    assert "You resolved" in objection_to_closer(closing(closer_id=1))
    assert "by a person" in objection_to_closer(closing(closer_id=None))
    assert "You lowered" in objection_to_closer(closing(lowered_by=frozenset({2})))
    assert objection_to_closer(closing(lowered_by=frozenset({2}), severity=Severity.SEVERE)) == ""


def test_a_judgement_takes_a_reason_and_tells_of_each_thing_that_changed():
    before = Judgement(Severity.MINOR, Pattern.F1)
    after = Judgement(Severity.SEVERE, Pattern.F6, "B15")
    told = judgement_said(before, after, "Minors only.")
    assert told == [
        (EntryKind.SEVERITY, "Severity 2 minor became 4 severe: Minors only."),
        (
            EntryKind.PATTERN,
            "Pattern F1 Data drift and model degradation became F6 Bias and compliance: Minors only.",
        ),
        (EntryKind.PATTERN, "B15 would have prevented it: Minors only."),
    ]
    known = frozenset({"B15"})
    assert problems_with_judging(before, after, "Minors only.", known) == []
    assert [each.field for each in problems_with_judging(before, after, "", known)] == ["because"]
    assert [each.field for each in problems_with_judging(before, after, "x", frozenset())] == [
        "missing_control"
    ]
    assert problems_with_judging(before, before, "x", known)


def test_what_opens_an_incident_points_to_a_pattern():
    assert {kind: pattern_of_alert(kind, MetricKind.ACCURACY).value for kind in AlertKind} == {
        **dict.fromkeys(("breach", "warn", "trend", "drift", "quality"), "F1"),
        "silence": "F5",
        "dependency": "F4",
        "override_bounds": "F3",
        "feedback_surge": "F5",
    }
    assert pattern_of_alert(AlertKind.BREACH, None) is Pattern.F6
    assert pattern_of_alert(AlertKind.BREACH, MetricKind.LATENCY) is Pattern.F4
    assert pattern_of_alert(AlertKind.SILENCE, MetricKind.LATENCY) is Pattern.F5
    assert {each: pattern_of(Linked.FEEDBACK, category=each).value for each in Category} == {
        "wrong": "F1",
        "unfair": "F6",
        "harmful": "F6",
        "slow": "F4",
        "unclear": "F2",
        "praise": "F5",
        "other": "F5",
    }
    assert pattern_of(Linked.DEPENDENCY) is Pattern.F4
    assert slot_of(7, Pattern.F1) == "7:F1"
    assert len(title_of("word " * 500)) <= LINE_LIMIT


def test_a_restricted_system_stands_alone():
    company, restricted = Visibility.COMPANY, Visibility.RESTRICTED
    assert may_stand_together([restricted])
    assert may_stand_together([company, company])
    assert not may_stand_together([company, restricted])
    one, other = One(1, Status.OPEN, at(-3)), One(2, Status.INVESTIGATING, at(-2))
    assert problems_with_merging(one, other, [company, company]) == []
    for wrong in (one, replace(other, status=Status.CLOSED), replace(other, status=Status.MERGED)):
        assert problems_with_merging(one, wrong, [company])
    assert problems_with_merging(one, other, [company, restricted])


REACHED = (Status.OPEN, Status.INVESTIGATING, Status.MITIGATED, Status.RESOLVED)


@st.composite
def unclosed(draw, number):
    """An incident that has got so far, its instants in order; who took it on and when it began may not be known."""
    hours = [at(hour) for hour in sorted(draw(st.lists(st.integers(-50, 0), min_size=5, max_size=5)))]
    step = draw(st.integers(0, 3))
    known = [hours[place] if step >= place - 1 else None for place in range(5)]
    began, taken_on = (draw(st.sampled_from([known[place], None])) for place in (0, 2))
    return One(number, REACHED[step], known[1], began, None, taken_on, known[3], known[4])


def in_order(merged):
    reached = [merged.acknowledged_at, merged.mitigated_at, merged.resolved_at]
    known = [each for each in (merged.started_at, merged.detected_at, *reached) if each]
    return known == sorted(known)


@given(unclosed(1), unclosed(2))
def test_two_incidents_that_are_one_are_noticed_with_the_first_and_over_with_the_last(one, into):
    merged = merged_times(one, into)
    refused = problems_with_merging(one, into, [])
    assert bool(refused) == (
        into.status in REACHED[2:] and REACHED.index(one.status) < REACHED.index(into.status)
    )
    if refused:
        return
    assert in_order(merged)
    assert merged.detected_at == min(one.detected_at, into.detected_at)
    assert merged.started_at in {None, one.started_at, into.started_at}
    # Whoever looks at the other one alone sees no trouble that goes on as over, and no repair before the last.
    assert (merged.resolved_at is None) == (into.resolved_at is None)
    assert into.resolved_at is None or merged.resolved_at == max(one.resolved_at, into.resolved_at)


WEIGHTS = st.builds(
    Weight,
    st.sampled_from(Kind),
    st.sampled_from(Severity),
    st.lists(st.sampled_from([harm.value for harm in Harm]), unique=True).map(tuple),
    st.one_of(st.none(), st.integers(0, 900)),
)


@given(WEIGHTS, WEIGHTS)
def test_two_incidents_that_are_one_are_as_grave_as_the_graver_and_the_timeline_tells(one, into):
    merged = merged_weight(one, into)
    assert merged.severity == max(one.severity, into.severity)
    assert set(merged.harms) == {*one.harms, *into.harms}
    assert all((merged.affected_count or 0) >= (each.affected_count or 0) for each in (one, into))
    assert Kind.INCIDENT not in {one.kind, into.kind} or merged.kind is Kind.INCIDENT
    added = set(merged.harms) - set(into.harms)
    changed = [
        merged.severity is not into.severity,
        merged.kind is not into.kind,
        bool(added),
        merged.affected_count != into.affected_count,
    ]
    assert len(weight_said(into, merged, 7)) == sum(changed)


SENT = st.one_of(st.none(), st.builds(Sending, st.integers(0, 40).map(at), st.sampled_from("xy")))


@st.composite
def duties(draw):
    aware, days = at(draw(st.integers(-90, 0))), draw(st.sampled_from((2, 10, 15)))
    due = due_at(aware, days, UTC)
    override = draw(st.one_of(st.none(), st.integers(1, 900).map(lambda hour: aware + timedelta(hours=hour))))
    counsel = Override(override, "Counsel.", 1) if override else None
    return Duty(aware, days, "UTC", UTC, "eu 2026.1", due, counsel, draw(SENT), draw(SENT))


@given(duties(), duties())
def test_two_reports_of_one_duty_are_due_no_later_than_what_was_known_and_what_was_sent_stays_sent(one, into):
    now = joined(one, into)
    assert now.aware_at == min(one.aware_at, into.aware_at)
    assert now.due_at <= min(one.due_at, into.due_at)
    first = one if one.aware_at < into.aware_at else into
    assert now.until <= max(first.until, now.due_at)
    assert now.override is None or now.override in {one.override, into.override}
    full = [each.full.at for each in (one, into) if each.full]
    told = [each.at for report in (one, into) for each in (report.initial, report.full) if each]
    assert (now.full.at if now.full else None) == min(full, default=None)
    assert min((each.at for each in (now.initial, now.full) if each), default=None) == min(told, default=None)
    assert "has to be told once" in joined_said("BaFin", one, into, 3)


def test_what_comes_back_was_over_before():
    later = One(5, Status.OPEN, at(-1))
    before = One(3, Status.CLOSED, at(-9))
    assert problems_with_recurrence(later, before) == []
    for wrong in (
        later,
        replace(before, status=Status.MITIGATED),
        replace(before, status=Status.MERGED),
        replace(before, detected_at=NOW),
        replace(before, recurrence_of_id=5),
    ):
        assert problems_with_recurrence(later, wrong)
    assert problems_with_recurrence(replace(later, recurrence_of_id=3), before)
    assert problems_with_recurrence(replace(later, status=Status.MERGED), before)
