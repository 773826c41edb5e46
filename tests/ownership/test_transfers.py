"""A leaver's seats are moved in one step: as it was shown, or not at all."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from registry.audit.queries import verify
from registry.kernel import clock
from registry.kernel.actor import Seat
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.ownership import actions, queries
from registry.ownership.rules import MOST_AT_ONCE, MoveFacts, Way, move_of, moved_on, problems_with_transfer
from registry.people import actions as people
from registry.people.models import Person
from tests.ownership.doing import DOOR, events, owner_in
from tests.ownership.racing import second_of

OWNED = MoveFacts(
    assignment_id=1,
    version=3,
    seat=Seat.OWNER,
    from_id=1,
    to_id=2,
    to_is_here=True,
    owner_id=1,
    already_held=False,
    already_offered=False,
    from_has_left=False,
)
LED = replace(OWNED, seat=Seat.DATA_STEWARD, owner_id=9)


@pytest.mark.parametrize(
    ("facts", "way", "says"),
    [
        (OWNED, Way.OFFER, ""),
        (replace(OWNED, to_id=None), Way.REFUSED, "Choose the person"),
        (replace(OWNED, to_id=1), Way.REFUSED, "already answers"),
        (replace(OWNED, to_is_here=False), Way.REFUSED, "who is here now"),
        (replace(OWNED, already_offered=True), Way.REFUSED, "already offered"),
        (replace(OWNED, to_id=7), Way.REFUSED, "takes two people"),
        (replace(OWNED, to_id=7, from_has_left=True), Way.OFFER, ""),
        (LED, Way.PASS, ""),
        (replace(LED, to_id=None), Way.FREE, ""),
        (replace(LED, to_id=1), Way.REFUSED, "somebody else"),
        (replace(LED, to_is_here=False), Way.REFUSED, "who is here now"),
        (replace(LED, already_held=True), Way.END, ""),
        (replace(LED, seat=Seat.DEPUTY, owner_id=2), Way.REFUSED, "when the owner cannot"),
    ],
)
def test_what_becomes_of_a_seat(facts, way, says):
    move = move_of(facts, moved_by_id=7)
    assert move.way is way
    assert says in move.says


def test_a_transfer_needs_seats_a_reason_and_a_bound():
    move = move_of(OWNED, 7)
    assert problems_with_transfer([move], "Leaves") == []
    assert [each.field for each in problems_with_transfer([], "")] == ["", "reason"]
    assert len(problems_with_transfer([move] * (MOST_AT_ONCE + 1), "Leaves")) == 1


def test_whatever_would_be_different_now_is_noticed():
    shown, later = move_of(OWNED, 7), move_of(replace(OWNED, version=4), 7)
    assert moved_on([shown], {1: shown.code}) == frozenset()
    assert moved_on([later], {1: shown.code}) == {1}
    assert moved_on([], {1: shown.code}) == {1}
    assert moved_on([shown], {}) == {1}


@pytest.fixture
def house(database, cast):
    """Ada also leads the data of Pricing; her last day was yesterday."""
    with database.transaction() as session:
        actions.fill_seat(session, DOOR, cast.pricing.id, Seat.DATA_STEWARD, person_id=cast.number("ada"))
        ada = session.get_one(Person, cast.number("ada"))
        people.mark_as_left(session, DOOR, ada, clock.today() - timedelta(days=1))
    return database


def planned(session, cast, to):
    """Ada's seats, each with who takes it over, and what was shown of each."""
    seats = queries.seats_of_person(session, cast.number("ada"))
    wishes = {seat.id: to(seat) for seat in seats}
    moves = queries.moves_of(session, seats, wishes, cast.number("adam"))
    return wishes, {move.assignment_id: move.code for move in moves}


def to_mia(cast):
    return lambda seat: cast.number("mia")


def move(session, cast, wishes, seen, name="adam"):
    ada = session.get_one(Person, cast.number("ada"))
    return actions.transfer_seats(session, cast.actor(session, name), ada, wishes, "Ada leaves", seen=seen)


