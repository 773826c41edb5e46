"""The pages of reviews: from submission to decision by their forms; the password asked once; nobody meets what is hidden."""

import json
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from registry.accounts import actions as accounts
from registry.kernel.errors import RuleBroken
from registry.reviews.actions.findings import add_finding
from registry.reviews.actions.signing import open_sheet
from registry.reviews.actions.waiving import ask_waiver
from registry.reviews.models.reviews import Review, ReviewDecision
from registry.reviews.models.words import Attestation, Signature, Waiver
from registry.reviews.queries.checking import answers_of
from registry.reviews.queries.knowing import who_may_know
from registry.reviews.queries.rulebook import questions_of, waivable
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import Answer, Decision, Severity, State
from registry.reviews.rules.waivers import WaiverFacts
from registry.systems.models import System
from registry.systems.queries import numbers_visible_to, remembering
from registry.systems.rules.record import Tier
from tests.cast import PASSWORD
from tests.reviews.doing import (
    DOOR,
    NOW,
    answered,
    decided,
    edited,
    later,
    ready,
    reviewer,
    seated,
    submitted,
    taken,
)
from tests.store.statements import counted
from tests.web.pages import filled

pytestmark = pytest.mark.usefixtures("at_the_time")


@pytest.fixture
def at_the_time(database, cast):
    with later():
        yield


@pytest.fixture
def known(database, cast):
    """Everybody who decides, attests or signs here has a password."""
    with database.transaction() as session:
        for name in ("rita", "ada", "ben"):
            accounts.set_password(session, DOOR, session.merge(cast.people[name]), PASSWORD)


def test_a_record_goes_to_the_reviewers_is_answered_and_approved_by_its_pages(
    database, cast, client_of, known
):
    ada, rita = client_of("ada"), client_of("rita")
    address = f"/systems/{cast.triage.key}/reviews/new"
    sent = filled(ada.get(address).text) | {"note": "Before the pilot."}
    reply = ada.post(address, data=sent)
    assert reply.status_code == 303
    here = reply.location
    assert "Nobody has them yet" in rita.get("/reviews").text
    assert "REV-0001" in rita.get("/reviews?place=unassigned").text
    page = rita.get(f"{here}/assign").text
    assert rita.post(f"{here}/assign", data=filled(page)).status_code == 303
    with database.transaction(read_only=True) as session:
        keys = [each.key for each in questions_of(session, session.exec(select(Review)).one().packs)]
    answers = {f"answer-{key}": "met" for key in keys}
    assert rita.post(f"{here}/answers", data=answers | {f"answer-{keys[0]}": "partly"}).status_code == 422
    assert rita.post(f"{here}/answers", data=answers).status_code == 303
    page = rita.get(f"{here}/decide").text
    decision = filled(page) | {"decision": "approve", "password": "not it at all"}
    refused = rita.post(f"{here}/decide", data=decision)
    assert (refused.status_code, "not your password" in refused.text) == (422, True)
    assert rita.post(f"{here}/decide", data=decision | {"password": PASSWORD}).status_code == 303
    with database.transaction(read_only=True) as session:
        assert session.exec(select(Review)).one().state is State.APPROVED
        assert session.exec(select(ReviewDecision)).one().printed_name == "Rita Reviewer"
    assert "approved" in client_of("otto").get(here).text


def test_what_changed_while_it_was_read_is_shown_and_nothing_is_decided(database, cast, client_of, known):
    with database.transaction() as session:
        number = ready(session, cast).id
    rita, here = client_of("rita"), f"/reviews/{number}"
    sent = filled(rita.get(f"{here}/decide").text) | {"decision": "approve", "password": PASSWORD}
    with database.transaction() as session:
        edited(session, cast, intended_use="Refusing claims by itself.")
    reply = rita.post(f"{here}/decide", data=sent)
    assert reply.status_code == 409
    assert "Refusing claims by itself." in reply.text
    assert "has changed since it was submitted" in rita.get(here).text
    with database.transaction(read_only=True) as session:
        assert session.exec(select(ReviewDecision)).all() == []


