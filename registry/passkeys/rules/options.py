"""What a browser is asked, as the JSON of WebAuthn Level 3, 5.1.8: to make a passkey, or to use one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.passkeys.rules.ceremonies import ALGORITHMS, to_text
from registry.passkeys.rules.keeping import ASKED_SECONDS
from registry.passkeys.rules.site import Site

_MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom a passkey is made. `handle` says nothing of who it is: an authenticator may tell it to whoever holds it."""

    handle: str
    email: str
    name: str


def to_make(challenge: bytes, site: Site, holder: Holder, held: Sequence[str]) -> dict[str, Any]:
    """Make one that is found by itself at the sign-in and asks who is there; `held` are the IDs of those there are already."""
    return {
        "rp": {"id": site.domain, "name": site.called},
        "user": {"id": holder.handle, "name": holder.email, "displayName": holder.name},
        "challenge": to_text(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "timeout": ASKED_SECONDS * _MILLISECONDS,
        "excludeCredentials": _named(held),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def to_use(challenge: bytes, site: Site, held: Sequence[str] = ()) -> dict[str, Any]:
    """Use one of those that are `held`; without any, whichever the browser finds: nothing is told of who has one."""
    return {
        "rpId": site.domain,
        "challenge": to_text(challenge),
        "timeout": ASKED_SECONDS * _MILLISECONDS,
        "allowCredentials": _named(held),
        "userVerification": "required",
    }


def _named(ids: Sequence[str]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": each} for each in ids]