def test_owned_systems_are_offered_and_other_seats_change_hands_at_one_instant(house, cast):
    with house.transaction() as session:
        wishes, seen = planned(session, cast, to_mia(cast))
        ways = [each.way for each in move(session, cast, wishes, seen)]
        assert sorted(ways) == [Way.OFFER, Way.OFFER, Way.PASS]
    with house.transaction(read_only=True) as session:
        for system in (cast.triage, cast.sentinel):
            assert queries.pending_handover(session, system.id).to_id == cast.number("mia")
            assert queries.open_owner(session, system.id).person_id == cast.number("ada")
        mia, ada = [
            each.assignment
            for each in queries.timeline_of(session, cast.pricing.id)
            if each.assignment.seat is Seat.DATA_STEWARD
        ]
        assert (mia.person_id, mia.from_at, mia.to_at) == (cast.number("mia"), ada.to_at, None)
        assert events(session, cast.pricing)[-1] == Event.SEAT_PASSED
    with house.transaction(read_only=True) as session:
        assert verify(session).problems == []


def test_a_seat_may_be_left_open_and_a_refused_row_stops_no_other(house, cast):
    with house.transaction() as session:
        wishes, seen = planned(
            session, cast, lambda seat: cast.number("dee") if seat.system_id == cast.triage.id else None
        )
        by_system = {
            seat.system_id: each.way
            for each in move(session, cast, wishes, seen)
            for seat in queries.seats_of_person(session, cast.number("ada")) or ()
            if seat.id == each.assignment_id
        }
        # The lead's time on Pricing has ended, so only the two owned systems are still Ada's.
        assert by_system == {cast.triage.id: Way.OFFER, cast.sentinel.id: Way.REFUSED}
        assert queries.pending_handover(session, cast.sentinel.id) is None


def test_only_an_administrator_moves_seats_and_only_with_a_reason(house, cast):
    with house.transaction() as session:
        wishes, seen = planned(session, cast, to_mia(cast))
        for name in ("mia", "dee", "hedy", "rita", "aud"):
            with pytest.raises(Forbidden):
                move(session, cast, wishes, seen, name)
        ada = session.get_one(Person, cast.number("ada"))
        with pytest.raises(RuleBroken):
            actions.transfer_seats(session, cast.actor(session, "adam"), ada, wishes, " ", seen=seen)
        with pytest.raises(RuleBroken):
            actions.transfer_seats(session, cast.actor(session, "adam"), ada, {}, "Leaves", seen={})


def test_what_changed_since_the_preview_stops_all_of_it(house, cast):
    with house.transaction() as session:
        wishes, seen = planned(session, cast, to_mia(cast))
    with house.transaction() as session:
        actions.offer_handover(session, DOOR, cast.sentinel.id, cast.number("ben"), "Meanwhile")
    with house.transaction() as session:
        with pytest.raises(Conflict):
            move(session, cast, wishes, seen)
        assert queries.pending_handover(session, cast.triage.id) is None
        assert len(queries.seats_of_person(session, cast.number("ada"))) == 3


def transferring(cast, wishes, seen):
    return lambda session: move(session, cast, wishes, seen)


def test_of_two_transfers_at_once_the_second_is_told_and_nothing_is_done_twice(house, cast):
    with house.transaction(read_only=True) as session:
        wishes, seen = planned(session, cast, to_mia(cast))
    act = transferring(cast, wishes, seen)
    assert second_of(house, act, act) == "Conflict"
    with house.transaction(read_only=True) as session:
        assert len(queries.handovers_of(session, cast.triage.id)) == 1


def test_a_transfer_at_once_with_an_acceptance_finds_the_new_owner(house, cast):
    with house.transaction() as session:
        number = actions.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves").id
        wishes, seen = planned(session, cast, lambda seat: cast.number("ben"))

    def accept(session):
        offer = queries.handover_by_id(session, number, lock=True)
        actions.accept_handover(session, cast.actor(session, "mia"), offer)

    assert second_of(house, accept, transferring(cast, wishes, seen)) == "Conflict"
    with house.transaction(read_only=True) as session:
        assert queries.open_owner(session, cast.triage.id).person_id == cast.number("mia")


