"""Offers that wait for one person, answered together: each by its own rules, and the others go on."""

from datetime import timedelta

import pytest

from registry.kernel import clock
from registry.ownership import actions, queries

URL = "/handovers"


@pytest.fixture
def offers(app, cast):
    """All three systems offered to Mia, by name."""
    with app.database.transaction() as session:
        return {
            name: actions.offer_handover(
                session,
                cast.actor(session, by),
                getattr(cast, name).id,
                cast.number("mia"),
                f"Reason {name}.",
            ).id
            for name, by in (("triage", "ada"), ("sentinel", "ada"), ("pricing", "olga"))
        }


def owners(app, cast):
    with app.database.transaction(read_only=True) as session:
        found = {
            name: queries.open_owner(session, getattr(cast, name).id).person_id
            for name in ("triage", "sentinel", "pricing")
        }
    names = {person.id: name for name, person in cast.people.items()}
    return {name: names[number] for name, number in found.items()}


def test_several_offers_are_accepted_at_once_and_the_rest_waits(client_of, app, cast, offers):
    mia = client_of("mia")
    desk = mia.get("/").text
    assert "Answer 3 hand-overs together" in desk
    page = mia.get(URL).text
    for name in offers:
        assert f"Reason {name}." in page
    assert " checked" not in page.split("<main")[1]
    data = {"decision": "accept", "offer": [offers["triage"], offers["sentinel"]]}
    assert mia.post(URL, data=data).headers["Location"] == URL
    assert owners(app, cast) == {"triage": "mia", "sentinel": "mia", "pricing": "olga"}
    assert "2 hand-overs accepted." in mia.get(URL).text


def test_declining_takes_a_reason_that_each_owner_reads(client_of, app, cast, offers):
    mia, chosen = client_of("mia"), [offers["triage"], offers["pricing"]]
    refused = mia.post(URL, data={"decision": "decline", "offer": chosen, "answer": " "})
    assert refused.status_code == 422
    assert refused.text.count(" checked>") == 2
    data = {"decision": "decline", "offer": chosen, "answer": "Not before spring."}
    assert mia.post(URL, data=data).status_code == 303
    assert owners(app, cast) == {"triage": "ada", "sentinel": "ada", "pricing": "olga"}
    assert "Not before spring." in client_of("olga").get(f"{URL}/{offers['pricing']}").text


def test_nobody_answers_for_somebody_else_and_nothing_ticked_is_nothing_done(client_of, app, cast, offers):
    before = owners(app, cast)
    for name in ("otto", "ada", "adam"):
        reply = client_of(name).post(URL, data={"decision": "accept", "offer": list(offers.values())})
        assert reply.status_code == 422
    assert client_of("mia").post(URL, data={"decision": "accept"}).status_code == 422
    reply = client_of("mia").post(URL, data={"decision": "accept", "offer": ["x", "-1", "99999999999"]})
    assert reply.status_code == 422
    assert owners(app, cast) == before
    assert "No offer waits for you" in client_of("otto").get(URL).text


def test_an_offer_that_cannot_be_answered_any_more_does_not_stop_the_others(client_of, app, cast, offers):
    with clock.frozen(clock.now() + timedelta(days=20)):
        with app.database.transaction() as session:
            fresh = queries.handover_by_id(session, offers["pricing"], lock=True)
            actions.withdraw_handover(session, cast.actor(session, "olga"), fresh)
            again = actions.offer_handover(
                session, cast.actor(session, "olga"), cast.pricing.id, cast.number("mia"), "Once more."
            ).id
        mia = client_of("mia")
        data = {"decision": "accept", "offer": [offers["triage"], again]}
        assert mia.post(URL, data=data).status_code == 303
        assert "1 offer you ticked can no longer be answered." in mia.get("/").text
    assert owners(app, cast) == {"triage": "ada", "sentinel": "ada", "pricing": "mia"}


def test_an_offer_that_ran_out_tells_nothing_any_more_before_the_worker_closes_it(client_of, offers):
    mia = client_of("mia")
    assert "Sentinel" in mia.get(URL).text
    with clock.frozen(clock.now() + timedelta(days=15)):
        late = client_of("mia")
        assert "Sentinel" not in late.get(URL).text
        assert "Sentinel" not in late.get("/").text
        assert late.post(URL, data={"decision": "accept", "offer": [offers["sentinel"]]}).status_code == 422


def test_the_desk_and_the_list_name_who_offered_and_not_who_owns(client_of, app, cast):
    with app.database.transaction() as session:
        adam = cast.actor(session, "adam")
        actions.offer_handover(session, adam, cast.triage.id, cast.number("mia"), "Moves team")
    mia = client_of("mia")
    assert "Adam Administrator asks you to answer for it" in mia.get("/").text
    assert "Adam Administrator" in mia.get(URL).text
    assert "Ada Owner" not in mia.get(URL).text.split("<main")[1]
