"""What is stated of an MLflow server: its name and address, the credential for it, and how its models find their systems"""

import base64
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from registry.kernel.errors import Problem
from registry.systems.rules.record import text_problems

LABEL_LIMIT: Final = 80
URL_LIMIT: Final = 300
CREDENTIAL_LIMIT: Final = 60
TAG_LIMIT: Final = 100
ALIAS_LIMIT: Final = 100
USUAL_TAG: Final = "registry.system"
USUAL_ALIAS: Final = "champion"
MOST_SERVERS: Final = 50
_CREDENTIAL: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_KINDS: Final = "token, basic"


class Readings(StrEnum):
    """Of which versions the metrics become readings."""

    ALL = "all"
    LIVE = "live"
    NONE = "none"

    @property
    def said(self) -> str:
        """The choice in words."""
        return _SAID[self]


_SAID: Final = {
    Readings.ALL: "of every version",
    Readings.LIVE: "of versions that are live here",
    Readings.NONE: "of none",
}


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """An MLflow server as somebody states it.

    `credential` names a secret kept on this machine ("": none is sent); `tag` is the tag of a registered model that names its
    system by id ("": none does); `alias` is the one that marks what is in use over there ("": only the stage Production does).
    """

    label: str
    url: str
    credential: str = ""
    tag: str = USUAL_TAG
    alias: str = USUAL_ALIAS
    readings: Readings = Readings.ALL


class CredentialUnusable(ValueError):
    """A credential cannot be sent, and why; nothing of the secret is in the text."""


def problems_with(facts: ServerFacts, objection: str, *, label_taken: bool, servers: int) -> list[Problem]:
    """Every objection to a server. `objection` is what was found to be wrong with its address before ("" for nothing)."""
    problems = text_problems("label", facts.label, LABEL_LIMIT, one_line=True)
    if not facts.label.strip():
        problems.append(
            Problem("label", "Name the server as people call it, such as Research or Production.")
        )
    if label_taken:
        problems.append(Problem("label", "A server of this name is known already. Choose another name."))
    if servers >= MOST_SERVERS:
        problems.append(Problem("", f"At most {MOST_SERVERS} servers are kept in step with."))
    problems += _address_problems(facts.url, objection)
    if facts.credential and not _CREDENTIAL.fullmatch(facts.credential):
        says = "Name the credential as its file is called: small letters, digits, hyphens and underscores."
        problems.append(Problem("credential", says))
    for name, limit in (("credential", CREDENTIAL_LIMIT), ("tag", TAG_LIMIT), ("alias", ALIAS_LIMIT)):
        problems += text_problems(name, getattr(facts, name), limit, one_line=True)
    return problems


def _address_problems(url: str, objection: str) -> list[Problem]:
    if len(url) > URL_LIMIT:
        return [Problem("url", f"Shorten this to {URL_LIMIT} characters.")]
    if objection:
        return [Problem("url", objection)]
    if "?" in url:
        return [Problem("url", "Give the address without what follows a question mark.")]
    return []


def tidy_url(url: str) -> str:
    """An address as it is kept: without the stroke at its end, and without the path of the interface or the page."""
    bare = url.strip().split("#", maxsplit=1)[0].rstrip("/")
    for ending in ("/api/2.0/mlflow", "/api/2.0"):
        bare = bare.removesuffix(ending)
    return bare.rstrip("/")


def authorization(kept: str, url: str) -> str:
    """The Authorization header that a kept credential gives for an address.

    The file says on its first line for which address it is, on its second "token" with a bearer token or "basic" with
    "user:password": whoever states a server cannot have a secret sent to another host by naming it. Raises CredentialUnusable.
    """
    lines = [line.strip() for line in kept.splitlines() if line.strip()]
    if len(lines) != 2:
        raise CredentialUnusable("its file must have two lines: the address it is for, then the credential")
    if origin(lines[0]) != origin(url):
        raise CredentialUnusable(f"it is for another address than {origin(url)}")
    kind, _, secret = lines[1].partition(" ")
    secret = secret.strip()
    if not secret or not secret.isprintable():
        raise CredentialUnusable(
            f"its second line must begin with one of {_KINDS}, and go on with the secret"
        )
    if kind == "token" and secret.isascii():
        return f"Bearer {secret}"
    if kind == "basic" and ":" in secret:
        return f"Basic {base64.b64encode(secret.encode()).decode()}"
    raise CredentialUnusable(f"its second line must begin with one of {_KINDS}, and go on with the secret")


def origin(url: str) -> str:
    """Scheme, host and port of an address, as addresses are compared."""
    parts = urlsplit(url)
    try:
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        port = None
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"
