"""People in the browser: happy paths, refusals, forms that come back filled, what stays hidden."""

import re
from datetime import timedelta

import pytest

from registry.accounts import actions as accounts
from registry.accounts.queries import open_roles, tries_of
from registry.kernel import clock
from registry.kernel.actor import Role, the_registry
from registry.ownership import actions as ownership
from registry.people import actions, queries
from registry.people.rules import PersonFacts
from tests.cast import PASSWORD

DOOR = the_registry("command")


def version_in(page):
    return re.search(r'name="version"[^>]*value="(\d+)"', page).group(1)


def person_form(**changes):
    return {
        "name": "Zoe New",
        "email": "zoe@example.org",
        "job_title": "Analyst",
        "unit_id": "",
        "active_from": "",
    } | changes


def stored(database, number):
    with database.transaction(read_only=True) as session:
        return queries.person_by_id(session, number)


def test_the_directory_lists_people_and_finds_them_by_their_letters(client_of, cast):
    client = client_of("mia")
    assert "Ada Owner" in client.get("/people").text
    found = client.get("/people?q=OLGA").text
    assert "Olga Owner" in found
    assert "Ada Owner" not in found
    assert "1 person" in found


@pytest.mark.parametrize("words", ["%", "_", "\\", "\x00", "<script>", "a" * 70_000])
def test_whatever_is_searched_for_is_answered(client_of, cast, words):
    reply = client_of("mia").get("/people", query_string={"q": words})
    assert reply.status_code == 200
    assert "<script>" not in reply.text.replace("<script src", "")


@pytest.mark.parametrize("unit", ["99999999999", "-1", "none", "2147483648"])
def test_a_unit_nobody_was_given_breaks_nothing(client_of, cast, unit):
    assert client_of("mia").get(f"/people?unit={unit}").status_code in {200, 404}


