"""Signing in by the provider and leaving with it; confirming by it; whose account is whose; what is asked at the sign-in."""

from registry.identity.pages import linking, provider
from registry.identity.pages.asking import ASKING
from registry.identity.pages.provider import open_to_providers
from registry.identity.pages.shared import pages, provider_of

__all__ = ["ASKING", "linking", "open_to_providers", "pages", "provider", "provider_of"]
