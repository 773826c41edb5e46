"""A review from submission to decision: who has it, what it needs, what it binds to, what follows."""

from datetime import date, timedelta

import pytest

from registry.evidence import actions as evidence
from registry.evidence.queries import uses_of
from registry.evidence.rules.record import EvidenceFacts
from registry.evidence.rules.record import Kind as EvidenceKind
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.reviews.actions import findings
from registry.reviews.actions.deciding import meet_condition
from registry.reviews.actions.reviewing import Given, answer, assign, frame
from registry.reviews.actions.submitting import want, withdraw
from registry.reviews.queries import reviews as queries
from registry.reviews.queries.checking import answers_of, checked
from registry.reviews.queries.rulebook import frameworks_to_choose, questions_of
from registry.reviews.queries.standing import standing_of
from registry.reviews.rules.cadence import Standing
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import Answer, Decision, FindingState, Kind, Severity, State
from tests.evidence.samples import LIMIT, PDF, arrived, files_in, sent
from tests.incidents.happening import is_whole
from tests.ownership.doing import events
from tests.reviews.doing import NOW, answered, decided, edited, later, ready, reviewer, submitted, taken


def said(refused):
    return [problem.field for problem in refused.value.problems]


def test_a_review_goes_from_the_owner_to_the_reviewer_and_back_and_is_then_approved(database, cast):
    with later(), database.transaction() as session:
        review = submitted(session, cast, packs=["unheard of 1"])
        assert (review.key, review.state, review.due_on) == ("REV-0001", State.SUBMITTED, date(2090, 3, 18))
        assert [each.partition(" ")[0] for each in review.packs] == ["baseline-controls"]
        taken(session, cast, review)
        decided(session, cast, review, decision=Decision.REQUEST_CHANGES, reason="Who oversees it?")
        assert (review.state, review.ended_at) == (State.RETURNED, None)
        with pytest.raises(RuleBroken, match="changes requested"):
            decided(session, cast, review)
        edited(session, cast, oversight_plan="Ben looks at each day's refusals.")
        assert submitted(session, cast, by="ben", note="Said now.") is review
        answered(session, cast, review)
        decision = decided(session, cast, review)
        assert (review.state, review.ended_at, decision.submitted_by_id) == (
            State.APPROVED,
            NOW,
            cast.number("ben"),
        )
        with pytest.raises(RuleBroken, match="approved"):
            answered(session, cast, review)
    assert is_whole(database)
    with database.transaction(read_only=True) as session:
        assert events(session, cast.triage)[-7:] == [
            *("review.submitted", "review.assigned", "review.decided", "system.edited", "review.submitted"),
            *("review.answered", "review.decided"),
        ]


def test_a_decision_on_a_record_that_has_changed_since_is_none_and_names_what_changed(session, cast):
    with later():
        review = ready(session, cast)
        read = queries.newest_submission(session, review.id).content_sha256
        edited(session, cast, intended_use="Refusing claims by itself.", autonomy=5)
        with pytest.raises(Conflict, match=r"autonomy and intended use|intended use and autonomy") as refused:
            decided(session, cast, review, sha=read)
        assert {each.field for each in refused.value.differences} == {"Intended use", "Autonomy"}
        submitted(session, cast, note="Now it refuses.")
        with pytest.raises(Conflict, match="submitted anew"):
            decided(session, cast, review, sha=read)
        assert (review.state, queries.decisions_of(session, review.id)) == (State.SUBMITTED, [])
        decided(session, cast, review)
        assert review.state is State.APPROVED


