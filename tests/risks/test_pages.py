"""The risk register of a system: what is shown, what a refused form keeps, and the same through the JSON door."""

from datetime import date, timedelta

import pytest

from registry.accounts import actions as accounts
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.calendar import day_said
from tests.cast import PASSWORD
from tests.data_sources.test_pages import text_of
from tests.objectives.test_pages import form_of

PAGE = "/systems/AI-0001/risks"
SOON = (clock.today() + timedelta(days=60)).isoformat()


@pytest.fixture
def stated(cast):
    return {
        "title": "Sorted last",
        "cause": "Few of them were seen.",
        "event": "A child *waits*.",
        "likelihood": "4",
        "impact": "4",
        "owner_id": str(cast.number("ben")),
        "review_on": SOON,
        "pattern": "F2",
        "status": "open",
        "version": "0",
    }


@pytest.fixture
def known(database, cast):
    """Who accepts has a password to give again."""
    with database.transaction() as session:
        for name in ("dee", "eva"):
            accounts.set_password(
                session, the_registry("command"), session.merge(cast.people[name]), PASSWORD
            )


def test_a_risk_is_named_shown_in_its_place_edited_and_accepted_by_another(stated, known, client_of):
    ben, eva = client_of("ben"), client_of("eva")
    assert "No risk named yet" in text_of(ben.get(PAGE))
    bad = ben.post(f"{PAGE}/new", data=stated | {"event": "", "residual_impact": "2"})
    assert bad.status_code == 422
    long = ben.post(f"{PAGE}/new", data=stated | {"title": "x" * 201})
    assert "Use at most 200 characters." in text_of(long)
    for words in ("Say what would happen", "State both levels", "Few of them were seen."):
        assert words in text_of(bad), words
    assert "RSK-0001 is on the register" in text_of(
        ben.post(f"{PAGE}/new", data=stated, follow_redirects=True)
    )
    said = text_of(client_of("otto").get(PAGE))
    for words in ("Sorted last", "severe (16 of 25)", "severe 1 risk", "no control stated", "Ben Engineer"):
        assert words in said, words
    assert client_of("otto").get("/risks/1/edit").status_code == 403
    dee = client_of("dee")
    own = dee.post(
        "/risks/1/accept",
        data=form_of(dee, "/risks/1/accept") | {"because": "x", "until": SOON, "password": PASSWORD},
    )
    assert (own.status_code, "reviewer or an executive" in text_of(own)) == (422, True)
    form = form_of(eva, "/risks/1/accept") | {"because": "It is watched weekly.", "until": SOON}
    unsure = eva.post("/risks/1/accept", data=form | {"password": "not it at all"})
    assert (unsure.status_code, "not your password" in text_of(unsure)) == (422, True)
    form |= {"password": PASSWORD}
    done = text_of(eva.post("/risks/1/accept", data=form, follow_redirects=True))
    assert SOON not in done
    for words in (
        f"is accepted up to and with {day_said(date.fromisoformat(SOON))}",
        "Eva Executive",
        "It is watched weekly.",
        "16 of 25",
    ):
        assert words in done, words
    mine = form_of(ben, "/risks/1/edit") | {"title": "Minors sorted last"}
    said = text_of(ben.post("/risks/1/edit", data=mine, follow_redirects=True))
    assert "Saved. The risk is changed since it was accepted, in title: it counts as open" in said
    late = ben.post("/risks/1/edit", data=mine | {"cause": "Another."})
    assert (late.status_code, "Another." in text_of(late)) == (409, True)
    assert "changed since it was accepted, in title" in text_of(ben.get(PAGE))


def test_a_programme_names_risks_and_accepts_none(database, cast, stated, app):
    with database.transaction() as session:
        ben = cast.actor(session, "ben")
        scopes = frozenset({"evidence:write", "registry:read"})
        text, _ = accounts.issue_token(session, ben, cast.people["ben"], "test", scopes)
    api, headers = app.test_client(), {"Authorization": f"Bearer {text}"}
    door = "/api/v1/systems/AI-0001/risks"
    body = {name: value for name, value in stated.items() if name not in {"status", "version"}}
    body |= {"likelihood": 4, "impact": 4, "owner_id": cast.number("ben")}
    added = api.post(door, json=body, headers=headers)
    assert (added.status_code, added.json["id"], added.json["level"]) == (201, "RSK-0001", "severe")
    odd = api.post(door, json=body | {"impact": 9, "status": "accepted"}, headers=headers)
    assert [each["field"] for each in odd.json["problems"]] == ["status"]
    assert api.post(door, json=body | {"impact": 9}, headers=headers).json["problems"][0]["field"] == "impact"
    page = api.get(f"{door}?limit=1", headers=headers).json
    assert (page["items"][0]["owner"], page["items"][0]["status"], page["next"]) == (
        "ben@example.org",
        "open",
        None,
    )
