"""What others looked at, signed and kept reaches the card; what not every reader may know stays out; older editions still open."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from registry.cards.actions import editions
from registry.cards.queries import card_facts
from registry.cards.queries.since import changes_since
from registry.cards.render.checking import Verdict, check_card
from registry.cards.render.page import document_html
from registry.cards.rules.canonical import card_json
from registry.cards.rules.changes import changes_between
from registry.cards.rules.compose import compose
from registry.cards.rules.control import MOST_CHANGES
from registry.cards.rules.editions import EditionState
from registry.cards.rules.facts import Assurance, CardChange, Dependency, Since
from registry.cards.rules.frozen import Frozen
from registry.cards.rules.proven import MOST_EVIDENCE, MOST_RISKS
from registry.cards.rules.reading import facts_from
from registry.cards.rules.shapes import NOT_THEN
from registry.cards.rules.words import apart
from registry.dependencies.rules.dependency import Direction
from registry.evidence.models import Evidence
from registry.kernel import clock
from registry.kernel.errors import Forbidden
from registry.reviews.rules.kinds import Decision, Signed
from registry.risks.rules import Status
from registry.systems.models import System
from registry.versions import actions as versions
from registry.versions.rules.record import VersionFacts
from tests.cards.sample import full, sparse
from tests.cards.schemas import card_problems
from tests.cards.test_rules import field
from tests.journeys.furnished import Words, furnish_reviews
from tests.journeys.proof import furnish_proof, furnish_risks
from tests.store.statements import counted

# The PDF of an edition as it was issued by the last release whose cards stated no reviews.
EARLIER = Path(__file__).parent / "golden" / "earlier.pdf"
STATED_SINCE = ("0.3", "0.4", "2.7c", "5.6", "8.4", "10.1c", "11.1", "11.3", "14.1", "14.3")


@pytest.fixture(scope="module")
def earlier():
    return check_card(EARLIER.read_bytes(), renders=False)


def furnish(session, cast):
    facts = VersionFacts("2.1", "First.", significant=False)
    versions.add_version(session, cast.actor(session, "dee"), cast.triage.id, facts)
    furnish_proof(session, cast, Words())
    furnish_reviews(session, cast, Words())


def stated(session, cast, name="ada", **more):
    return card_facts(session, cast.actor(session, name), session.get_one(System, cast.triage.id), **more)


def test_reviews_signatures_risks_tests_and_evidence_reach_the_card_the_same_for_everybody(
    database, session, cast
):
    furnish(session, cast)
    facts = stated(session, cast)
    told = facts.assurance
    change, initial = told.reviews
    assert (change.key, change.decision, change.findings) == ("REV-0002", None, 1)
    assert (initial.decision, initial.decided_by, initial.reviewer) == (
        Decision.APPROVE_WITH_CONDITIONS,
        "Rita Reviewer",
        "Rita Reviewer",
    )
    assert [each.review for each in told.conditions] == ["REV-0001"]
    assert (told.months, told.due_on is not None, told.changed) == (12, True, ())
    assert [each.seat for each in told.sign_off.signed] == [Signed.ENGINEERING]
    assert set(told.sign_off.unsigned) == {Signed.BUSINESS, Signed.DATA, Signed.COMPLIANCE}
    assert told.attested.printed_name.startswith("Ada Owner")
    (waiver,) = told.waivers
    assert (waiver.asked_by, waiver.granted_by) == ("Ada Owner", "Rita Reviewer")
    standing = {each.status: each for each in told.risks}
    assert standing[Status.ACCEPTED].borne.accepted_by.startswith("Eva")
    assert (standing[Status.CLOSED].borne, told.risks[-1].status) == (None, Status.CLOSED)
    (tested,) = told.tests
    assert (tested.version, [each.stands for each in tested.signatures]) == ("2.1", [False])
    assert [each.title for each in told.evidence] == ["", ""]
    assert told.evidence[-1].supports == ("review REV-0001",)
    assert (told.more_risks, told.more_evidence, told.unsigned_tests) == (0, 0, 0)
    # Withdrawn evidence is not told of at all, and titles only to those who may read evidence.
    titles = set(session.exec(select(Evidence.title)))
    assert not any(title in card_json(facts).decode() for title in titles)
    assert {card_json(stated(session, cast, name)) for name in ("mia", "aud", "rita")} == {card_json(facts)}
    assert card_problems(card_json(facts)) == []
    assert facts_from(card_json(facts)) == facts

    _edition_names_evidence_where_it_is_asked_to(session, cast)
    with counted(database) as few:
        stated(session, cast)
    furnish_risks(session, cast, Words())
    with counted(database) as many:
        stated(session, cast)
    assert len(many) == len(few)


def _edition_names_evidence_where_it_is_asked_to(session, cast):
    triage, ada = session.get_one(System, cast.triage.id), cast.actor(session, "ada")
    with pytest.raises(Forbidden):
        editions.put_forward(session, replace(ada, seats={}), triage, "", names_evidence=True)
    first = editions.put_forward(session, ada, triage, "", names_evidence=True)
    session.flush()
    assert all(each.title for each in facts_from(first.facts.encode()).assurance.evidence)
    assert stated(session, cast).since == Since(None)
    editions.decide(session, cast.actor(session, "rita"), first, "", approves=True, confirmed_at=clock.now())
    session.flush()
    # The draft names none, and does not repeat from the edition what that named.
    assert stated(session, cast).since == Since(1)
    assert stated(session, cast, names_evidence=True).since == Since(1)


def test_what_not_everybody_may_know_any_more_is_not_repeated_from_an_earlier_edition(session, cast):
    named = Dependency(Direction.UPSTREAM, f"{cast.sentinel.key} Sentinel", "REST")
    now = replace(stated(session, cast), dependencies=(Dependency(Direction.UPSTREAM, "", "REST"),))
    triage = session.get_one(System, cast.triage.id)
    edition = editions.put_forward(session, cast.actor(session, "ada"), triage, "")
    then = replace(facts_from(edition.facts.encode()), dependencies=(named,))
    edition.facts, edition.state = card_json(then).decode(), EditionState.APPROVED
    session.flush()
    assert "Sentinel" in str(changes_between(then, now))
    assert "Sentinel" not in str(changes_since(session, triage, now))
    session.expunge_all()


def test_an_edition_from_before_cards_stated_it_opens_verifies_prints_and_compares(earlier):
    # Made by another release, so that only the print cannot be made again here.
    assert earlier.verdict is Verdict.INCOMPLETE
    assert {each.name for each in earlier.checks if not each.passed} <= {"print", "description"}
    assert not any(each.passed is False for each in earlier.checks)
    frozen = earlier.frozen
    facts = frozen.facts
    assert (facts.assurance, facts.since) == (None, None)
    assert Frozen.read(frozen.written, EditionState.SUPERSEDED).sha256 == frozen.sha256
    assert card_problems(frozen.written) == []
    for number in STATED_SINCE:
        told = field(facts, number)
        assert (told.value, told.absent, told.counts) == (None, NOT_THEN, False)
    page = document_html(Frozen(facts, frozen.written, EditionState.APPROVED, frozen.seal))
    assert "Not on cards of that time:" in page
    changes = changes_between(facts, replace(full(), identity=facts.identity))
    found = {each.number: each.before for each in changes if each.number in STATED_SINCE}
    # Document control tells of the document and is compared nowhere.
    assert found == dict.fromkeys(STATED_SINCE[2:], "not on the card")


def test_what_nobody_decided_signed_or_kept_is_said_so_and_asked_for():
    bare = sparse()
    missing = {each.number for each in compose(bare).missing}
    assert {"2.7c", "5.6", "8.4", "10.1c", "11.1", "14.1", "14.3"} <= missing
    says = {number: field(bare, number).absent for number in ("0.3", "8.4", "11.1", "14.1", "14.3", "5.6")}
    assert says == {
        "0.3": "no sheet was opened",
        "8.4": "not measured",
        "11.1": "no risk is on record",
        "14.1": "not reviewed",
        "14.3": "none is kept",
        "5.6": "not stated",
    }
    assert field(bare, "0.4").value == "No edition was approved before"
    assert field(bare, "11.3").value == "None is in force"
    assert field(bare, "14.1b").value == "Every 12 months by reviews 2026.1; no approval stands"
    tested = replace(bare, assurance=Assurance("reviews 2026.1", 12, unsigned_tests=2))
    assert field(tested, "8.4").absent == "2 versions tested, none signed for"


def test_the_card_says_who_decided_signed_and_bears_it_and_whether_that_holds():
    facts = full()
    assert field(facts, "0.3").value.rows[0] == (
        "Business",
        "Bea Lang",
        "The system does what its unit needs and the unit bears its consequences.",
        "2 Jun 2026, 10:30:00 UTC",
    )
    assert field(facts, "0.3").value.rows[2][1] == "nobody has signed"
    assert field(facts, "0.3b").value.endswith(
        "it holds no longer, for the record has changed since in autonomy"
    )
    assert "it holds up to 1 Mar 2027" in field(facts, "2.7c").value
    assert field(facts, "14.1").value.rows[0][3] == "Not decided: with the reviewers, due by 1 Dec 2026"
    assert (
        field(facts, "14.1")
        .value.rows[1][3]
        .startswith("Approved with conditions by Rita Keller, 12 Jun 2026: Overrides")
    )
    accepted, waiting = field(facts, "11.1").value.rows
    assert accepted[3] == "4 by 4 is 16, severe; left 2 by 4 is 8, moderate"
    assert accepted[5] == "Accepted by Eva Execova up to 1 Jun 2027: Less than by hand."
    assert waiting[5] == "Open, its review is overdue; to be looked at by 1 Nov 2026"
    assert (
        field(facts, "5.6").value.lines[0].startswith("EVD-0009 Fundamental rights impact assessment (impact")
    )
    assert field(facts, "14.3").value.lines[1].endswith(f"SHA-256 {'feed' * 16}")
    over = replace(facts.assurance.evidence[0], valid_until=facts.origin.at.date() - timedelta(days=1))
    lapsed = replace(facts, assurance=replace(facts.assurance, evidence=(over,)))
    assert "held up to 21 Nov 2026" in field(lapsed, "14.3").value.lines[0]
    stale = replace(facts.assurance, changed=tuple("ABCDE"))
    assert field(replace(facts, assurance=stale), "14.1b").value.endswith("in a, b, c, d and 1 more")


def test_of_long_lists_the_first_are_printed_and_the_rest_counted():
    facts = full()
    told = facts.assurance
    many = replace(told, risks=told.risks * MOST_RISKS, more_risks=3, evidence=told.evidence * MOST_EVIDENCE)
    change = CardChange("2.2", "Unit", "", "A", f"SHA-256 {'feed' * 16}")
    long = replace(facts, assurance=many, since=Since(4, (change,) * (MOST_CHANGES + 7)))
    assert field(long, "11.1").value.rows[-1][:2] == (
        "28 more",
        "in card.json, but for 3 that stand in the registry alone",
    )
    assert field(long, "14.3").value.lines[-1] == "40 more, in card.json"
    assert field(long, "0.4").value.rows[0] == ("2.2 Unit", "A", f"SHA-256 {'feed' * 4}…")
    rest = ("7 more", "in card.json", "and where the registry compares editions")
    assert field(long, "0.4").value.rows[-1] == rest


def test_what_has_changed_stands_under_the_sections_it_stands_in_with_what_is_gone():
    numbers = ("1.1b", "5.1", "13.1", "1.6", "5.4", "x.1")
    changes = tuple(CardChange(number, "Field", "", "A", "B") for number in numbers)
    table = field(replace(full(), since=Since(4, changes)), "0.4").value
    assert [row[0].split()[0] for row in table.rows] == ["1.1b", "1.6", "5.1", "5.4", "13.1", "x.1"]
    assert [title.partition(" ")[0] for _, title in table.parts] == ["1", "5", "13", "Elsewhere"]
    assert [at for at, _ in table.parts] == [0, 2, 4, 5]
    # What lies beyond the longest list has no title of its own.
    cut = (CardChange("2.2", "Unit", "", "A", "B"),) * MOST_CHANGES + changes[2:3]
    assert len(field(replace(full(), since=Since(4, cut)), "0.4").value.parts) == 1


def _from_words(text, longest):
    return apart(text, "", longest)[0]


def test_of_two_long_texts_the_part_is_told_in_which_they_differ():
    same = "Every claim is read by a person. " * 40
    assert apart("short", "shorter", 20) == ("short", "shorter")
    before, after = apart(f"{same}First come.", f"{same}Urgent first.", 100)
    assert _from_words("Every claim is read by a person.", 25) == "Every claim is read by a…"
    assert _from_words("x" * 40, 25) == f"{'x' * 25}…"
    assert before.startswith("…")
    assert before.endswith("a person. First come.")
    assert after.endswith("Urgent first.")
    assert apart("x" * 500, "x" * 500 + "y", 100)[0] != apart("x" * 500, "x" * 500 + "y", 100)[1]
    purpose = replace(full().use, intended=f"{same}Second.")
    changes = changes_between(
        replace(full(), use=replace(purpose, intended=f"{same}First.")), replace(full(), use=purpose)
    )
    assert [(each.number, each.before[-6:], each.after[-7:]) for each in changes] == [
        ("4.1a", "First.", "Second.")
    ]
