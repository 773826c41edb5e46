"""On which terms a provider signs people in: settings that fit together, a file of roles, addresses one may go to."""

import pytest
from pydantic import ValidationError

from registry.identity.pages import provider_of
from registry.identity.rules import terms
from registry.kernel.actor import Role
from registry.settings import Settings

ISSUER = "https://id.example.org/realms/halden"
GIVEN = {"oidc_issuer": ISSUER, "oidc_client_id": "registry"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"oidc_issuer": ISSUER}, "belong together"),
        ({"oidc_client_id": "registry"}, "belong together"),
        (GIVEN | {"oidc_issuer": "http://id.example.org"}, "must be an https address"),
        (GIVEN | {"oidc_issuer": f"{ISSUER}?tenant=1"}, "without \\? and #"),
        (GIVEN | {"oidc_scopes": "profile email"}, "must hold openid"),
        ({"passwords_only_for": "ann@example.org"}, "must say who signs people in"),
        (GIVEN | {"oidc_add_people": True}, "must say whose people"),
    ],
)
def test_settings_that_do_not_fit_together_stop_the_start_and_say_which(given, says):
    with pytest.raises(ValidationError, match=says):
        Settings(**given)


def test_what_the_settings_say_becomes_the_terms(tmp_path):
    roles, secret = tmp_path / "roles.yaml", tmp_path / "secret"
    roles.write_text('ai-risk: reviewer\n"7": administrator\n')
    secret.write_text("first\n")
    more = {
        "oidc_roles_file": roles,
        "oidc_client_secret_file": secret,
        "oidc_link_domains": " Example.org, ",
    }
    found = provider_of(Settings(**GIVEN, **more, base_url="https://registry.example.org/"))
    assert found.terms.callback == "https://registry.example.org/sign-in/provider/answer"
    assert found.terms.roles == {"ai-risk": Role.REVIEWER, "7": Role.ADMINISTRATOR}
    assert found.terms.link_domains == {"example.org"}
    assert found._secret() == "first"
    # A new secret counts without a new start.
    secret.write_text("second")
    assert found._secret() == "second"
    assert provider_of(Settings()) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "ai-risk: king", "ai-risk: member", "7: reviewer", "a: [reviewer]", "a: {"]
)
def test_a_file_of_roles_that_cannot_be_meant_stops_the_start(tmp_path, text):
    file = tmp_path / "roles.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match="REGISTRY_OIDC_ROLES_FILE"):
        provider_of(Settings(**GIVEN, oidc_roles_file=file))


@pytest.mark.parametrize(
    ("address", "issuer", "safe"),
    [
        ("https://elsewhere.example/token", ISSUER, True),
        ("http://id.example.org/token", ISSUER, False),
        ("http://127.0.0.1:9/token", ISSUER, False),
        ("http://127.0.0.1:9/token", "http://localhost:9", True),
        ("http://198.51.100.7/token", "http://localhost:9", False),
        ("https://ok@evil.example/token", ISSUER, False),
        ("https://id.example.org/token#x", ISSUER, False),
        ("file:///etc/passwd", ISSUER, False),
        ("https://", ISSUER, False),
        ("https://[::1", ISSUER, False),
        (None, ISSUER, False),
    ],
)
def test_one_goes_by_https_or_stays_on_this_machine_where_the_provider_is(address, issuer, safe):
    assert terms.is_safe(address, issuer) == safe


def test_roles_become_what_the_groups_say_and_no_others_are_touched():
    roles = {"a": Role.REVIEWER, "b": Role.EXECUTIVE, "c": Role.EXECUTIVE}
    held = frozenset({Role.REVIEWER, Role.AUDITOR})
    assert terms.role_changes(roles, frozenset({"c", "x"}), held) == ({Role.EXECUTIVE}, {Role.REVIEWER})
    assert terms.role_changes(roles, frozenset({"a"}), held) == (frozenset(), frozenset())
    assert terms.role_changes({}, frozenset({"a"}), held) == (frozenset(), frozenset())
