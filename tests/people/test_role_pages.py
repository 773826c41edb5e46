"""The roles an administrator gives and takes in the browser."""

import pytest

from registry.accounts.queries import open_roles
from registry.kernel.actor import Role


def roles_of(database, number):
    with database.transaction(read_only=True) as session:
        return {grant.role for grant in open_roles(session, number)}


def test_roles_show_to_administrators_alone(client_of, cast):
    url = f"/people/{cast.number('rita')}"
    assert "Roles in the whole organisation" in client_of("adam").get(url).text
    for name in ("rita", "ada", "aud"):
        assert "Roles in the whole organisation" not in client_of(name).get(url).text


def test_an_administrator_gives_and_withdraws_a_role(client_of, cast, app):
    client, number = client_of("adam"), cast.number("mia")
    assert client.post(f"/people/{number}/roles", data={"role": "auditor"}).status_code == 303
    assert roles_of(app.database, number) == {Role.AUDITOR}
    assert client_of("mia").get("/audit").status_code == 200
    assert client.post(f"/people/{number}/roles/withdraw", data={"role": "auditor"}).status_code == 303
    assert roles_of(app.database, number) == set()
    assert client_of("mia").get("/audit").status_code == 403


def test_an_administrator_cannot_make_themselves_a_reviewer(client_of, cast, app, monkeypatch):
    client, number = client_of("adam"), cast.number("adam")
    reply = client.post(f"/people/{number}/roles", data={"role": "reviewer"})
    assert reply.status_code == 422
    assert "You cannot make yourself a reviewer." in reply.text
    assert roles_of(app.database, number) == {Role.ADMINISTRATOR}
    # The defect this guards against: without the rule the same request gives the role.
    monkeypatch.setattr("registry.accounts.rules.problems_with_grant", lambda *_, **__: [])
    assert client.post(f"/people/{number}/roles", data={"role": "reviewer"}).status_code == 303
    assert Role.REVIEWER in roles_of(app.database, number)


@pytest.mark.parametrize("role", ["", "member", "owner", "root"])
def test_a_role_there_is_not_is_refused(client_of, cast, app, role):
    number = cast.number("mia")
    assert client_of("adam").post(f"/people/{number}/roles", data={"role": role}).status_code == 422
    assert client_of("adam").post(f"/people/{number}/roles/withdraw", data={"role": role}).status_code == 303
    assert roles_of(app.database, number) == set()
