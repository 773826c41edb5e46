"""The first administrator, passwords and tokens by command: what is printed opens the door."""

import re

import pytest

from registry.accounts.rules import TOKEN_PREFIX
from tests.cast import PASSWORD


def signs_in(app, email, password):
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text).group(1)
    form = {"csrf_token": token, "email": email, "password": password, "next": ""}
    return client, client.post("/sign-in", data=form).status_code == 303


def test_the_first_administrator_can_sign_in_and_administer(typed, app, password_is):
    password_is(PASSWORD)
    told = typed("accounts", "create-admin", "Zoe.First@Example.org", "--password-stdin", "--json")
    assert told.answer == {"person": "zoe.first@example.org"}
    client, entered = signs_in(app, "zoe.first@example.org", PASSWORD)
    assert entered
    assert client.get("/jobs").status_code == 200


def test_somebody_who_is_here_becomes_an_administrator_and_stays_one_person(typed, app, cast, password_is):
    password_is(PASSWORD)
    for _ in range(2):
        password_is(PASSWORD)
        assert typed("accounts", "create-admin", "OTTO@example.org", "--password-stdin").code == 0
    client, entered = signs_in(app, "otto@example.org", PASSWORD)
    assert entered
    assert client.get("/people").text.count("otto@example.org") == 1


def test_a_password_nobody_typed_is_drawn_shown_once_and_opens_only_the_page_to_choose_another(
    typed, app, cast
):
    for words in (("create-admin", "zoe@example.org"), ("set-password", "ada@example.org")):
        drawn = typed("accounts", *words, "--json").answer["first_password"]
        client, entered = signs_in(app, words[1], drawn)
        assert not entered
        assert client.get("/account").status_code == 303
        again = typed("accounts", *words).out
        assert "First password, for 72 hours: " in again
        assert drawn not in again


def test_words_of_the_house_and_those_of_a_file_are_refused_by_command_too(
    typed, cast, password_is, monkeypatch, tmp_path
):
    monkeypatch.setenv("REGISTRY_ORGANISATION", "Halden Mutual")
    more = tmp_path / "more.txt"
    more.write_text("seven otters in a row\n")
    monkeypatch.setenv("REGISTRY_REFUSED_PASSWORDS_FILE", str(more))
    for word, code in (("Halden Mutual 2026", 1), ("seven otters in a row", 1), ("eight otters in a row", 0)):
        password_is(word)
        assert typed("accounts", "set-password", "ada@example.org", "--password-stdin").code == code, word
    more.write_text("B" * 40 + "\n" + "A" * 40 + "\n")
    password_is("nine otters in a row")
    told = typed("accounts", "set-password", "ada@example.org", "--password-stdin")
    assert (told.code, "not in their order" in told.err) == (3, True)
    more.unlink()
    assert "REGISTRY_REFUSED_PASSWORDS_FILE" in typed("systems", "list").err


def test_a_refused_password_adds_nobody(typed, database, password_is):
    password_is("short")
    assert typed("accounts", "create-admin", "zoe@example.org", "--password-stdin").code == 1
    from registry.accounts.queries import person_by_email

    with database.transaction(read_only=True) as session:
        assert person_by_email(session, "zoe@example.org") is None


def test_another_password_ends_the_one_before_and_every_session(typed, app, cast, client_of, password_is):
    browser = client_of("ada")
    assert browser.get("/account").status_code == 200
    password_is(PASSWORD)
    assert typed("accounts", "set-password", "ada@example.org", "--password-stdin").code == 0
    assert browser.get("/account").status_code == 303
    password_is("another correct horse")
    typed("accounts", "set-password", "ada@example.org", "--password-stdin")
    assert not signs_in(app, "ada@example.org", PASSWORD)[1]
    assert signs_in(app, "ada@example.org", "another correct horse")[1]


@pytest.mark.parametrize(("scopes", "status"), [(["registry:read"], 403), (["systems:write"], 428)])
def test_a_token_opens_the_json_door_within_its_scopes(typed, app, cast, scopes, status):
    words = [word for scope in scopes for word in ("--scope", scope)]
    told = typed("accounts", "issue-token", "ada@example.org", *words, "--json")
    headers = {"Authorization": f"Bearer {told.answer['token']}"}
    url = f"/api/v1/systems/{cast.triage.key}"
    assert app.test_client().patch(url, json={}, headers=headers).status_code == status


def test_a_token_held_to_one_system_sees_no_other(typed, app, cast):
    told = typed(
        "accounts", "issue-token", "ada@example.org", "--scope", "registry:read", "--system", cast.triage.key
    )
    headers = {"Authorization": f"Bearer {told.out.strip()}"}
    client = app.test_client()
    items = client.get("/api/v1/systems", headers=headers).json
    assert client.get(f"/api/v1/systems/{cast.pricing.key}", headers=headers).status_code in {403, 404}
    assert "Home pricing" not in str(items)


def test_the_token_is_kept_nowhere(typed, database, cast):
    token = typed("accounts", "issue-token", "ada@example.org", "--scope", "registry:read").out.strip()
    secret = token.removeprefix(TOKEN_PREFIX).partition("_")[2]
    from registry.tables import metadata

    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            assert secret not in repr(connection.execute(table.select()).all())


def test_an_account_of_the_provider_is_linked_once_and_a_lost_second_step_is_taken_away(
    typed, database, cast, monkeypatch
):
    monkeypatch.setenv("REGISTRY_OIDC_ISSUER", "https://id.example.org")
    monkeypatch.setenv("REGISTRY_OIDC_CLIENT_ID", "registry")
    told = typed("accounts", "link", "ada@example.org", "a1b2", "--json")
    assert told.answer == {"person": "ada@example.org", "subject": "a1b2"}
    assert typed("accounts", "link", "ben@example.org", "a1b2").code == 1
    with database.transaction(read_only=True) as session:
        from registry.identity.queries.known import identity

        assert identity(session, "https://id.example.org", "a1b2").person_id == cast.number("ada")
    assert typed("accounts", "reset-second-step", "adam@example.org").code == 0
    assert typed("accounts", "reset-second-step", "nobody@example.org").code == 1
    assert typed("accounts", "reset-passkeys", "adam@example.org").code == 0
    assert typed("accounts", "reset-passkeys", "nobody@example.org").code == 1
