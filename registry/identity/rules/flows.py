"""One sign-in on its way: what the browser keeps of it, what the provider is asked, and which answer belongs to it."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from registry.identity.rules.terms import Distrusted, Places, Terms

ATTEMPT_MINUTES = 10
LONGEST_CODE = 2_048


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser that set out keeps in its signed cookie. `confirms`: somebody signed in says who they are once more."""

    state: str
    nonce: str
    verifier: str
    next: str
    began: float
    confirms: bool = False

    @classmethod
    def new(cls, then: str, at: datetime, *, confirms: bool = False) -> Self:
        """One that nobody can guess: 256 bits each of state, nonce and code verifier (RFC 7636)."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, then, at.timestamp(), confirms)

    @classmethod
    def kept(cls, value: Any) -> Self:
        """The one a cookie holds. Raises Distrusted where it holds none."""
        try:
            return cls(**value)
        except TypeError as error:
            raise Distrusted("this browser has begun no sign-in") from error

    def as_kept(self) -> dict[str, Any]:
        """What goes into the cookie."""
        return asdict(self)


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a code verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def asking_url(terms: Terms, places: Places, attempt: Attempt) -> str:
    """Where the browser is sent: the code flow with PKCE, state and nonce; to confirm, with a fresh authentication."""
    asked = {
        "response_type": "code",
        "client_id": terms.client_id,
        "redirect_uri": terms.callback,
        "scope": terms.scopes,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge_of(attempt.verifier),
        "code_challenge_method": "S256",
    }
    if attempt.confirms:
        asked |= {"prompt": "login", "max_age": "0"}
    return _with_query(places.authorization, asked)


def leaving_url(terms: Terms, places: Places, id_token: str) -> str:
    """Where the provider's own session ends (OpenID Connect RP-Initiated Logout 1.0); "" where it offers none."""
    if not places.end_session:
        return ""
    told = {"client_id": terms.client_id, "post_logout_redirect_uri": terms.home}
    return _with_query(places.end_session, told | ({"id_token_hint": id_token} if id_token else {}))


def _with_query(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def code_in(
    answer: Mapping[str, list[str]], attempt: Attempt, terms: Terms, places: Places, at: datetime
) -> str:
    """The code in an answer that belongs to the attempt. Raises Distrusted for any other answer.

    `answer` is the query of the callback, every value of each name: one that comes twice is no answer of a provider.
    """
    if any(len(values) != 1 for values in answer.values()):
        raise Distrusted("the answer says one thing twice")
    said = {name: values[0] for name, values in answer.items()}
    if not hmac.compare_digest(said.get("state", "").encode(), attempt.state.encode()):
        raise Distrusted("the state is not that of this browser")
    if (
        not timedelta()
        <= at - datetime.fromtimestamp(attempt.began, at.tzinfo)
        < timedelta(minutes=ATTEMPT_MINUTES)
    ):
        raise Distrusted("the sign-in was begun too long ago")
    # RFC 9207: the answer of another provider than the one that was asked.
    if said.get("iss", "" if places.says_issuer else terms.issuer) != terms.issuer:
        raise Distrusted("the answer comes from another issuer")
    if "error" in said:
        raise Distrusted(f"the provider refused: {said['error'][:60]}")
    if not 0 < len(said.get("code", "")) <= LONGEST_CODE:
        raise Distrusted("the answer holds no code")
    return said["code"]
