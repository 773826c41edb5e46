"""Units and teams in the browser: the tree, forms that come back filled, what stays hidden."""

import re

from registry.kernel.actor import Seat, the_registry
from registry.ownership import actions as ownership
from registry.people import actions, queries
from registry.people.rules import Function

DOOR = the_registry("command")


def version_in(page):
    return re.search(r'name="version"[^>]*value="(\d+)"', page).group(1)


def test_the_tree_counts_people_and_only_the_systems_one_may_see(client_of, cast):
    def systems_of_claims(name):
        page = client_of(name).get("/units").text
        row = next(row for row in page.split("<tr") if ">Claims</a>" in row)
        return re.findall(r'data-label="(?:People|Systems)"[^>]*>\s*<div[^>]*>\s*(\d+)', row)

    assert systems_of_claims("mia") == ["5", "1"]
    assert systems_of_claims("hedy") == ["5", "2"]
    assert systems_of_claims("aud") == ["5", "2"]


def test_a_units_page_lists_its_systems_without_restricted_ones(client_of, cast):
    url = f"/units/{cast.units['claims'].id}"
    assert "Sentinel" in client_of("hedy").get(url).text
    page = client_of("mia").get(url).text
    assert "Claims triage" in page
    assert "Sentinel" not in page
    assert "Home pricing" not in page


def test_without_the_one_clause_a_restricted_system_would_show(client_of, cast, monkeypatch):
    import sqlalchemy as sa

    for part in ("records", "searching"):
        monkeypatch.setattr(f"registry.systems.queries.{part}.visible_to", lambda _actor: sa.true())
    assert "Sentinel" in client_of("mia").get(f"/units/{cast.units['claims'].id}").text
    assert "Sentinel" in client_of("mia").get(f"/people/{cast.number('ada')}").text


def test_a_unit_is_added_below_another_and_moved(client_of, cast, app):
    client, claims = client_of("adam"), cast.units["claims"].id
    assert f'<option selected value="{claims}"' in client.get(f"/units/new?parent={claims}").text
    added = client.post(
        "/units/new", data={"name": "Motor", "parent_id": claims, "head_id": cast.number("ben")}
    )
    assert added.status_code == 303
    page = client.get(added.location).text
    assert "Motor" in page
    assert "Ben Engineer" in page
    seen = version_in(client.get(f"{added.location}/edit").text)
    moved = {"name": "Motor", "parent_id": cast.units["underwriting"].id, "head_id": "", "version": seen}
    moved["moving"] = f"to {cast.units['underwriting'].id}"
    assert client.post(f"{added.location}/edit", data=moved).status_code == 303
    assert "Underwriting" in client.get(added.location).text


def test_a_unit_moved_below_itself_comes_back_with_the_problem(client_of, cast):
    number = cast.units["claims"].id
    client = client_of("adam")
    seen = version_in(client.get(f"/units/{number}/edit").text)
    reply = client.post(
        f"/units/{number}/edit", data={"name": "Claims", "parent_id": number, "head_id": "", "version": seen}
    )
    assert reply.status_code == 422
    assert "A unit cannot stand below itself." in reply.text


def team_form(**changes):
    return {
        "name": "Data office",
        "function": "data",
        "unit_id": "",
        "leader_id": "",
        "deputy_id": "",
        "member_ids": "",
    } | changes


def test_a_team_is_made_of_the_addresses_typed(client_of, cast):
    client = client_of("adam")
    members = "Ben Engineer <BEN@example.org>\r\ndee@example.org; mia@example.org\n\nben@example.org"
    reply = client.post("/teams/new", data=team_form(leader_id=cast.number("ada"), member_ids=members))
    assert reply.status_code == 303
    page = client.get(reply.location).text
    for name in ("Ada Owner", "Ben Engineer", "Dee Deputy", "Mia Colleague"):
        assert name in page
    assert "Data office" in client_of("mia").get("/teams").text
    form = client.get(f"{reply.location}/edit").text
    assert "Ben Engineer &lt;ben@example.org&gt;" in form
    kept = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", form, re.DOTALL).group(1)
    data = team_form(
        leader_id=cast.number("ada"),
        version=version_in(form),
        member_ids=kept.replace("&lt;", "<").replace("&gt;", ">"),
    )
    assert client.post(f"{reply.location}/edit", data=data).status_code == 303


def test_addresses_nobody_has_are_named(client_of, cast, app):
    reply = client_of("adam").post(
        "/teams/new", data=team_form(member_ids="ben@example.org\nghost@example.org")
    )
    assert reply.status_code == 422
    assert "Nobody in the directory has the address ghost@example.org." in reply.text
    with app.database.transaction(read_only=True) as session:
        assert queries.teams(session) == []


def test_a_teams_page_lists_what_it_looks_after_without_restricted_systems(client_of, cast, app):
    with app.database.transaction() as session:
        team = actions.add_team(session, DOOR, "Data office", Function.DATA, leader_id=cast.number("mia"))
        for system in (cast.triage, cast.sentinel):
            ownership.fill_seat(session, DOOR, system.id, Seat.DATA_STEWARD, team_id=team.id)
    page = client_of("mia").get(f"/teams/{team.id}").text
    assert "Claims triage" in page
    assert "Sentinel" not in page
    assert "Sentinel" in client_of("aud").get(f"/teams/{team.id}").text
