"""Signed notes and checkpoints as text (C2SP signed-note, tlog-checkpoint): how they are written, read and named."""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

_ED25519: Final = b"\x01"
_DASH: Final = "\u2014 "
_ID_BYTES: Final = 4
_ROOT_BYTES: Final = 32
_PUBLIC_BYTES: Final = 32
_LONGEST: Final = 1_000_000


class NotANote(ValueError):
    """The text is no signed note, no checkpoint or no key; its words say what is wrong."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under the name it signs with; written as name+key id+base64."""

    name: str
    public: bytes

    @property
    def key_id(self) -> str:
        """The first four bytes of the hash of name and key, in hex."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).hexdigest()[: _ID_BYTES * 2]

    def written(self) -> str:
        """The key as one word."""
        return f"{self.name}+{self.key_id}+{b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The key so written. Raises NotANote."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        data = _decoded(encoded)
        if data is None or data[:1] != _ED25519 or len(data) != 1 + _PUBLIC_BYTES:
            raise NotANote("This is no Ed25519 key as signed notes write one.")
        found = cls(name, data[1:])
        if found.key_id != key_id:
            raise NotANote("The number of this key does not belong to it.")
        return found


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: who signed, with which key, and the 64 bytes."""

    name: str
    key_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a line break, and those who signed it."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: which ledger, how many entries, under which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The part that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def sealed(text: str, signatures: Collection[Signature]) -> str:
    """The whole note: its text, an empty line, a line for each signature."""
    lines = (
        f"{_DASH}{each.name} {b64encode(bytes.fromhex(each.key_id) + each.data).decode()}\n"
        for each in signatures
    )
    return f"{text}\n{''.join(lines)}"


def read_note(written: str) -> Note:
    """The note so written. Raises NotANote."""
    text, gap, below = written.rpartition("\n\n")
    if not gap or not below.endswith("\n") or len(written) > _LONGEST:
        raise NotANote("This is no signed note: it has no line with a signature under an empty line.")
    signatures = tuple(_signature(line) for line in below.removesuffix("\n").split("\n"))
    return Note(f"{text}\n", signatures)


def read_checkpoint(note: Note) -> Checkpoint:
    """What the text of a note says as a checkpoint. Lines after the third are other people's. Raises NotANote."""
    lines = note.text.split("\n")
    if len(lines) < 4 or not lines[0]:
        raise NotANote("This note is no checkpoint: it does not begin with an origin, a size and a root.")
    origin, size, encoded = lines[:3]
    root = _decoded(encoded)
    # Written in one way only: +12, 012 and Arabic digits are the same number and not the same text.
    if not (size.isascii() and size.isdecimal() and str(int(size[:20])) == size):
        raise NotANote("The size on the second line of this checkpoint is not a number of entries.")
    if root is None or len(root) != _ROOT_BYTES:
        raise NotANote("The root on the third line of this checkpoint is not 32 bytes in base64.")
    return Checkpoint(origin, int(size), root)


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = _decoded(encoded)
    if not line.startswith(_DASH) or not name or data is None or len(data) <= _ID_BYTES:
        raise NotANote("A line under this note is no signature.")
    return Signature(name, data[:_ID_BYTES].hex(), data[_ID_BYTES:])


def _decoded(encoded: str) -> bytes | None:
    """The bytes of base64, or None unless it is written in the one way this program writes it."""
    try:
        data = b64decode(encoded, validate=True)
    except (Error, ValueError):
        return None
    return data if b64encode(data).decode() == encoded else None