def test_without_comparing_with_the_preview_somebody_elses_offer_would_be_overlooked(
    house, cast, monkeypatch
):
    from registry.ownership import rules

    monkeypatch.setattr(rules, "moved_on", lambda moves, seen: frozenset())
    with house.transaction() as session:
        wishes, seen = planned(session, cast, to_mia(cast))
        actions.offer_handover(session, DOOR, cast.sentinel.id, cast.number("ben"), "Meanwhile")
        assert Way.REFUSED in {each.way for each in move(session, cast, wishes, seen)}


def hidden(page):
    """The fields of the form by which a preview is carried out."""
    form = page.split("/transfer/apply", 1)[1].split("</form>")[0]
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: [value for key, value in pairs if key == name] for name, _ in pairs}


def test_an_administrator_sees_what_will_happen_and_it_happens(client_of, app, house, cast):
    client, url = client_of("adam"), f"/people/{cast.number('ada')}/transfer"
    page = client.get(url).text
    seats = re.findall(r'name="seat" value="(\d+)" checked', page)
    assert len(seats) == 3
    refused = client.post(url, data={"seat": seats, "to_id": "", "reason": ""})
    assert refused.status_code == 422
    assert "Say why the seats change hands" in refused.text
    unknown = client.post(url, data={"seat": seats, "reason": "Leaves", f"to-{seats[0]}": "who@example.org"})
    assert unknown.status_code == 422
    assert "Nobody here has the e-mail address who@example.org." in unknown.text
    asked = {"seat": seats, "to_id": cast.number("mia"), "reason": "Ada <leaves>"}
    preview = client.post(url, data=asked | {f"to-{seats[0]}": "Dee@example.org"})
    assert preview.status_code == 200
    assert "will be asked to accept" in preview.text
    assert "Ada &lt;leaves&gt;" in preview.text
    assert owner_in(app, cast.triage) == cast.number("ada")
    fields = hidden(preview.text)
    changed = client.post(url, data=fields | {"do": "change", "reason": "Ada leaves"})
    assert changed.status_code == 200
    assert "dee@example.org" in changed.text.lower()
    with app.database.transaction() as session:
        actions.offer_handover(session, DOOR, cast.sentinel.id, cast.number("ben"), "Meanwhile")
    conflict = client.post(f"{url}/apply", data=fields)
    assert conflict.status_code == 409
    assert "Something changed since you looked." in conflict.text
    done = client.post(f"{url}/apply", data=hidden(conflict.text))
    assert done.status_code == 200
    assert "2 seats moved or offered, 1 not." in done.text
    with app.database.transaction(read_only=True) as session:
        assert {offer.to_id for offer in queries.handovers_of(session, cast.sentinel.id)} == {
            cast.number("ben")
        }


def test_a_system_that_is_offered_already_is_marked_and_not_ticked(client_of, house, cast):
    with house.transaction() as session:
        actions.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves team")
        owned = next(
            seat.id
            for seat in queries.seats_of_person(session, cast.number("ada"))
            if (seat.system_id, seat.seat) == (cast.triage.id, Seat.OWNER)
        )
    page = client_of("adam").get(f"/people/{cast.number('ada')}/transfer").text
    assert len(re.findall(r'name="seat" value="(\d+)" checked', page)) == 2
    assert page.count("offered to Mia Colleague on") == 1
    assert "waiting for an answer" in page
    assert f"/systems/{cast.triage.key}/ownership" in page
    for gone in (f'name="seat" value="{owned}"', f'name="to-{owned}"'):
        assert gone not in page


def test_noting_a_last_day_leads_to_the_seats_and_others_find_no_such_page(client_of, cast):
    number = cast.number("olga")
    reply = client_of("adam").post(f"/people/{number}/leaving", data={"active_to": clock.today()})
    assert reply.headers["Location"].endswith(f"/people/{number}/transfer")
    for name in ("mia", "rita", "aud"):
        assert client_of(name).get(f"/people/{number}/transfer").status_code == 403
        assert client_of(name).post(f"/people/{number}/transfer/apply").status_code == 403
