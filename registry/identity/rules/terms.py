"""On which terms a provider signs people in: who it is, what it says of groups, and whom it may make known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from registry.kernel.actor import Role

LONGEST_ADDRESS = 2_000
LONGEST_ISSUER, LONGEST_SUBJECT = 500, 255
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_GIVEN = frozenset(Role) - {Role.MEMBER}


class Distrusted(Exception):
    """What a provider, or whoever speaks for one, sent is not believed. `reason` is for the ledger, not for the sender."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Terms:
    """What an administrator has settled with the provider. `callback` and `home` are addresses of the registry."""

    issuer: str
    client_id: str
    callback: str
    home: str
    name: str = "your organisation's account"
    scopes: str = "openid email profile"
    groups_claim: str = "groups"
    roles: Mapping[str, Role] = field(default_factory=dict)
    link_domains: frozenset[str] = frozenset()
    adds_people: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Where the provider does what, from its metadata (OpenID Connect Discovery 1.0, section 3)."""

    authorization: str
    token: str
    keys: str
    userinfo: str = ""
    end_session: str = ""
    says_issuer: bool = False
    takes_basic: bool = True


def is_safe(address: object, issuer: str) -> bool:
    """Whether to go there: by https, or on this machine where the provider itself is on it."""
    if not isinstance(address, str) or not 0 < len(address) <= LONGEST_ADDRESS:
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password or parts.fragment or not host:
        return False
    home = urlsplit(issuer)
    return parts.scheme == "https" or (
        parts.scheme == home.scheme == "http" and host in _LOOPBACK and home.hostname in _LOOPBACK
    )


def places_in(metadata: Mapping[str, Any], issuer: str) -> Places:
    """The provider's places. Raises Distrusted for metadata of somebody else, or that names an unsafe address.

    The issuer is compared letter by letter (section 4.3): a provider that says it is another is another.
    """
    if metadata.get("issuer") != issuer:
        raise Distrusted("the metadata is of another issuer")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    offered = ("userinfo_endpoint", "end_session_endpoint")
    named = {name: metadata[name] for name in (*needed, *offered) if name in metadata}
    unsafe = [name for name, address in named.items() if not is_safe(address, issuer)]
    if unsafe or not set(needed) <= named.keys():
        raise Distrusted("the metadata lacks an address, or names one that is not https")
    methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Places(
        authorization=named["authorization_endpoint"],
        token=named["token_endpoint"],
        keys=named["jwks_uri"],
        userinfo=named.get("userinfo_endpoint", ""),
        end_session=named.get("end_session_endpoint", ""),
        says_issuer=metadata.get("authorization_response_iss_parameter_supported") is True,
        takes_basic=isinstance(methods, list) and "client_secret_basic" in methods,
    )


def roles_of(document: Any) -> dict[str, Role]:
    """Which group brings which role, from a file such as {"ai-reviewers": "reviewer"}. Raises ValueError naming what is wrong."""
    if not isinstance(document, dict) or not document:
        raise ValueError('the file of roles holds lines such as "ai-reviewers: reviewer"')
    for group, role in document.items():
        if not isinstance(group, str) or not group:
            raise ValueError(f"the group {group!r} is no text; put it in quotation marks")
        if not isinstance(role, str) or role not in {each.value for each in _GIVEN}:
            known = ", ".join(sorted(each.value for each in _GIVEN))
            raise ValueError(f"the group {group} brings {role!r}; known roles: {known}")
    return {group: Role(role) for group, role in document.items()}


def role_changes(
    roles: Mapping[str, Role], groups: frozenset[str], held: frozenset[Role]
) -> tuple[frozenset[Role], frozenset[Role]]:
    """Which roles to give and which to take so that those the file speaks of are as the groups say; others are left alone."""
    wanted = frozenset(roles[group] for group in groups & roles.keys())
    governed = frozenset(roles.values())
    return wanted - held, (governed & held) - wanted


def domain_of(email: str) -> str:
    """What stands behind the @ of an address, in lower case."""
    return email.rpartition("@")[2].strip().lower()