def test_an_approved_review_is_stale_once_the_record_changes_and_due_by_its_tier(session, cast):
    with later():
        assert standing_of(session, cast.triage).review.validity.standing is Standing.NEVER
        decided(session, cast, ready(session, cast))
        found = standing_of(session, cast.triage).review
        assert (found.validity.standing, found.validity.until) == (Standing.CURRENT, date(2091, 3, 3))
        edited(session, cast, summary="Sorts claims.")
        assert standing_of(session, cast.triage).review.changes == []
        edited(session, cast, deployed_where="Dublin")
        found = standing_of(session, cast.triage).review
        assert (found.validity.standing, found.changes[0].label) == (Standing.STALE, "Where it runs")
        edited(session, cast, deployed_where="")
    with later(400):
        assert standing_of(session, cast.triage).review.validity.standing is Standing.LAPSED


def test_whoever_answers_for_a_system_or_handed_it_in_is_given_no_review_of_it(session, cast):
    with later():
        for name in ("ada", "dee", "ben"):
            reviewer(session, cast, name)
        review = submitted(session, cast, by="ben")
        for name in ("ada", "dee", "ben", "otto"):
            with pytest.raises(RuleBroken) as refused:
                assign(session, cast.actor(session, "rita"), review, cast.people[name])
            assert said(refused) == ["reviewer_id"]
        with pytest.raises(Forbidden, match="for a reviewer"):
            assign(session, cast.actor(session, "otto"), review, cast.people["rita"])
        with pytest.raises(Forbidden, match="Take it first"):
            answered(session, cast, review)
        taken(session, cast, review)
        with pytest.raises(Forbidden):
            answered(session, cast, review, by="dee")


def test_one_answer_serves_the_controls_of_other_frameworks_that_name_the_same_practices(
    session, cast, monkeypatch
):
    from registry.reviews.actions import reviewing
    from registry.reviews.rules.decisions import Question

    asked = [
        Question("baseline-controls 2026.1", "A", "A", practices=("care", "watch")),
        Question("baseline-controls 2026.1", "B", "B", practices=("care",)),
        Question("other 1", "X", "X", practices=("care",)),
        Question("other 1", "Y", "Y", practices=("care", "else")),
    ]
    monkeypatch.setattr(reviewing, "questions_of", lambda _session, _packs: asked)
    with later():
        review, rita = submitted(session, cast), cast.actor(session, "rita")
        taken(session, cast, review)
        answer(session, rita, review, {asked[0].key: Given(Answer.MET, "Seen.", "page 3")})
        rows = answers_of(session, review.id)
        assert {row.control: row.taken_from for row in rows.values()} == {"A": "", "X": asked[0].key}
        answer(session, rita, review, {asked[0].key: Given(Answer.PARTLY, "Half.", "page 3")})
        answer(session, rita, review, {asked[2].key: Given(Answer.PARTLY, "Half.", "page 3")})
        served = answers_of(session, review.id)[asked[2].key]
        assert (served.answer, served.taken_from) == (Answer.PARTLY, asked[0].key)
        answer(session, rita, review, {asked[2].key: Given(Answer.MET, "Here it is whole.")})
        answer(session, rita, review, {asked[0].key: Given(Answer.NOT_MET, "None.")})
        served = answers_of(session, review.id)[asked[2].key]
        assert (served.answer, served.taken_from) == (Answer.MET, "")
        with pytest.raises(RuleBroken, match="what is missing"):
            answer(session, rita, review, {asked[1].key: Given(Answer.NOT_MET)})


@pytest.mark.usefixtures("all_controls")
def test_frameworks_in_force_can_be_chosen_and_the_baseline_always_is(session, cast):
    with later():
        offered = list(frameworks_to_choose(session, clock.today()))
        review, rita = submitted(session, cast, packs=offered), cast.actor(session, "rita")
        assert review.packs == offered
        taken(session, cast, review)
        frame(session, rita, review, ["nothing of the kind"])
        assert review.packs == offered[:1]
        assert len(questions_of(session, review.packs)) > 10


