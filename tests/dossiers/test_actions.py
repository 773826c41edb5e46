"""A dossier is opened, filled and signed for as it stands; who built the version does none of the testing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.dossiers import actions, queries
from registry.dossiers.actions import Delivery
from registry.dossiers.rules import results
from registry.dossiers.rules.cases import CaseFacts, CaseType, Outcome, RunFacts
from registry.kernel import clock
from registry.kernel.actor import Seat
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.ownership.actions import vacate_seat
from registry.ownership.models import Assignment
from registry.ownership.queries import held_on
from registry.versions import actions as versions
from registry.versions.models import ModelVersion
from registry.versions.queries import facts_of
from registry.versions.rules.record import VersionFacts
from tests.dossiers.test_rules import JUNIT

CASE = CaseFacts(CaseType.SUBGROUP, "Claims of minors", "tests.bias.minors", "As fast as others.")
RUN = RunFacts(Outcome.PASSED, "", date(2026, 10, 30), is_similar=True, similar_because="Last year's mix.")


@pytest.fixture
def model(session, cast):
    """Dee, the deputy, wrote version 2.1 down; Ben leads the engineering."""
    facts = VersionFacts("2.1", "First.", significant=False)
    return versions.add_version(session, cast.actor(session, "dee"), cast.triage.id, facts)


@pytest.fixture
def dossier(session, cast, model):
    return actions.open_dossier(session, cast.actor(session, "ben"), model)


def signed_by(*given, **stated):
    """Signed by somebody who gave their password again just now."""
    return actions.sign(*given, **stated, confirmed_at=clock.now())


def delivery(content=JUNIT, **more):
    read = results.from_junit(content)
    stated = {"is_similar": False, "similar_because": "Half the load."} | more
    return Delivery(read, results.digest_of(content), "junit", CaseType.EDGE_CASE, **stated)


def test_who_built_the_version_neither_tests_nor_signs_and_others_do(session, cast, model, dossier):
    case = actions.add_case(session, cast.actor(session, "ben"), dossier, CASE)
    for who in ("dee", "ben"):
        actor = cast.actor(session, who)
        for act in (
            lambda actor=actor: actions.record_run(session, actor, dossier, model, case, RUN),
            lambda actor=actor: actions.take_results(session, actor, dossier, model, delivery()),
            lambda actor=actor: signed_by(session, actor, dossier, model, "Fine.", sha256=""),
        ):
            with pytest.raises(Forbidden, match="somebody else tests"):
                act()
    run = actions.record_run(session, cast.actor(session, "ada"), dossier, model, case, RUN)
    assert (run.tester_id, run.source) == (cast.number("ada"), "form")
    with pytest.raises(NotFound):
        queries.by_number(session, cast.actor(session, "otto"), 999)


def test_whoever_once_built_the_version_or_led_it_stays_kept_from_testing_it(database, cast):
    def by(who, act):
        # One transaction each, as people act: the ledger is written where it ends.
        with database.transaction() as session:
            return act(session, cast.actor(session, who), session.get(ModelVersion, 1))

    def edited(who, says):
        facts = VersionFacts("2.1", says, significant=False)
        by(who, lambda session, actor, it: versions.edit(session, actor, it, facts, version=it.version))

    first = VersionFacts("2.1", "First.", significant=False)
    by("dee", lambda session, actor, _: versions.add_version(session, actor, cast.triage.id, first))
    edited("ada", "Ada rebuilt it.")
    edited("adam", "Ada rebuilt it!")
    [lead] = by("ada", lambda session, *_: [
        each.assignment.id for each in held_on(session, cast.triage.id) if each.assignment.seat is Seat.ENGINEERING_LEAD
    ])  # fmt: skip
    by("ada", lambda session, actor, _: vacate_seat(session, actor, session.get(Assignment, lead)))
    for who, says in (("dee", "You added"), ("ada", "You added"), ("ben", "have led it"), ("rita", None)):
        found = by(who, queries.objection_to)
        assert (found is None) if says is None else says in found, who


def test_a_report_finds_its_cases_or_adds_them_and_counts_once(session, cast, model, dossier):
    ada = cast.actor(session, "ada")
    actions.add_case(session, cast.actor(session, "ben"), dossier, CASE)
    got = actions.take_results(session, ada, dossier, model, delivery())
    assert (got.rows, got.passed, got.failed, got.skipped, got.added) == (4, 1, 1, 1, 2)
    assert len(got.unread) == 1
    again = actions.take_results(session, ada, dossier, model, delivery())
    assert (again.is_known, again.added) == (True, 0)
    tried = queries.tried_page(session, dossier.id).items
    assert [(one.case.name, one.case.type.value, one.run.outcome.value) for one in tried] == [
        ("Claims of minors", "subgroup", "failed"),
        ("women", "edge_case", "passed"),
        ("empty body", "unexpected_input", "skipped"),
    ]
    covered = {each.type: each for each in queries.covered_by(session, [dossier.id])[dossier.id]}
    assert (covered[CaseType.SUBGROUP].failed, covered[CaseType.ADVERSARIAL].cases) == (1, 0)
    assert [one.assumed is not None for one in tried] == [False, True, False], (
        "the file types the third itself"
    )
    with pytest.raises(RuleBroken, match="1 test is new, and the file does not say what it tries"):
        new = JUNIT.replace(b"women", b"men")
        actions.take_results(session, ada, dossier, model, replace(delivery(new), add_as=None))
    # An older day does not stand for the newest, whenever it was recorded.
    with pytest.raises(RuleBroken, match="similar"):
        actions.take_results(session, ada, dossier, model, delivery(JUNIT + b"\n", is_similar=None))


def test_no_failure_is_lost_to_a_later_row_an_earlier_file_or_a_type_of_another_tool(
    session, cast, model, dossier
):
    rita = cast.actor(session, "rita")

    def sent(content):
        got = actions.take_results(session, rita, dossier, model, table(content))
        tried = queries.tried_page(session, dossier.id).items
        return got.is_known, [one.run.outcome.value for one in tried]

    def table(content):
        read = results.from_csv(content)
        why = "Last year's mix."
        return Delivery(read, results.digest_of(content), "csv", CaseType.EDGE_CASE, True, why)

    failed, passed = (b"name,outcome\nodd,%s\n" % outcome for outcome in (b"failed", b"passed"))
    assert sent(failed + b"odd,passed\nodd,skipped\n") == (False, ["failed"])
    assert sent(passed) == (False, ["passed"])
    assert [sent(failed), sent(failed)] == [(False, ["failed"]), (True, ["failed"])]
    assert sent(passed) == (False, ["passed"])
    assert sent(failed)[1] == ["failed"]
    unit = b'<testsuite><testcase name="odd"><properties><property name="type" value="unit"/></properties><failure/></testcase><testcase/></testsuite>'
    assert actions.take_results(session, rita, dossier, model, delivery(unit)).failed == 1
    sha256 = queries.content_of(session, dossier.id).sha256
    assert signed_by(session, rita, dossier, model, "It fails.", sha256=sha256).unread == 1


TWINS = b"""<testsuite><testcase classname="speed" name="Claims of minors"/>
<testcase classname="bias" name="claims of  MINORS"><failure message="late"/></testcase>
<testcase classname="bias" name="alone"/></testsuite>"""


def test_two_tests_of_one_name_in_two_places_are_two_cases(session, cast, model, dossier):
    rita, ben = cast.actor(session, "rita"), cast.actor(session, "ben")
    for name in ("Claims of minors", "Alone"):
        actions.add_case(session, ben, dossier, replace(CASE, name=name, reference=""))
    for content, added in ((TWINS, 2), (TWINS + b"\n", 0)):
        assert actions.take_results(session, rita, dossier, model, delivery(content)).added == added
    tried = [
        (one.case.name, one.run and one.run.outcome.value)
        for one in queries.tried_page(session, dossier.id).items
    ]
    assert tried == [
        ("Claims of minors", None),
        ("Alone", "passed"),
        ("speed.Claims of minors", "passed"),
        ("bias.claims of MINORS", "failed"),
    ]


def test_references_that_differ_in_capitals_alone_are_cases_of_their_own(session, cast, model, dossier):
    rita = cast.actor(session, "rita")
    tests = [("c.A", "x"), ("c.Foo", "x"), ("c.foo", "x"), ("c.FOO", "x")]
    report = b"<testsuite>%s</testsuite>" % b"".join(
        f'<testcase classname="{place}" name="{name}"/>'.encode() for place, name in tests
    )
    for content, added in ((report, 4), (report + b"\n", 0)):
        assert actions.take_results(session, rita, dossier, model, delivery(content)).added == added
    names = [one.case.name for one in queries.tried_page(session, dossier.id).items]
    assert names == ["x", "c.Foo.x", "c.foo.x (2)", "c.FOO.x (3)"]


def test_a_signature_is_for_what_stood_and_says_when_that_has_changed(session, cast, model, dossier):
    ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
    case = actions.add_case(session, cast.actor(session, "ben"), dossier, CASE)
    digest = queries.content_of(session, dossier.id).sha256
    with pytest.raises(RuleBroken, match="1 case has no run yet"):
        signed_by(session, rita, dossier, model, "Fine.", sha256=digest)
    actions.record_run(session, ada, dossier, model, case, RUN)
    with pytest.raises(Conflict):
        signed_by(session, rita, dossier, model, "Fine.", sha256=digest)
    content = queries.content_of(session, dossier.id)
    digest = content.sha256
    with pytest.raises(RuleBroken, match="Give your password again"):
        late = clock.now() - timedelta(minutes=5)
        actions.sign(session, rita, dossier, model, "Fine.", sha256=digest, confirmed_at=late)
    signed = signed_by(session, rita, dossier, model, "Fine.", sha256=digest)
    assert (
        (signed.sha256, signed.cases, signed.runs) == (digest, content.cases, content.runs) == (digest, 1, 1)
    )
    with pytest.raises(RuleBroken, match="signed just this already"):
        signed_by(session, rita, dossier, model, "Fine.", sha256=digest)
    assert [one.has_changed for one in queries.line_of(session, dossier, model).signed] == [False]
    actions.record_run(session, ada, dossier, model, case, RUN)
    line = queries.line_of(session, dossier, model)
    assert ([one.has_changed for one in line.signed], line.holding) == ([True], [])
    assert queries.content_of(session, dossier.id).sha256 != digest


def test_a_signature_is_for_the_version_that_was_tested_and_lapses_when_it_is_edited(
    session, cast, model, dossier
):
    rita, ben, dee = (cast.actor(session, who) for who in ("rita", "ben", "dee"))
    case = actions.add_case(session, ben, dossier, CASE)
    actions.record_run(session, rita, dossier, model, case, RUN)
    sha256 = queries.content_of(session, dossier.id).sha256
    signed_by(session, rita, dossier, model, "Fine.", sha256=sha256)
    first = facts_of(model, ())
    for facts, holds in (
        (replace(first, because="Said better.", evaluation="As tested."), True),
        (replace(first, changed="Wholly retrained on other data."), False),
        (replace(first, artifact="models/other.bin"), False),
        (first, True),
    ):
        versions.edit(session, dee, model, facts, version=model.version)
        line = queries.line_of(session, dossier, model)
        assert (len(line.holding), queries.content_of(session, dossier.id).sha256 == sha256) == (holds, holds)
