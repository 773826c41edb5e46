"""The blueprint, and the provider that the settings name."""

from typing import cast

import yaml
from flask import Blueprint, current_app, url_for

from registry.identity.queries.provider import Provider
from registry.identity.rules.terms import Terms, roles_of
from registry.kernel.actor import Role
from registry.kernel.errors import NotFound
from registry.settings import Settings

CALLBACK = "/sign-in/provider/answer"

pages = Blueprint("identity", __name__)


def provider_of(settings: Settings) -> Provider | None:
    """The provider the settings name. Raises ValueError where the file of roles cannot be read."""
    if not settings.oidc_issuer:
        return None
    base = settings.base_url.rstrip("/")
    file = settings.oidc_client_secret_file
    return Provider(
        Terms(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            callback=f"{base}{CALLBACK}",
            home=f"{base}/sign-in",
            name=settings.oidc_name,
            scopes=settings.oidc_scopes,
            groups_claim=settings.oidc_groups_claim,
            roles=_roles(settings),
            link_domains=settings.link_domains,
            adds_people=settings.oidc_add_people,
        ),
        # Read each time, so that a new secret counts without a new start.
        (lambda: file.read_text(encoding="utf-8").strip()) if file else str,
    )


def _roles(settings: Settings) -> dict[str, Role]:
    if settings.oidc_roles_file is None:
        return {}
    try:
        return roles_of(yaml.safe_load(settings.oidc_roles_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"REGISTRY_OIDC_ROLES_FILE: {error}") from error


def provider() -> Provider:
    """The provider of this installation. Raises NotFound where there is none."""
    found = offered()
    if found is None:
        raise NotFound
    return found


def offered() -> Provider | None:
    """The provider of this installation, if it has one."""
    return cast("Provider | None", current_app.extensions["provider"])


@pages.app_context_processor
def _provider_offered() -> dict[str, object]:
    found = offered()
    only_for = current_app.config["REGISTRY_PASSWORDS_ONLY_FOR"]
    return {
        "provider": {"name": found.terms.name, "url": url_for("identity.begin")} if found else None,
        "passwords_are_rare": bool(only_for),
    }