def test_owner_attests_and_leads_sign_with_the_password_asked_once_in_five_minutes(
    database, cast, client_of, known
):
    with database.transaction() as session:
        seated(session, cast)
        decided(session, cast, ready(session, cast))
    ada, ben = client_of("ada"), client_of("ben")
    attest = f"/systems/{cast.triage.key}/attest"
    sent = filled(ada.get(attest).text) | {"agrees": "y", "password": PASSWORD}
    assert ada.post(attest, data=sent).status_code == 303
    assert "Your password" not in ada.get(attest).text
    assert ada.post(f"/systems/{cast.triage.key}/sign-off").status_code == 303
    sent = filled(ben.get("/sign-offs/1/sign").text) | {"seat": "engineering", "password": PASSWORD}
    assert ben.post("/sign-offs/1/sign", data=sent).status_code == 303
    assert ben.post("/sign-offs/1/sign", data=sent | {"seat": "data"}).status_code == 422
    shown = client_of("otto").get(f"/systems/{cast.triage.key}/compliance").text
    assert "waits for business, data and compliance" in shown
    with later(minutes=6):
        assert "Your password" in ada.get(attest).text
    with database.transaction() as session:
        assert len(session.exec(select(Attestation)).all() + session.exec(select(Signature)).all()) == 2
        edited(session, cast, autonomy=5)
    assert "changed since: Autonomy" in ada.get(f"/systems/{cast.triage.key}/compliance").text
    assert ben.get("/sign-offs/1").status_code == 303


def test_a_waiver_is_asked_for_on_one_page_and_decided_on_another(database, cast, client_of, known):
    ben, rita = client_of("ben"), client_of("rita")
    address = f"/systems/{cast.triage.key}/waivers/new?subject=F1.1"
    sent = filled(ben.get(address).text) | {"because": "The supplier is late."}
    assert ben.post(address, data=sent).status_code == 303
    assert "WVR-0001" in rita.get("/reviews").text
    sent = filled(rita.get("/waivers/1/decide").text) | {"verdict": "grant", "because": "A person looks."}
    assert rita.post("/waivers/1/decide", data=sent | {"password": PASSWORD}).status_code == 303
    with database.transaction(read_only=True) as session:
        waiver = session.exec(select(Waiver)).one()
        assert (waiver.granted, waiver.subject, waiver.until) == (True, "F1.1", NOW.date() + timedelta(90))
        assert waiver.subject_said.startswith("F1.1 Sources of data")
    assert rita.post("/waivers/1/revoke", data={"because": "It is met."}).status_code == 303
    assert "revoked" in ben.get(f"/systems/{cast.triage.key}/compliance").text


def test_reviews_of_hidden_systems_are_found_by_nobody_who_may_not_know_of_them(database, cast, client_of):
    with database.transaction() as session:
        number = submitted(session, cast, system=cast.sentinel).id
    otto = client_of("otto")
    assert otto.get(f"/reviews/{number}").status_code == 404
    assert "REV-0001" not in otto.get("/reviews").text
    assert otto.get(f"/systems/{cast.sentinel.key}/compliance").status_code == 404
    assert "REV-0001" in client_of("rita").get("/reviews").text


def test_pages_take_the_same_number_of_statements_however_much_there_is(database, cast, client_of):
    with database.transaction() as session:
        review = submitted(session, cast)
        taken(session, cast, review)
    rita = client_of("rita")
    pages = ("/reviews", "/reviews/1", "/reviews/1/assign", f"/systems/{cast.triage.key}/compliance", "/")

    def statements():
        found = []
        for page in pages:
            rita.get(page)
            # What the desk has found once it is told again; here it looks for all of it.
            remembering._MEMORIES.pop(database.engine, None)
            with counted(database) as sent:
                assert rita.get(page).status_code == 200
            found.append(len(sent))
        return found

    before = statements()
    with database.transaction() as session:
        answered(session, cast, session.merge(review))
        for name in ("otto", "mia", "olga"):
            reviewer(session, cast, name)
        for system in (cast.pricing, cast.sentinel):
            submitted(session, cast, by="olga" if system is cast.pricing else "ada", system=system)
    assert statements() == before


