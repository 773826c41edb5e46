"""Attestations, sign-offs and waivers: who may, what they bind to, when they end; forged and transplanted rows are named."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from registry.accounts import actions as accounts
from registry.kernel.actor import Role
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.reviews.actions.signing import attest, open_sheet, sign
from registry.reviews.actions.waiving import ask_waiver, decide_waiver, revoke_waiver
from registry.reviews.queries.content import content_of
from registry.reviews.queries.integrity import altered_words
from registry.reviews.queries.standing import standing_of
from registry.reviews.queries.words import running_out, waived_on
from registry.reviews.rules.cadence import Standing
from registry.reviews.rules.kinds import Signed
from registry.reviews.rules.waivers import WaiverFacts
from registry.systems.rules.record import Tier
from tests.incidents.happening import is_whole
from tests.reviews.doing import DOOR, NOW, decided, edited, later, ready, reviewer, seated

UNTIL = NOW.date() + timedelta(days=90)


def attested(session, cast, by="ada", agrees=True, sha=None, at=NOW):
    sha = sha or content_of(session, cast.triage).sha256
    actor = cast.actor(session, by)
    return attest(session, actor, cast.triage, "Ada M. Owner", sha, agrees=agrees, confirmed_at=at)


def signed(session, cast, sheet, name, seat, at=NOW):
    actor = cast.actor(session, name)
    return sign(session, actor, sheet, cast.triage, seat, actor.name, confirmed_at=at)


def all_signed(session, cast):
    seated(session, cast)
    sheet = open_sheet(session, cast.actor(session, "ada"), cast.triage)
    for name, seat in (("hedy", "business"), ("mia", "data"), ("ben", "engineering"), ("otto", "compliance")):
        signed(session, cast, sheet, name, Signed(seat))
    return sheet


def test_an_owner_attests_to_the_record_read_and_the_word_lapses(database, cast):
    with later(), database.transaction() as session:
        for name in ("dee", "adam", "rita"):
            with pytest.raises(Forbidden):
                attested(session, cast, by=name)
        with pytest.raises(RuleBroken, match="Tick"):
            attested(session, cast, agrees=False)
        with pytest.raises(RuleBroken, match="password"):
            attested(session, cast, at=None)
        with pytest.raises(Conflict, match="changed since you read it"):
            attested(session, cast, sha="0" * 64)
        stated = attested(session, cast)
        assert (stated.pack, stated.printed_name, len(stated.statements)) == (
            "reviews 2026.1",
            "Ada M. Owner",
            6,
        )
        assert standing_of(session, cast.triage).attested.validity.standing is Standing.CURRENT
        edited(session, cast, autonomy=4)
        assert standing_of(session, cast.triage).attested.validity.standing is Standing.STALE
        attested(session, cast)
    assert is_whole(database)
    with later(400), database.transaction(read_only=True) as session:
        assert standing_of(session, cast.triage).attested.validity.standing is Standing.LAPSED


def test_four_people_sign_one_record_and_a_material_change_voids_the_sheet(database, cast):
    with later(), database.transaction() as session:
        sheet = all_signed(session, cast)
        found = standing_of(session, cast.triage)
        assert (sheet.key, found.is_signed_off, found.unsigned) == ("SGN-0001", True, ())
        edited(session, cast, affected_people="Minors.")
        found = standing_of(session, cast.triage)
        assert (found.is_signed_off, found.signed.changes[0].label) == (False, "Affected people")
        again = open_sheet(session, cast.actor(session, "dee"), cast.triage)
        with pytest.raises(RuleBroken, match="still fits"):
            open_sheet(session, cast.actor(session, "ada"), cast.triage)
        edited(session, cast, affected_people="Minors and their parents.")
        with pytest.raises(Conflict, match="affected people"):
            signed(session, cast, again, "hedy", Signed.BUSINESS)
    assert is_whole(database)


def test_one_person_signs_one_seat_and_only_one_they_hold(session, cast):
    with later():
        seated(session, cast)
        seated(session, cast, {"business_lead": "mia"})
        accounts.grant_role(session, DOOR, session.merge(cast.people["mia"]), Role.EXECUTIVE)
        cast.triage.tier = Tier.HIGH
        sheet = open_sheet(session, cast.actor(session, "ada"), cast.triage)
        assert sheet.seats[-1] == "executive"
        signed(session, cast, sheet, "mia", Signed.DATA)
        for seat in (Signed.BUSINESS, Signed.EXECUTIVE):
            with pytest.raises(RuleBroken, match="another person"):
                signed(session, cast, sheet, "mia", seat)
        with pytest.raises(RuleBroken, match="do not hold"):
            signed(session, cast, sheet, "ben", Signed.COMPLIANCE)
        with pytest.raises(RuleBroken, match="signed already"):
            signed(session, cast, sheet, "hedy", Signed.DATA)
        signed(session, cast, sheet, "eva", Signed.EXECUTIVE)
        assert standing_of(session, cast.triage).unsigned == (
            Signed.BUSINESS,
            Signed.ENGINEERING,
            Signed.COMPLIANCE,
        )


def test_a_waiver_is_granted_by_somebody_apart_for_no_longer_than_asked_and_ends_by_itself(database, cast):
    with later(), database.transaction() as session:
        ben, rita = cast.actor(session, "ben"), cast.actor(session, "rita")
        with pytest.raises(RuleBroken, match="at most 180 days"):
            ask_waiver(session, ben, cast.triage, WaiverFacts("F1.1", "Late.", date(2095, 1, 1)))
        waiver = ask_waiver(session, ben, cast.triage, WaiverFacts("F1.1", "The supplier is late.", UNTIL))
        reviewer(session, cast, "ben")
        reviewer(session, cast, "dee")

        def decide(who, until=UNTIL, granted=True):
            terms = {"granted": granted, "because": "A person looks meanwhile.", "until": until}
            return decide_waiver(session, who, waiver, **terms, confirmed_at=NOW)

        for name in ("ben", "dee", "adam", "ada"):
            with pytest.raises(Forbidden):
                decide(cast.actor(session, name))
        with pytest.raises(RuleBroken, match="no longer than it was asked"):
            decide(rita, UNTIL + timedelta(days=1))
        decide(rita, UNTIL - timedelta(days=60))
        assert list(waived_on(session, cast.triage.id, waiver.until)) == ["F1.1"]
        assert waived_on(session, cast.triage.id, waiver.until + timedelta(days=1)) == {}
        found = running_out(session, cast.actor(session, "ada"), NOW.date(), 30)
        assert [each.key for each, _ in found] == ["WVR-0001"]
        revoke_waiver(session, rita, waiver, "It was met.")
        assert waived_on(session, cast.triage.id, NOW.date()) == {}
        with pytest.raises(RuleBroken, match="revoked"):
            revoke_waiver(session, rita, waiver, "Again.")
    assert is_whole(database)


FORGERIES = {
    "UPDATE signature SET printed_name = 'Somebody Else' WHERE id = 1": "signature 1 under SGN-0001",
    "UPDATE signature SET seat = 'executive' WHERE seat = 'data'": "does not say what was signed",
    "UPDATE attestation SET meaning = 'I state nothing.'": "attestation 1",
    "UPDATE review_decision SET reason = 'Never mind.'": "decision 1",
    "UPDATE review_decision SET content_sha256 = 'x'": "decision 1",
    # Replayed: the same words as another person, under the same sheet.
    "INSERT INTO signature (sign_off_id, system_id, seat, person_id, printed_name, meaning, at, content_sha256, digest)"
    " SELECT sign_off_id, system_id, 'executive', {eva}, printed_name, meaning, at, content_sha256, digest"
    " FROM signature WHERE id = 1": "does not say what was signed",
    # Transplanted: the whole sheet with its signatures to another system, as one who lifts the constraint could.
    "UPDATE attestation SET system_id = {pricing}": "attestation 1",
}


@pytest.mark.parametrize("statement", FORGERIES)
def test_rows_that_were_forged_replayed_or_transplanted_are_named(database, cast, statement):
    with later(), database.transaction() as session:
        all_signed(session, cast)
        attested(session, cast)
        decided(session, cast, ready(session, cast))
        assert list(altered_words(session)) == []
    with database.engine.begin() as connection:
        filled = statement.format(eva=cast.number("eva"), pricing=cast.pricing.id)
        connection.execute(sa.text(filled))
    with database.transaction(read_only=True) as session:
        assert FORGERIES[statement] in " ".join(says for _, says in altered_words(session))


REFUSED = {
    "the same person under a second seat": (
        "INSERT INTO signature (sign_off_id, system_id, seat, person_id, printed_name, meaning, at, content_sha256, digest)"
        " SELECT sign_off_id, system_id, 'executive', person_id, printed_name, meaning, at, content_sha256, digest"
        " FROM signature WHERE id = 1"
    ),
    "a signature taken to another system": "UPDATE signature SET system_id = {pricing} WHERE id = 1",
    "a decision by whoever submitted it": "UPDATE review_decision SET decided_by_id = submitted_by_id",
    "a decision with another submitter": "UPDATE review_decision SET submitted_by_id = {eva}",
    "a second decision on one submission": (
        "INSERT INTO review_decision (review_id, system_id, submission_id, submitted_by_id, decided_by_id, decision,"
        " reason, printed_name, at, content_sha256, packs, digest) SELECT review_id, system_id, submission_id,"
        " submitted_by_id, {eva}, decision, reason, printed_name, at, content_sha256, packs, digest"
        " FROM review_decision"
    ),
    "a waiver granted by whoever asked": (
        "UPDATE waiver SET decided_by_id = asked_by_id, granted = {true}, decided_at = asked_at"
    ),
}


def test_the_database_itself_refuses_what_separation_of_duties_forbids(database, cast):
    with later(), database.transaction() as session:
        all_signed(session, cast)
        decided(session, cast, ready(session, cast))
        ask_waiver(session, cast.actor(session, "ben"), cast.triage, WaiverFacts("F1.1", "Late.", UNTIL))
    true = "1" if database.is_sqlite else "true"
    for what, statement in REFUSED.items():
        filled = statement.format(eva=cast.number("eva"), pricing=cast.pricing.id, true=true)
        with pytest.raises(sa.exc.IntegrityError), database.engine.begin() as connection:
            connection.execute(sa.text(filled))
            pytest.fail(f"{what} was stored")
