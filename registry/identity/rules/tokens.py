"""ID tokens and logout tokens: whose signature, for whom, since when, about whom (OpenID Connect Core 1.0, 3.1.3.7)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from registry.identity.rules.terms import LONGEST_SUBJECT, Distrusted, Terms
from registry.kernel.errors import RuleBroken
from registry.kernel.strict_json import decoded

# Signatures by a key pair only. What a provider's metadata would allow is not asked: "none" is nobody's signature, and
# with HS256 a public key would be the secret.
ALGORITHMS: Final = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
}
LONGEST_TOKEN: Final = 64_000
CONFIRMED_SECONDS: Final = 300
_LEEWAY: Final = 60
_OLDEST: Final = 600
_SMALLEST_RSA: Final = 2_048
_LOGGED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"
# Written with or without the first half, in letters of either case (RFC 7515, section 4.1.9).
_LOGOUT_TYPES: Final = frozenset({"logout+jwt", "application/logout+jwt"})


class KeyMissing(Distrusted):
    """No key that is known has made this signature; the provider may have taken a new one since."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a token that holds says of somebody. `authenticated_at` is when they last proved it to the provider."""

    subject: str
    email: str = ""
    is_verified: bool = False
    name: str = ""
    groups: frozenset[str] = frozenset()
    authenticated_at: datetime | None = None
    sid: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose sessions a logout token ends: all of a subject, or those of one session at the provider."""

    subject: str
    sid: str


def header_of(token: object) -> dict[str, Any]:
    """The header of a text in the shape of a token, which nobody need have signed. Raises Distrusted for any other text."""
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        raise Distrusted("there is no token")
    try:
        # A list of names passes for an object in the library.
        header = jws.extract_compact(token.encode("ascii")).protected
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise Distrusted("the token cannot be read") from error
    if not isinstance(header, dict):
        raise Distrusted("the token cannot be read")
    return header


def opened(token: object, keys: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The algorithm and the claims of a token that one of the keys has signed. Raises Distrusted.

    Of a header with `crit` nothing is understood here, so it is refused (RFC 7515, section 4.1.11).
    """
    header = header_of(token)
    algorithm = header.get("alg")
    if not isinstance(token, str) or not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Distrusted("the token is not signed in a way that is accepted")
    if "crit" in header or "b64" in header:
        raise Distrusted("the token asks for an extension that is not understood")
    key = _key_for(header.get("kid"), algorithm, keys)
    try:
        payload = jws.deserialize_compact(token, key, [algorithm]).payload
        claims = decoded(payload or b"")
    except (JoseError, RuleBroken, ValueError) as error:
        raise Distrusted("the token's signature does not hold") from error
    if not isinstance(claims, dict):
        raise Distrusted("the token holds no claims")
    return algorithm, claims