def test_a_window_opened_before_takes_back_no_answer_given_since(database, cast, client_of):
    with database.transaction() as session:
        review = submitted(session, cast)
        taken(session, cast, review)
        session.flush()
        here, keys = f"/reviews/{review.id}", [each.key for each in questions_of(session, review.packs)]
    first, second = keys[:2]
    rita = client_of("rita")
    opened = rita.get(here).text
    assert f'name="read-{first}" value=\'["", "", ""]\'' in opened
    untouched = json.dumps(["", "", ""])

    def send(**typed):
        read = {f"read-{key}": untouched for key in (first, second)}
        blank = {f"{part}-{key}": "" for key in (first, second) for part in ("answer", "note", "shown_by")}
        return rita.post(f"{here}/answers", data=blank | read | typed)

    def stands(key):
        with database.transaction(read_only=True) as session:
            row = answers_of(session, 1).get(key)
            return row and (row.answer, row.note)

    assert send(**{f"answer-{first}": "met", f"note-{first}": "Page 3."}).status_code == 303
    # The other window shows nothing of that yet, and answers something else.
    assert send(**{f"answer-{second}": "met"}).status_code == 303
    assert stands(first) == (Answer.MET, "Page 3.")
    refused = send(**{f"answer-{first}": "not_met", f"note-{first}": "Not there."})
    assert refused.status_code == 422
    assert "Meanwhile this was answered “Met”: Page 3." in refused.text
    assert "Not there." in refused.text
    assert stands(first) == (Answer.MET, "Page 3.")
    again = {f"read-{first}": json.dumps(["met", "Page 3.", ""])}
    typed = {f"answer-{first}": "not_met", f"note-{first}": "Not there."}
    assert send(**typed, **again).status_code == 303
    assert stands(first) == (Answer.NOT_MET, "Not there.")
    for nonsense in ("", "[", "[1,2,3]", '{"a": 1}'):
        assert send(**{f"read-{first}": nonsense}).status_code in {303, 422}


def test_a_rejected_record_handed_in_unchanged_says_so_to_whoever_decides(database, cast, client_of):
    with database.transaction() as session:
        decided(session, cast, ready(session, cast), decision=Decision.REJECT, reason="Too bold.")
        ready(session, cast)
    rita = client_of("rita")
    for page in ("/reviews/2", "/reviews/2/decide"):
        shown = rita.get(page).text
        assert ("This very record was rejected before" in shown, "Too bold." in shown) == (True, True)
    assert "newest review rejected it" not in rita.get(f"/systems/{cast.triage.key}/compliance").text
    with database.transaction() as session:
        edited(session, cast, autonomy=2)
        submitted(session, cast)
    assert "was rejected before" not in rita.get("/reviews/2").text


def test_what_is_decided_attested_and_signed_is_shown_and_is_what_was_read(database, cast, client_of, known):
    with database.transaction() as session:
        seated(session, cast)
        ready(session, cast)
        open_sheet(session, cast.actor(session, "ada"), session.merge(cast.triage))
    rita = client_of("rita")
    [link] = set(re.findall(r"/reviews/1/decide\?read=\w{64}", rita.get("/reviews/1").text))
    assert rita.get(link).status_code == 200
    with later(seconds=5):
        with database.transaction() as session:
            edited(session, cast, intended_use="Refusing claims by itself.")
            submitted(session, cast, note="Small wording.")
        refused = rita.get(link)
        assert (refused.status_code, "Refusing claims by itself." in refused.text) == (409, True)
        shown = rita.get("/reviews/1").text
        assert (shown.count("to be looked at again"), "They still hold" in shown) == (3, True)
        page = rita.get("/reviews/1/decide").text
        assert "Answers given on an earlier record" in page
        for name, address in (("rita", "/reviews/1/decide"), ("ada", f"/systems/{cast.triage.key}/attest")):
            assert "Refusing claims by itself." in client_of(name).get(address).text
        sheet = client_of("ben").get("/sign-offs/1/sign").text
        assert ("Intended use" in sheet, "Refusing claims" in sheet) == (True, False)


def test_an_open_sheet_of_a_hidden_system_is_for_executives_to_sign_and_nothing_else_of_it(
    database, cast, client_of, known
):
    with database.transaction() as session:
        accounts.set_password(session, DOOR, session.merge(cast.people["eva"]), PASSWORD)
        sentinel = session.get_one(System, cast.sentinel.id)
        sentinel.tier = Tier.HIGH
        open_sheet(session, cast.actor(session, "ada"), sentinel)
        open_sheet(session, cast.actor(session, "ada"), session.get_one(System, cast.triage.id))
    eva = client_of("eva")
    assert "Sign Sentinel for the executive seat" in eva.get("/").text
    assert "Sentinel" not in client_of("otto").get("/").text
    page = eva.get("/sign-offs/1/sign")
    assert (page.status_code, cast.sentinel.key in page.text) == (200, True)
    assert f"/systems/{cast.sentinel.key}" not in page.text
    hidden = ("/sign-offs/1", f"/systems/{cast.sentinel.key}", f"/systems/{cast.sentinel.key}/compliance")
    assert {eva.get(address).status_code for address in hidden} == {404}
    assert client_of("otto").get("/sign-offs/1/sign").status_code in {403, 404}
    reply = eva.post("/sign-offs/1/sign", data=filled(page.text) | {"password": PASSWORD})
    assert (reply.status_code, reply.location) == (303, "/")
    assert eva.get("/sign-offs/1/sign").status_code == 404
    assert eva.get("/sign-offs/2/sign").status_code == 200