def test_the_directory_pages_through_everybody_once(client_of, cast, app):
    with app.database.transaction() as session:
        for number in range(60):
            actions.add_person(session, DOOR, PersonFacts(f"Pat {number:02}", f"pat{number}@example.org"))
    client, url, seen = client_of("mia"), "/people", []
    while url:
        page = client.get(url).text
        seen += re.findall(r'<a href="/people/(\d+)">', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = following.group(1).replace("&amp;", "&") if following else None
    assert len(seen) == len(set(seen)) == 71


def test_a_cursor_that_was_not_issued_here_is_refused(client_of, cast):
    assert client_of("mia").get("/people?after=garbage").status_code == 422


def test_leavers_are_listed_only_when_asked_for(client_of, cast, app):
    with app.database.transaction() as session:
        actions.mark_as_left(
            session, DOOR, session.merge(cast.people["otto"]), clock.today() - timedelta(days=1)
        )
    client = client_of("mia")
    assert "Otto Outsider" not in client.get("/people").text
    page = client.get("/people?left=1").text
    assert "Otto Outsider" in page
    assert "has left" in page


def test_a_search_says_that_it_finds_leavers_too_and_marks_them(client_of, cast, app):
    last_day = clock.today() - timedelta(days=1)
    with app.database.transaction() as session:
        actions.mark_as_left(session, DOOR, session.merge(cast.people["otto"]), last_day)
    client = client_of("mia")
    assert (
        "A name or an e-mail finds people who have left, too; they are marked." in client.get("/people").text
    )
    for words in ("outsider", "OTTO", "otto@example"):
        page = client.get(f"/people?q={words}").text
        row = next(row for row in page.split("<tr") if "Otto Outsider" in row)
        assert "has left" in row
        assert f'datetime="{last_day}"' in row
        # The box is what one asked for, not what the search does by itself.
        assert not re.search(r'id="left"[^>]* checked', page)
    assert "1 person" in client.get("/people?q=outsider").text
    in_claims = client.get(f"/people?q=otto&unit={cast.units['claims'].id}").text
    assert "Nobody in the directory, here or gone, fits" in in_claims


def test_a_persons_page_shows_what_they_answer_for_without_restricted_systems(client_of, cast):
    number = cast.number("ada")
    seen_by_mia = client_of("mia").get(f"/people/{number}").text
    assert "Claims triage" in seen_by_mia
    assert "Sentinel" not in seen_by_mia
    assert cast.sentinel.key not in seen_by_mia
    for name in ("ada", "hedy", "rita", "aud", "adam"):
        assert "Sentinel" in client_of(name).get(f"/people/{number}").text


def test_an_offer_of_a_restricted_system_shows_to_its_recipient_and_not_to_others(client_of, cast, app):
    with app.database.transaction() as session:
        ownership.offer_handover(session, DOOR, cast.sentinel.id, cast.number("otto"), "Moves")
    url = f"/people/{cast.number('otto')}"
    assert "Sentinel" in client_of("otto").get(url).text
    assert "Sentinel" in client_of("aud").get(url).text
    assert "Sentinel" not in client_of("mia").get(url).text
    with clock.frozen(clock.now() + timedelta(days=14)):
        assert "Sentinel" not in client_of("otto").get(url).text


def test_the_page_of_nobody_is_not_found(client_of, cast):
    client = client_of("mia")
    for url in (
        "/people/999999",
        "/people/99999999999999999999",
        "/units/999999",
        "/teams/999999",
        "/people/x",
    ):
        assert client.get(url).status_code == 404


# What only an administrator may do, as (method, address, form).
ADMINISTRATION = [
    ("get", "/people/new", None),
    ("post", "/people/new", person_form()),
    ("get", "/people/{ada}/edit", None),
    ("post", "/people/{ada}/edit", person_form(version="1")),
    ("get", "/people/{ada}/leaving", None),
    ("post", "/people/{ada}/leaving", {"active_to": "2026-11-02"}),
    ("post", "/people/{ada}/here", {}),
    ("post", "/people/{ada}/roles", {"role": "reviewer"}),
    ("post", "/people/{rita}/roles/withdraw", {"role": "reviewer"}),
    ("get", "/units/new", None),
    ("post", "/units/new", {"name": "Motor"}),
    ("get", "/units/{claims}/edit", None),
    ("post", "/units/{claims}/edit", {"name": "Other", "version": "1"}),
    ("get", "/teams/new", None),
    ("post", "/teams/new", {"name": "Data office", "function": "data"}),
]


@pytest.mark.parametrize(("method", "address", "form"), ADMINISTRATION)
def test_administration_is_closed_to_everybody_else(client_of, cast, app, method, address, form):
    url = address.format(ada=cast.number("ada"), rita=cast.number("rita"), claims=cast.units["claims"].id)
    for name in ("ada", "hedy", "rita", "eva", "aud"):
        assert getattr(client_of(name), method)(url, data=form).status_code == 403
    with app.database.transaction(read_only=True) as session:
        assert queries.people_count(session, queries.Narrowing()) == 11
        assert queries.person_by_id(session, cast.number("ada")).active_to is None
        assert [grant.role for grant in open_roles(session, cast.number("rita"))] == [Role.REVIEWER]
        assert len(queries.units(session)) == 3
        assert queries.teams(session) == []


def test_an_administrator_adds_somebody(client_of, cast):
    client = client_of("adam")
    reply = client.post("/people/new", data=person_form(unit_id=cast.units["claims"].id))
    assert reply.status_code == 303
    page = client.get(reply.location).text
    assert "Zoe New" in page
    assert "Halden Mutual / Claims" in page


def test_a_refused_person_comes_back_filled_with_each_problem_and_nothing_is_kept(client_of, cast, app):
    reply = client_of("adam").post("/people/new", data=person_form(name="Zoe <b>", email="ada@example.org"))
    assert reply.status_code == 422
    assert "Zoe &lt;b&gt;" in reply.text
    assert "Somebody else already has this e-mail address." in reply.text
    with app.database.transaction(read_only=True) as session:
        assert queries.people_count(session, queries.Narrowing()) == 11


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 201), ("name", "\x00"), ("email", "ada@\x00example.org"), ("unit_id", "999999999999"), ("unit_id", "x"),
        ("active_from", "2026-02-30"), ("active_from", "0000-00-00"), ("active_from", "9999-12-31"), ("job_title", "a\x07"),
    ],
)  # fmt: skip
def test_hostile_values_are_answered_beside_their_field(client_of, cast, field, value):
    reply = client_of("adam").post("/people/new", data=person_form(**{field: value}))
    assert reply.status_code == 422
    assert f'id="{field}-errors"' in reply.text


