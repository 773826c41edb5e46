"""One ledger entry as bytes: its leaf, the commitment to its payload, the digest of each row it left behind."""

from collections.abc import Sequence
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, Final

SCHEMA: Final = 1
"""The format written by this version. A ledger may hold entries of several formats; each names its own."""

FIRST_LINK: Final = "0" * 64
"""What stands in prev_hash where there is no entry before."""

SALT_BYTES: Final = 16

GONE: Final = b"null"
"""The state of a row that was deleted, as canonical JSON."""

# The parts of JSON an entry is made of. Both raise TypeError for anything but text and whole numbers.
_text = encode_basestring
_digits = int.__repr__


def leaf_bytes(entry: Sequence[Any], objects: Sequence[Sequence[Any]]) -> bytes:
    """What the leaf hash of an entry covers: every column but that hash itself, and its objects in their order,
    as canonical JSON (RFC 8785).

    `entry` holds the columns in table order, with or without leaf_hash at the end; `objects` holds
    (kind, object_id, digest) each. Raises TypeError for a value that is not of its column's kind and
    UnicodeEncodeError for text that is not Unicode. Verification does this a million times, so the keys stand
    here in canonical order instead of being sorted by canonical(), at four times the price; a test holds the
    two equal.
    """
    (
        seq,
        at,
        event,
        subject_kind,
        subject_id,
        system_id,
        actor_id,
        via,
        request_id,
        schema,
        commitment,
        prev_hash,
    ) = entry[:12]
    listed = ",".join(
        [f"[{_text(kind)},{_number(number)},{_text(digest)}]" for kind, number, digest in objects]
    )
    return (
        f'{{"actor_id":{_number(actor_id)},"at":{_text(at)},"commitment":{_text(commitment)}'
        f',"event":{_text(event)},"objects":[{listed}],"prev_hash":{_text(prev_hash)}'
        f',"request_id":{_text(request_id)},"schema":{_digits(schema)},"seq":{_digits(seq)}'
        f',"subject_id":{_number(subject_id)},"subject_kind":{_text(subject_kind)}'
        f',"system_id":{_number(system_id)},"via":{_text(via)}}}'
    ).encode()


def _number(value: int | None) -> str:
    return "null" if value is None else _digits(value)


def commitment_of(salt: bytes, payload: str) -> str:
    """The commitment to a payload, in hex. The leaf holds only this, so that a payload can be erased one day
    without breaking the chain; the salt keeps short payloads from being guessed.
    """
    return sha256(salt + payload.encode()).hexdigest()


def digest_of(salt: bytes, written: bytes) -> str:
    """The salted digest of a row's whole state, given as canonical JSON (or GONE), in hex."""
    return sha256(salt + written).hexdigest()


def salt_from(text: object) -> bytes | None:
    """The salt from its hex, or None unless it is written in the only way this program writes it.

    Upper-case digits or spaces name the same bytes; accepting them would let a change of the stored text pass.
    """
    try:
        salt = bytes.fromhex(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return salt if len(salt) == SALT_BYTES and salt.hex() == text else None
