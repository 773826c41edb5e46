"""A provider on this machine, and the application on terms with it."""

from dataclasses import replace

import pytest

from registry.identity.queries.provider import Provider
from registry.identity.rules.terms import Terms
from registry.kernel.actor import Role
from tests.oidc_provider import CLIENT, SECRET, provider_running


@pytest.fixture(scope="session")
def _running():
    with provider_running() as running:
        yield running


@pytest.fixture
def there(_running):
    """The provider, behaving."""
    _running.reset()
    return _running


@pytest.fixture
def on_terms(app, there):
    """Puts the application on terms with the provider, as if it had just been started; returns it."""
    base = Terms(
        there.issuer,
        CLIENT,
        "http://127.0.0.1:8000/sign-in/provider/answer",
        "http://127.0.0.1:8000/sign-in",
        roles={"ai-reviewers": Role.REVIEWER, "ai-executives": Role.EXECUTIVE},
        link_domains=frozenset({"example.org"}),
    )

    def agree(**otherwise):
        app.extensions["provider"] = Provider(replace(base, **otherwise), lambda: SECRET)
        return app

    agree()
    return agree