def _key_for(kid: object, algorithm: str, keys: Sequence[Mapping[str, Any]]) -> RSAKey | ECKey:
    kind = ALGORITHMS[algorithm]
    fitting = [
        key
        for key in keys
        if key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise KeyMissing("no key of the provider, or more than one, fits the token")
    try:
        key = RSAKey.import_key(dict(fitting[0])) if kind == "RSA" else ECKey.import_key(dict(fitting[0]))
        if isinstance(key, RSAKey) and key.public_key.key_size < _SMALLEST_RSA:
            raise Distrusted("the provider's key is too short")
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Distrusted("the provider's key cannot be read") from error
    return key


def said_in(
    token: object,
    keys: Sequence[Mapping[str, Any]],
    terms: Terms,
    *,
    nonce: str,
    access_token: str,
    at: datetime,
) -> tuple[Said, dict[str, Any]]:
    """What an ID token says, with its claims, if it is the provider's, for us, of now and of this attempt. Raises Distrusted."""
    if _is_typed_logout(token):
        raise Distrusted("the token is a logout token")
    algorithm, claims = opened(token, keys)
    _check_parties(claims, terms)
    _check_times(claims, at)
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(
        claims["nonce"].encode(), nonce.encode()
    ):
        raise Distrusted("the token answers another sign-in")
    if "at_hash" in claims and claims["at_hash"] != half_hash(access_token, algorithm):
        raise Distrusted("the token belongs to another access token")
    return said_of(claims, terms), claims


def said_of(claims: Mapping[str, Any], terms: Terms) -> Said:
    """What claims that are believed say of somebody. Raises Distrusted where they name groups elsewhere than in the token."""
    elsewhere = claims.get("_claim_names")
    if terms.roles and isinstance(elsewhere, dict) and terms.groups_claim in elsewhere:
        # More groups than fit (Microsoft Entra): to take none for all would withdraw roles, to take all for none give them.
        raise Distrusted("the provider does not say all groups in the token")
    groups = claims.get(terms.groups_claim, [])
    named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    return Said(
        subject=_subject(claims),
        email=_text(claims, "email"),
        is_verified=claims.get("email_verified") is True,
        name=_text(claims, "name"),
        groups=frozenset(each for each in named if isinstance(each, str)),
        authenticated_at=_moment(claims["auth_time"]) if "auth_time" in claims else None,
        sid=_text(claims, "sid"),
    )


def ended_in(token: object, keys: Sequence[Mapping[str, Any]], terms: Terms, at: datetime) -> Ended:
    """Whose sessions a logout token ends (OpenID Connect Back-Channel Logout 1.0, section 2.6). Raises Distrusted."""
    if not _is_typed_logout(token):
        raise Distrusted("the token does not say that it is a logout token")
    _, claims = opened(token, keys)
    _check_parties(claims, terms, has_subject=False)
    _check_times(claims, at)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGGED_OUT), dict):
        raise Distrusted("the token is no logout token")
    if "nonce" in claims or not _text(claims, "jti"):
        raise Distrusted("the token is no logout token")
    subject, sid = _text(claims, "sub"), _text(claims, "sid")
    if not subject and not sid:
        raise Distrusted("the logout token names nobody")
    return Ended(subject, sid)


def _is_typed_logout(token: object) -> bool:
    """Whether the header says so. What is signed for one purpose is taken for no other (RFC 8725, section 3.11; ASVS 10.5.5)."""
    return str(header_of(token).get("typ", "")).lower() in _LOGOUT_TYPES


def confirmed_in(said: Said, at: datetime) -> datetime:
    """When the person proved who they are, for what binds them: within the last five minutes (ASVS 7.5.3). Raises Distrusted."""
    when = said.authenticated_at
    if when is None:
        raise Distrusted("the provider does not say when it last asked the person")
    if not timedelta(seconds=-_LEEWAY) <= at - when <= timedelta(seconds=CONFIRMED_SECONDS):
        raise Distrusted("the provider last asked the person too long ago")
    return min(when, at)


def half_hash(text: str, algorithm: str) -> str:
    """The left half of a hash, in base64url (Core 1.0, section 3.1.3.6)."""
    digest = hashlib.new(f"sha{algorithm[2:]}", text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _check_parties(claims: Mapping[str, Any], terms: Terms, *, has_subject: bool = True) -> None:
    if claims.get("iss") != terms.issuer:
        raise Distrusted("the token is of another issuer")
    # One that is meant for others as well could have been handed on by one of them.
    audience = claims.get("aud")
    if audience not in (terms.client_id, [terms.client_id]):
        raise Distrusted("the token is meant for somebody else")
    if claims.get("azp", terms.client_id) != terms.client_id:
        raise Distrusted("the token was made for another client")
    if has_subject:
        _subject(claims)


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Distrusted("the token names nobody")
    return subject


def _check_times(claims: Mapping[str, Any], at: datetime) -> None:
    leeway = timedelta(seconds=_LEEWAY)
    if at >= _moment(claims.get("exp")) + leeway:
        raise Distrusted("the token has expired")
    issued = _moment(claims.get("iat"))
    if not -leeway <= at - issued <= timedelta(seconds=_OLDEST):
        raise Distrusted("the token was not issued just now")
    if "nbf" in claims and at < _moment(claims["nbf"]) - leeway:
        raise Distrusted("the token does not hold yet")


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Distrusted("the token names no time where one belongs")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Distrusted("the token names no time where one belongs") from error


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value[:LONGEST_SUBJECT] if isinstance(value, str) else ""
