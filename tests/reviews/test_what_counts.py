"""What counts as an approval, a signature and a waiver today: what came after it, what it was given on, and until when."""

import pytest

from registry.kernel import clock
from registry.kernel.errors import RuleBroken
from registry.lifecycle.queries.gates import subjects_of
from registry.reviews.actions.signing import open_sheet
from registry.reviews.actions.waiving import ask_waiver, decide_waiver, revoke_waiver
from registry.reviews.queries.checking import answers_of
from registry.reviews.queries.due import to_open, waiting_for
from registry.reviews.queries.standing import standing_of
from registry.reviews.queries.words import waived_on
from registry.reviews.rules.cadence import Standing
from registry.reviews.rules.kinds import Answer, Decision, Kind, Signed
from registry.reviews.rules.waivers import WaiverFacts
from registry.systems.rules.record import Stage, Tier
from tests.reviews.doing import NOW, answered, decided, edited, later, ready, submitted
from tests.reviews.test_words import UNTIL, all_signed, signed


def fact(session, system, name):
    session.flush()
    return subjects_of(session, [system])[system.id].facts[name]


def test_a_rejection_takes_back_every_approval_before_it_and_leave_to_retire_is_none_to_be_used(
    session, cast
):
    cast.triage.tier = Tier.LIMITED
    with later():
        decided(session, cast, ready(session, cast, kind=Kind.DECOMMISSION))
        assert standing_of(session, cast.triage).review.validity.standing is Standing.NEVER
        assert not fact(session, cast.triage, "reviewed")
        decided(session, cast, ready(session, cast))
        assert fact(session, cast.triage, "reviewed")
    with later(1):
        last = ready(session, cast, kind=Kind.INCIDENT)
        decided(session, cast, last, decision=Decision.REJECT, reason="It must not be used.")
        found = standing_of(session, cast.triage)
        assert (found.review.validity.standing, found.verdict.review_id) == (Standing.REJECTED, last.id)
        assert not fact(session, cast.triage, "reviewed")
        assert waiting_for(session, cast.actor(session, "ada"), NOW.date()).to_attest == []
    with later(360):
        assert to_open(session, cast.actor(session, "adam"), NOW.date()) == []
        decided(session, cast, ready(session, cast, kind=Kind.CHANGE))
        assert standing_of(session, cast.triage).review.validity.standing is Standing.CURRENT


def test_a_sheet_that_fits_stays_the_one_that_counts_until_it_soon_lapses(session, cast):
    with later():
        first, ada = all_signed(session, cast), cast.actor(session, "ada")
        with pytest.raises(RuleBroken, match="signed and still fits"):
            open_sheet(session, ada, cast.triage)
    with later(340):
        assert standing_of(session, cast.triage).is_signed_off
        second = open_sheet(session, ada, cast.triage)
        with pytest.raises(RuleBroken, match="SGN-0002 took the place of SGN-0001"):
            signed(session, cast, first, "hedy", Signed.BUSINESS, at=clock.now())
        signed(session, cast, second, "ben", Signed.ENGINEERING, at=clock.now())
    with later(340 + 370):
        assert waiting_for(session, cast.actor(session, "hedy"), clock.today()).to_sign == []
        with pytest.raises(RuleBroken, match="has lapsed"):
            signed(session, cast, second, "hedy", Signed.BUSINESS, at=clock.now())


def test_what_is_given_holds_while_the_record_reads_as_it_did_and_again_once_it_does(session, cast):
    with later():
        edited(session, cast, intended_use="Sorting.")
        all_signed(session, cast)
        decided(session, cast, ready(session, cast))
        edited(session, cast, intended_use="Refusing.")
        found = standing_of(session, cast.triage)
        assert (found.is_signed_off, found.review.validity.holds) == (False, False)
        edited(session, cast, intended_use="Sorting.")
        found = standing_of(session, cast.triage)
        assert (found.is_signed_off, found.review.validity.holds) == (True, True)


def test_a_waiver_is_of_something_that_is_asked_for_once_at_a_time_and_goes_with_its_like(session, cast):
    with later():
        ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
        for subject in ("G60 please", "B07", "G44"):
            with pytest.raises(RuleBroken, match="that can be waived"):
                ask_waiver(session, ada, cast.triage, WaiverFacts(subject, "Late.", UNTIL))
        for _ in range(2):
            waiver = ask_waiver(session, ada, cast.triage, WaiverFacts("G60", "The reviewer is away.", UNTIL))
            assert (waiver.pack, waiver.subject_said[:4]) == ("gates 2026.2", "G60 ")
            with pytest.raises(RuleBroken, match="asks for the same"):
                ask_waiver(session, ada, cast.triage, WaiverFacts("G60", "Late.", UNTIL))
            terms = {"granted": True, "because": "So be it.", "until": UNTIL}
            decide_waiver(session, rita, waiver, **terms, confirmed_at=NOW)
        assert list(waived_on(session, cast.triage.id, NOW.date())) == ["G60"]
        revoke_waiver(session, rita, waiver, "They are back.")
        assert waived_on(session, cast.triage.id, NOW.date()) == {}


def test_a_plain_approval_stands_beside_a_control_that_is_not_met_but_waived(session, cast):
    with later():
        review, rita = ready(session, cast), cast.actor(session, "rita")
        answered(session, cast, review, said=Answer.PARTLY)
        with pytest.raises(RuleBroken, match="Not everything is met"):
            decided(session, cast, review)
        for control in [each.partition("/")[2] for each in answers_of(session, review.id)]:
            facts = WaiverFacts(control, "Late.", UNTIL)
            waiver = ask_waiver(session, cast.actor(session, "ada"), cast.triage, facts)
            terms = {"granted": True, "because": "So be it.", "until": UNTIL}
            decide_waiver(session, rita, waiver, **terms, confirmed_at=NOW)
        decided(session, cast, review)


def test_a_retired_system_is_neither_submitted_nor_signed_for_nor_spared_anything(session, cast):
    with later():
        ada = cast.actor(session, "ada")
        cast.triage.stage = Stage.RETIRED
        for act in (
            lambda: submitted(session, cast),
            lambda: open_sheet(session, ada, cast.triage),
            lambda: ask_waiver(session, ada, cast.triage, WaiverFacts("G60", "Late.", UNTIL)),
        ):
            with pytest.raises(RuleBroken, match="is retired"):
                act()