def test_a_finding_is_resolved_by_one_person_and_verified_by_another(database, cast):
    with later(), database.transaction() as session:
        review, rita, ben = ready(session, cast), cast.actor(session, "rita"), cast.actor(session, "ben")
        facts = FindingFacts(
            "Nobody reads the log", "", Severity.HIGH, cast.number("ben"), NOW.date() + timedelta(days=9)
        )
        finding = findings.add_finding(session, rita, review, facts)
        with pytest.raises(RuleBroken, match="high severity"):
            decided(session, cast, review)
        with pytest.raises(Forbidden, match="whoever mends it"):
            findings.resolve_finding(session, cast.actor(session, "otto"), finding, "Read.")
        findings.resolve_finding(session, ben, finding, "Dee reads it.")
        findings.reopen_finding(session, rita, finding, "Not on Sundays.")
        findings.resolve_finding(session, cast.actor(session, "ada"), finding, "On Sundays too.")
        findings.verify_finding(session, rita, finding)
        assert (finding.state, finding.verified_by_id) == (FindingState.VERIFIED, cast.number("rita"))
        decided(session, cast, review)
    assert is_whole(database)


def test_conditions_have_a_day_and_somebody_who_does_not_answer_for_the_system_says_they_are_met(
    session, cast
):
    with later():
        review = ready(session, cast)
        conditions = [("Name a second overseer", NOW.date() + timedelta(days=30))]
        decided(session, cast, review, decision=Decision.APPROVE_WITH_CONDITIONS, conditions=conditions)
        assert review.state is State.CONDITIONAL
        [condition] = queries.unmet_of(session, cast.triage.id)
        assert standing_of(session, cast.triage).overdue_conditions == []
    with later(31):
        assert standing_of(session, cast.triage).overdue_conditions == [condition]
        with pytest.raises(Forbidden):
            meet_condition(session, cast.actor(session, "ada"), condition, "Named.")
        meet_condition(session, cast.actor(session, "rita"), condition, "Ownership page, Mia.")
        assert queries.unmet_of(session, cast.triage.id) == []
        with pytest.raises(RuleBroken, match="met already"):
            meet_condition(session, cast.actor(session, "rita"), condition, "Again.")


def test_a_review_that_is_wanted_becomes_the_one_that_is_submitted_and_there_is_one_of_a_kind(session, cast):
    with later():
        worker = the_registry("worker")
        wanted = want(session, worker, cast.triage, Kind.PERIODIC, NOW.date())
        with pytest.raises(RuleBroken, match="goes on"):
            want(session, worker, cast.triage, Kind.PERIODIC, NOW.date())
        assert submitted(session, cast, kind=Kind.PERIODIC) is wanted
        other = submitted(session, cast, by="dee", kind=Kind.CHANGE)
        withdraw(session, cast.actor(session, "ada"), other)
        assert other.state is State.WITHDRAWN
        with pytest.raises(RuleBroken, match="nothing to take back"):
            withdraw(session, cast.actor(session, "ada"), other)
        with pytest.raises(Forbidden):
            submitted(session, cast, by="mia")


def test_a_decision_takes_the_password_given_within_five_minutes(session, cast):
    with later():
        review = ready(session, cast)
        for given in (None, NOW - timedelta(minutes=5), NOW + timedelta(seconds=1)):
            with pytest.raises(RuleBroken, match="password again"):
                decided(session, cast, review, confirmed_at=given)
        decided(session, cast, review, confirmed_at=NOW - timedelta(minutes=4))
        assert review.state is State.APPROVED


def test_what_is_typed_is_kept_as_every_text_is_and_what_cannot_be_stored_is_refused(session, cast):
    with later():
        review = submitted(session, cast, note="First.\r\nThen cafe\u0301. ")
        assert queries.newest_submission(session, review.id).note == "First.\nThen caf\u00e9."
        with pytest.raises(RuleBroken, match="control character"):
            submitted(session, cast, note="First.\x00")
        key = questions_of(session, review.packs)[0].key
        taken(session, cast, review)
        with pytest.raises(RuleBroken) as refused:
            answer(session, cast.actor(session, "rita"), review, {key: Given(Answer.MET, "\x1b", "a\nb")})
        assert said(refused) == [f"note-{key}", f"shown_by-{key}"]


