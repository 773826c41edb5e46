"""What a passkey answers, and whether it holds: WebAuthn Level 3, 7.1 for a new one and 7.2 for one that is known.

The signatures and the structures in them are read by the extra `passkeys` (py_webauthn); what is ours is which answers are
looked at, and what of them is believed.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, TypeVar

from registry.kernel.errors import RuleBroken
from registry.kernel.strict_json import decoded
from registry.passkeys.rules.site import Site

Found = TypeVar("Found")

LONGEST_ANSWER: Final = 16_384
"""In characters. A key of RSA with an attestation of its own takes less than two thousand."""
LONGEST_ID: Final = 1_368
"""A credential ID has at most 1023 bytes (WebAuthn Level 3, 5.8.3), in base64url."""
ALGORITHMS: Final = (-7, -8, -257)
"""ES256, EdDSA and RS256, as COSE numbers them (RFC 9053, RFC 8812)."""
_P256, _ED25519 = 1, 6
_SHORTEST_RSA, _LONGEST_RSA, _LONGEST_EXPONENT = 256, 512, 4
# Only a key that vouches for itself: who made the authenticator is asked of nobody, and certificates of strangers are not read.
_FORMATS: Final = frozenset({"none", "packed"})
_REASON_LENGTH: Final = 100


class Unproven(Exception):
    """An answer that does not hold, with the reason: for the ledger, never for whoever sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason[:_REASON_LENGTH]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent. `challenge` is the question it says it answers; nothing of it is believed yet."""

    sent: dict[str, Any]
    credential_id: str
    challenge: bytes
    user_handle: str


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey: its ID and key, how often it has signed, whether it may be synced, and whether it is."""

    credential_id: str
    public_key: str
    sign_count: int
    may_sync: bool
    is_synced: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What a known passkey has signed: how often it has, whether it may be synced, and whether it is."""

    sign_count: int
    may_sync: bool
    is_synced: bool


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("webauthn") is not None


def to_text(value: bytes) -> str:
    """Bytes as WebAuthn writes them: base64url without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def to_bytes(text: str) -> bytes:
    """The bytes such a text stands for. Raises Unproven for any other."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unproven("it is not base64url") from error


def read(text: str) -> Answer:
    """What was sent, as far as it says which question it answers and by which passkey. Raises Unproven."""
    if len(text) > LONGEST_ANSWER:
        raise Unproven("the answer is too large")
    sent = _object(text.encode("utf-8", "replace"))
    response = sent.get("response")
    if not isinstance(response, dict):
        raise Unproven("it has no response")
    client = _object(to_bytes(_text(response, "clientDataJSON")))
    if client.get("crossOrigin", False) is not False or "topOrigin" in client:
        raise Unproven("it was asked for by a page inside another")
    credential_id = _text(sent, "id")
    if len(credential_id) > LONGEST_ID:
        raise Unproven("its ID is too long")
    handle = response.get("userHandle")
    return Answer(
        sent, credential_id, to_bytes(_text(client, "challenge")), handle if isinstance(handle, str) else ""
    )


def made_by(answer: Answer, site: Site) -> Made:
    """The passkey that was made for this site, by somebody who proved to it who they are. Raises Unproven."""
    verified = _checked(lambda: _verified_new(answer, site))
    return Made(
        to_text(verified.credential_id),
        to_text(verified.credential_public_key),
        verified.sign_count,
        verified.credential_device_type == "multi_device",
        bool(verified.credential_backed_up),
    )


def shown_by(answer: Answer, public_key: str, site: Site) -> Shown:
    """What the passkey of this key has signed for this site, for somebody who proved to it who they are. Raises Unproven.

    Its counter is not compared here: before the signature holds, nothing it says is a reason to doubt anybody.
    """
    verified = _checked(lambda: _verified_known(answer, public_key, site))
    return Shown(
        verified.new_sign_count,
        verified.credential_device_type == "multi_device",
        bool(verified.credential_backed_up),
    )


def _verified_new(answer: Answer, site: Site) -> Any:
    from webauthn import verify_registration_response  # noqa: PLC0415 - an extra
    from webauthn.helpers import parse_attestation_object  # noqa: PLC0415 - likewise
    from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415 - likewise

    attested = parse_attestation_object(to_bytes(_text(answer.sent["response"], "attestationObject")))
    if attested.fmt not in _FORMATS or attested.att_stmt.x5c:
        raise Unproven("it comes with an attestation that nobody asked for")
    verified = verify_registration_response(
        credential=answer.sent,
        expected_challenge=answer.challenge,
        expected_rp_id=site.domain,
        expected_origin=site.origin,
        require_user_verification=True,
        supported_pub_key_algs=[COSEAlgorithmIdentifier(each) for each in ALGORITHMS],
    )
    if to_text(verified.credential_id) != answer.credential_id:
        raise Unproven("it names two passkeys")
    _refuse_unsound(verified.credential_public_key)
    return verified


def _refuse_unsound(public_key: bytes) -> None:
    """Raise Unproven for a key that is not of the kind its algorithm says, or too weak or too large to check by."""
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography  # noqa: PLC0415

    key: Any = decode_credential_public_key(public_key)
    if key.alg == ALGORITHMS[2]:
        is_sound = _SHORTEST_RSA <= len(key.n) <= _LONGEST_RSA and len(key.e) <= _LONGEST_EXPONENT
    else:
        is_sound = key.crv == {ALGORITHMS[0]: _P256, ALGORITHMS[1]: _ED25519}[key.alg]
    if not is_sound:
        raise Unproven("its key is none of those that are taken")
    # A point that lies on no curve is refused now, not at the first sign-in.
    decoded_public_key_to_cryptography(key)


def _verified_known(answer: Answer, public_key: str, site: Site) -> Any:
    from webauthn import verify_authentication_response  # noqa: PLC0415 - an extra

    return verify_authentication_response(
        credential=answer.sent,
        expected_challenge=answer.challenge,
        expected_rp_id=site.domain,
        expected_origin=site.origin,
        credential_public_key=to_bytes(public_key),
        credential_current_sign_count=0,
        require_user_verification=True,
    )


def _checked(check: Callable[[], Found]) -> Found:
    try:
        return check()
    except Unproven:
        raise
    except Exception as error:
        # Whatever a hostile answer provokes in what reads it is a refusal, and no crash.
        is_told = type(error).__module__.startswith("webauthn.")
        raise Unproven(str(error) if is_told else "it cannot be read") from error


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = decoded(text)
    except RuleBroken as broken:
        raise Unproven("it is not JSON") from broken
    if not isinstance(found, dict):
        raise Unproven("it is not an object")
    return found


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise Unproven(f"it has no {name}")
    return value