def test_a_finding_is_given_to_nobody_who_may_not_know_of_the_system(database, cast, client_of):
    with database.transaction() as session:
        sentinel = session.get_one(System, cast.sentinel.id)
        review, rita = ready(session, cast, system=sentinel), cast.actor(session, "rita")
        for name in ("otto", "eva"):
            facts = FindingFacts("Grave", "", Severity.HIGH, cast.number(name), NOW.date())
            with pytest.raises(RuleBroken, match="may not see this system"):
                add_finding(session, rita, review, facts)
        offered = who_may_know(session, sentinel)
        names = {name for name, person in cast.people.items() if person.id in offered}
        assert names == {name for name in cast.people if sees(session, cast.actor(session, name), sentinel)}
    shown = client_of("rita").get("/reviews/1/findings/new").text
    assert ("Hedy Head" in shown, "Otto Outsider" in shown) == (True, False)


def sees(session, who, system):
    return bool(session.exec(numbers_visible_to(who).where(System.id == system.id)).all())


def test_a_review_that_is_over_is_not_handed_in_again_by_its_page(database, cast, client_of):
    with database.transaction() as session:
        decided(session, cast, ready(session, cast))
    ada = client_of("ada")
    sent = filled(ada.get("/reviews/1/submit").text) | {"note": "Again."}
    refused = ada.post("/reviews/1/submit", data=sent)
    assert (refused.status_code, "This review is over" in refused.text) == (422, True)
    assert client_of("rita").get("/reviews/2").status_code == 404


def test_a_finding_is_said_to_be_resolved_by_those_alone_whose_page_offers_it(database, cast, client_of):
    with database.transaction() as session:
        review = ready(session, cast)
        facts = FindingFacts("Grave", "", Severity.HIGH, cast.number("otto"), NOW.date())
        add_finding(session, cast.actor(session, "rita"), review, facts)
    for name, may in (("ben", False), ("dee", True), ("otto", True), ("mia", False)):
        client = client_of(name)
        offered = "/findings/1/resolve" in client.get("/reviews/1").text
        assert (offered, client.get("/findings/1/resolve").status_code) == (may, 200 if may else 403)


def test_waivers_are_listed_longest_asked_first_page_by_page_and_an_open_verdict_says_so_at_its_field(
    database, cast, client_of, known
):
    with database.transaction() as session:
        ada, triage = cast.actor(session, "ada"), session.get_one(System, cast.triage.id)
        subjects = list(waivable(session, NOW.date()))[:31]
        for subject in subjects:
            ask_waiver(session, ada, triage, WaiverFacts(subject, "Late.", NOW.date() + timedelta(days=20)))
    rita = client_of("rita")
    first = rita.get("/reviews").text
    assert ("WVR-0001" in first, "WVR-0031" in first) == (True, False)
    [following] = re.findall(r'href="(/reviews\?waivers_after=[^"]+)"', first)
    assert "WVR-0031" in rita.get(following).text
    sent = filled(rita.get("/waivers/1/decide").text) | {
        "because": "So.",
        "password": PASSWORD,
        "verdict": "",
    }
    refused = rita.post("/waivers/1/decide", data=sent)
    assert refused.status_code == 422
    assert '<a href="#verdict">Decision: Say whether you grant it.</a>' in refused.text


def test_what_is_next_is_the_review_that_goes_on_until_it_is_decided(database, cast, client_of):
    address = f"/systems/{cast.triage.key}/compliance"

    def next_step(name="ada"):
        page = client_of(name).get(address).text
        found = re.search(r"What is next</[^>]+>(.*?)</div>", page, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", found.group(1)).split()) if found else ""

    assert next_step().startswith(
        "It was never approved. Submit the record to the reviewers. Submit to review"
    )
    assert next_step("otto").endswith("Submit the record to the reviewers.")
    with database.transaction() as session:
        ready(session, cast)
    assert next_step() == next_step("otto") == "REV-0001 is with the reviewers. Open it"
    with database.transaction() as session:
        review = session.get_one(Review, 1)
        decided(session, cast, review, decision=Decision.REQUEST_CHANGES, reason="Name a deputy.")
    assert next_step() == "REV-0001 came back: the reviewer asks for changes. Open it"
    with database.transaction() as session:
        submitted(session, cast)
        decided(session, cast, answered(session, cast, session.get_one(Review, 1)))
    assert next_step() == "Nobody has signed the record as it is. Open a sheet for its seats."
