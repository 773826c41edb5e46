"""Who may decide and who may sign for which seat, in which name: every reason to refuse by itself."""

import pytest

from registry.kernel.actor import Actor, Role, Seat, Token, the_registry
from registry.kernel.errors import Forbidden
from registry.reviews.rules.kinds import Signed
from registry.reviews.rules.separation import (
    SEATED,
    SUBMITTED_IT,
    WROTE_IT,
    Involved,
    conflict_of,
    require_no_token,
    require_separation,
)
from registry.reviews.rules.signing import name_problems, seats_of, seats_wanted, signature_problems

HERE = 7
RITA = Actor(4, "Rita Ann Reviewer", frozenset({Role.REVIEWER}))
EVA = Actor(5, "Eva", frozenset({Role.EXECUTIVE}))


def test_no_token_and_nobody_decides():
    require_no_token(RITA)
    token = Token(1, frozenset())
    for actor in (Actor(4, "Rita", token=token), the_registry("worker"), Actor(None, "", token=token)):
        with pytest.raises(Forbidden, match="takes a person"):
            require_no_token(actor)
        with pytest.raises(Forbidden, match="takes a person"):
            require_separation(actor, Involved())


@pytest.mark.parametrize(
    ("involved", "why"),
    [
        (Involved(), ""),
        (Involved(seated=[1], wrote=[2], asked=[3]), ""),
        (Involved(seated=[4]), SEATED),
        (Involved(wrote=[4]), WROTE_IT),
        (Involved(asked=[4]), SUBMITTED_IT),
        (Involved(seated=[4], wrote=[4], asked=[4]), SUBMITTED_IT),
    ],
)
def test_whoever_has_a_part_in_it_is_kept_from_deciding(involved, why):
    assert conflict_of(4, involved) == why
    if not why:
        require_separation(RITA, involved)
        return
    with pytest.raises(Forbidden) as refused:
        require_separation(RITA, involved)
    assert str(refused.value) == why
    assert conflict_of(None, Involved()) == SEATED


@pytest.mark.parametrize(
    ("actor", "seats"),
    [
        (EVA, [Signed.EXECUTIVE]),
        (Actor(5, "Eva", frozenset({Role.EXECUTIVE}), {HERE: frozenset({Seat.OWNER})}), []),
        (Actor(5, "Eva", frozenset({Role.EXECUTIVE}), {HERE: frozenset({Seat.DEPUTY})}), []),
        (Actor(5, "Eva", frozenset({Role.EXECUTIVE}), {8: frozenset({Seat.OWNER})}), [Signed.EXECUTIVE]),
        (Actor(5, "Eva", frozenset(), {HERE: frozenset({Seat.DATA_STEWARD})}), [Signed.DATA]),
        (
            Actor(5, "Eva", frozenset({Role.EXECUTIVE}), {HERE: frozenset({Seat.BUSINESS_LEAD})}),
            [Signed.BUSINESS, Signed.EXECUTIVE],
        ),
        (RITA, []),
    ],
)
def test_a_seat_is_signed_for_by_whoever_holds_it_and_an_executive_never_for_their_own(actor, seats):
    assert seats_of(actor, HERE) == seats


def test_a_tier_adds_seats_to_the_four_and_doubles_none():
    four = [Signed.BUSINESS, Signed.DATA, Signed.ENGINEERING, Signed.COMPLIANCE]
    assert seats_wanted([]) == four
    assert seats_wanted(["executive", "data"]) == [*four, Signed.EXECUTIVE]


@pytest.mark.parametrize(
    ("seat", "wanted", "signed", "field"),
    [
        (Signed.EXECUTIVE, [Signed.EXECUTIVE], {}, None),
        (None, [Signed.EXECUTIVE], {}, "Choose one"),
        (Signed.EXECUTIVE, [Signed.DATA], {}, "Choose one"),
        (Signed.EXECUTIVE, [Signed.EXECUTIVE], {Signed.DATA: 5}, "You have signed"),
        (Signed.EXECUTIVE, [Signed.EXECUTIVE], {Signed.EXECUTIVE: 6}, "signed already"),
        (Signed.DATA, [Signed.DATA], {}, "You do not hold"),
    ],
)
def test_a_signature_is_for_a_seat_of_the_sheet_that_is_open_and_ones_own(seat, wanted, signed, field):
    problems = signature_problems(EVA, HERE, seat, "Eva", wanted=wanted, signed=signed)
    assert [each.field for each in problems] == ([] if field is None else ["seat"])
    assert field is None or field in problems[0].message


@pytest.mark.parametrize(
    ("printed", "is_taken"),
    [
        ("Rita Reviewer", True),
        ("Dr Rita A. REVIEWER", True),
        ("Reviewer, Rita", True),
        ("Rita", False),
        ("Reviewer", False),
        ("Ann", False),
        ("R. R.", False),
        ("  ", False),
        ("Rita\nReviewer", False),
        ("Rita Reviewer " + "x" * 400, False),
    ],
)
def test_who_signs_writes_their_own_first_and_last_name_on_one_line(printed, is_taken):
    assert [each.field for each in name_problems(printed, RITA.name)] == (
        [] if is_taken else ["printed_name"]
    )


def test_a_name_of_one_word_is_signed_as_it_is():
    assert not name_problems("Eva", "Eva")
    assert name_problems("Ewa", "Eva")