def test_nothing_is_approved_beside_a_grave_finding_of_the_system_until_somebody_else_verified_it(
    session, cast
):
    with later():
        rita, first = cast.actor(session, "rita"), ready(session, cast)
        due = NOW.date() + timedelta(days=9)
        facts = FindingFacts("Nobody reads the log", "", Severity.HIGH, cast.number("ben"), due)
        finding = findings.add_finding(session, rita, first, facts)
        findings.resolve_finding(session, cast.actor(session, "ada"), finding, "Done.")
        with pytest.raises(RuleBroken, match="not verified as mended"):
            decided(session, cast, first)
        withdraw(session, cast.actor(session, "ada"), first)
        again = ready(session, cast)
        with pytest.raises(RuleBroken, match="not verified as mended"):
            decided(session, cast, again)
        findings.verify_finding(session, rita, finding)
        decided(session, cast, again)


def test_answers_given_on_an_earlier_record_count_again_only_once_they_are_said_to_hold(session, cast):
    with later():
        review, rita = ready(session, cast), cast.actor(session, "rita")
        keys = [each.key for each in questions_of(session, review.packs)]
    with later(seconds=1):
        submitted(session, cast, note="The same again.")
        assert checked(session, review, questions_of(session, review.packs)).again == frozenset()
    with later(seconds=2):
        edited(session, cast, intended_use="Refusing claims by itself.", autonomy=5)
        submitted(session, cast, note="No big change.")
        found = checked(session, review, questions_of(session, review.packs))
        assert (found.answered, sorted(found.again)) == (0, sorted(keys))
        with pytest.raises(RuleBroken, match="record has changed since 3 controls"):
            decided(session, cast, review)
    with later(seconds=3):
        same = {key: Given(Answer.MET, "Seen in its record.") for key in keys}
        answer(session, rita, review, same)
        answer(session, rita, review, {keys[0]: same[keys[0]], keys[1]: Given(Answer.MET, "Seen anew.")})
        answer(session, rita, review, {keys[0]: same[keys[0]]}, still_hold=True)
        found = checked(session, review, questions_of(session, review.packs))
        assert found.again == frozenset(keys[2:])
        answer(session, rita, review, same, still_hold=True)
        decided(session, cast, review)


def test_evidence_named_for_an_answer_supports_the_review_and_must_be_the_systems_own_and_stand(
    session, cast, tmp_path
):
    ada, rita, files = cast.actor(session, "ada"), cast.actor(session, "rita"), files_in(tmp_path)

    def piece(system):
        facts = EvidenceFacts("Test report", EvidenceKind.TEST_REPORT)
        with files.drafted(sent(PDF), limit=LIMIT) as draft:
            return evidence.add_evidence(session, ada, system.id, facts, arrived(files, draft, "report.pdf"))

    with later():
        review = ready(session, cast)
        own, gone, other = piece(cast.triage), piece(cast.triage), piece(cast.sentinel)
        evidence.withdraw(session, ada, gone, "Wrong file.", version=gone.version)
        key = questions_of(session, review.packs)[0].key
        for named, why in ((gone, "was withdrawn"), (other, "is no evidence of this system")):
            with pytest.raises(RuleBroken, match=f"{named.key} {why}") as refused:
                answer(session, rita, review, {key: Given(Answer.MET, "", f"{named.key}, page 3")})
            assert said(refused) == [f"shown_by-{key}"]
        for _ in range(2):
            answer(session, rita, review, {key: Given(Answer.MET, "", f"{own.key} Run 0, page 3")})
        [(used, _)] = uses_of(session, own.id)
        assert (used.subject_kind, used.subject_id) == ("review", review.id)