def test_fields_a_form_does_not_have_change_nothing(client_of, cast, app):
    number = cast.number("ada")
    client = client_of("adam")
    seen = version_in(client.get(f"/people/{number}/edit").text)
    data = person_form(name="Ada Owner", email="ada@example.org", version=seen)
    reply = client.post(
        f"/people/{number}/edit", data=data | {"id": "1", "active_to": "2020-01-01", "role": "auditor"}
    )
    assert reply.status_code == 303
    ada = stored(app.database, number)
    assert (ada.id, ada.active_to) == (number, None)


def test_two_administrators_editing_one_person_lose_nothing(client_of, cast, app):
    number = cast.number("ada")
    one, other = client_of("adam"), client_of("adam")
    seen = version_in(one.get(f"/people/{number}/edit").text)
    usual = {"name": "Ada Owner", "email": "ada@example.org", "job_title": "", "version": seen}
    assert (
        one.post(
            f"/people/{number}/edit", data=person_form(**usual | {"job_title": "Head of claims"})
        ).status_code
        == 303
    )
    conflict = other.post(f"/people/{number}/edit", data=person_form(**usual | {"name": "Ada Newname"}))
    assert conflict.status_code == 409
    assert "Somebody else saved this" in conflict.text
    merged = {
        "job_title": re.search(r'name="job_title"[^>]*value="([^"]*)"', conflict.text).group(1),
        "version": version_in(conflict.text),
    }
    assert merged["job_title"] == "Head of claims"
    again = other.post(f"/people/{number}/edit", data=person_form(**usual | {"name": "Ada Newname"} | merged))
    assert again.status_code == 303
    ada = stored(app.database, number)
    assert (ada.name, ada.job_title) == ("Ada Newname", "Head of claims")


def test_marking_somebody_as_left_shows_what_they_hold_and_ends_their_session(client_of, cast, app):
    number, ada = cast.number("ada"), client_of("ada")
    assert ada.get("/people").status_code == 200
    client = client_of("adam")
    form = client.get(f"/people/{number}/leaving").text
    assert "Claims triage" in form
    assert "Sentinel" in form
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    assert client.post(f"/people/{number}/leaving", data={"active_to": yesterday}).status_code == 303
    page = client.get(f"/people/{number}").text
    assert "Ada Owner has left" in page
    assert "2 seats below still wait" in page
    assert ada.get("/people").status_code == 303
    assert client.post(f"/people/{number}/here").status_code == 303
    assert stored(app.database, number).active_to is None


@pytest.mark.parametrize("day", ["", "soon", "1066-10-14"])
def test_a_last_day_that_is_no_day_is_refused(client_of, cast, app, day):
    reply = client_of("adam").post(f"/people/{cast.number('ada')}/leaving", data={"active_to": day})
    assert reply.status_code == 422
    assert 'id="active_to-errors"' in reply.text
    assert stored(app.database, cast.number("ada")).active_to is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_address_that_somebody_signs_in_with_is_changed_by_whoever_says_once_more_who_they_are(
    client_of, cast, app
):
    with app.database.transaction() as session:
        accounts.set_password(session, the_registry("command"), session.merge(cast.people["adam"]), PASSWORD)
    number, client = cast.number("ada"), client_of("adam")
    page = client.get(f"/people/{number}/edit").text
    assert 'name="password"' not in page
    moved = person_form(name="Ada Owner", email="mallory@example.org", version=version_in(page))
    asked = client.post(f"/people/{number}/edit", data=moved)
    assert (asked.status_code, 'name="password"' in asked.text) == (422, True)
    wrong = client.post(f"/people/{number}/edit", data=moved | {"password": "not it at all"})
    assert (wrong.status_code, "This is not your password." in wrong.text) == (422, True)
    with app.database.transaction(read_only=True) as session:
        # The question was no try; the wrong answer was one.
        assert tries_of(session, cast.number("adam")).failed == 1
    assert stored(app.database, number).email == "ada@example.org"
    assert client.post(f"/people/{number}/edit", data=moved | {"password": PASSWORD}).status_code == 303
    assert stored(app.database, number).email == "mallory@example.org"
