"""For which site passkeys are made, from the address people reach the registry at; and whom they open it for."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_USUAL_PORTS: Final = {"https": 443, "http": 80}
# The one name that browsers hold to be safe without TLS and also take for the name of a site.
_THIS_MACHINE: Final = "localhost"


@dataclass(frozen=True, slots=True)
class Site:
    """The relying party of WebAuthn: the domain passkeys are bound to, the origin answers come from, and what people call it."""

    domain: str
    origin: str
    called: str


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms passkeys open this installation: for which site, and whom.

    `only_for` are the addresses of those who may come in past the provider, where not everybody may; `issuer` is the provider
    that signs people in beside, "" where there is none.
    """

    site: Site
    only_for: frozenset[str] = frozenset()
    issuer: str = ""

    def takes(self, email: str) -> bool:
        """Whether whoever has this address may come in by a passkey."""
        return not self.only_for or email in self.only_for


def site_at(base_url: str, called: str) -> Site | None:
    """The site behind an address; None where browsers make no passkeys for it: without TLS, or for a bare IP address.

    WebAuthn Level 3, 5.1.3: the effective domain has to be a domain. The port and the scheme belong to the origin, never to
    the domain; a path belongs to neither. A name of other letters than those of ASCII has to be given as browsers send it.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if not host.isascii() or not host.strip(".") or host.endswith(".") or _is_address(host):
        return None
    if parts.scheme != "https" and (parts.scheme, host) != ("http", _THIS_MACHINE):
        return None
    try:
        usual = parts.port in {None, _USUAL_PORTS[parts.scheme]}
    except ValueError:
        return None
    return Site(host, f"{parts.scheme}://{host}{'' if usual else f':{parts.port}'}", called)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
