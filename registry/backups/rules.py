"""What a backup holds and leaves out, what it says of itself, and when one may be restored."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from registry.kernel.errors import Problem

FORMAT: Final = "ai-registry-backup"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"

LEFT_OUT: Final[Mapping[str, str]] = {
    "user_session": "nobody is signed in on a register that was put back",
    "identity_check": "it belongs to a session",
    "provider_session": "it belongs to a session",
    "passkey_challenge": "nobody answers after minutes what another register asked",
    "sign_in_tries": "it counts what somebody tried in the last minutes",
    "heartbeat": "it tells of processes on another machine",
    "long_read": "it counts what another installation read, and where",
    "card_preview": "it is made again when somebody asks",
    "people_upload": "it waits for somebody to go on with it, for a day",
    "card_bundle": "its file is made again when somebody asks",
    "bundled_card": "its file is made again when somebody asks",
}
"""Tables whose rows are not backed up, and why."""

ROOMS: Final[Mapping[str, str]] = {"evidence": "evidence", "imports": ""}
"""Which rooms of the store are backed up, by what they are called in a backup."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table: how many, and the SHA-256 of their lines."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    revision: str
    """Of the schema."""
    made_at: str
    origin: str
    """What the ledger is called; empty where it was never signed."""
    keys: tuple[str, ...]
    """The public keys it was signed with, as signed notes write them."""
    entries: int
    root: str
    tables: Mapping[str, Part]
    files: Mapping[str, int]
    """Size in bytes by room and SHA-256, such as "evidence/ab12...". """
    damaged: tuple[str, ...] = ()
    """Files that were not what they should have been when the backup was made, and are not in it."""

    def written(self) -> bytes:
        """As it stands in a backup."""
        document = {"format": FORMAT, "format_version": VERSION, **asdict(self)}
        return json.dumps(document, indent=1, sort_keys=True).encode()

    @classmethod
    def read(cls, written: bytes) -> "Manifest":
        """What `written` writes. Raises ValueError with the reason for anything else."""
        document = json.loads(written)
        if not isinstance(document, dict) or document.pop("format", "") != FORMAT:
            raise ValueError("it does not say that it is a backup of a registry")
        version = document.pop("format_version", 0)
        if version != VERSION:
            raise ValueError(f"it is written in form {version}, this program reads form {VERSION}")
        try:
            tables = {name: Part(**part) for name, part in document.pop("tables").items()}
            keys, damaged = tuple(document.pop("keys")), tuple(document.pop("damaged"))
            return cls(tables=tables, keys=keys, damaged=damaged, **document)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("its list of contents lacks something") from error


def rows_of(table: str) -> str:
    """What the part with the rows of a table is called."""
    return f"rows/{table}.jsonl"


def file_of(name: str) -> str:
    """What the part with a file is called."""
    return f"files/{name}"


def problems_with_restoring(
    manifest: Manifest,
    *,
    revision: str,
    parts: Collection[str],
    taken: Collection[str],
    tables: Collection[str],
) -> list[Problem]:
    """Objections to putting a backup into a database: `taken` names its tables that hold rows already."""
    if manifest.revision != revision:
        says = (
            f"The backup was made with schema {manifest.revision}, this program's is {revision}. Restore it with the "
            "release that made it, then run registry db upgrade with this one."
        )
        return [Problem("", says)]
    if taken:
        some = ", ".join(sorted(taken)[:3])
        says = f"This database is not empty: it holds rows in {some}. A backup is restored into an empty one alone."
        return [Problem("", says)]
    wanted = {rows_of(name) for name in manifest.tables} | {file_of(name) for name in manifest.files}
    missing = sorted(wanted - set(parts))
    unknown = sorted(set(manifest.tables) - set(tables))
    lacking = sorted(set(tables) - set(manifest.tables) - set(LEFT_OUT))
    return [
        *(Problem("", f"The backup lacks a part: {name}.") for name in missing[:1]),
        *(
            Problem("", f"The backup holds rows of a table this program does not have: {each}.")
            for each in unknown[:1]
        ),
        *(Problem("", f"The backup lacks the rows of {name}.") for name in lacking[:1]),
    ]
