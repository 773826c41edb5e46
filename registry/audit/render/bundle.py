"""The ledger in a folder for outsiders: its entries, checkpoints, keys and proofs, and the program that verifies them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from registry.audit.models import ENTRY, LedgerCheckpoint, LedgerKey
from registry.audit.render import verify

Stored = tuple[Sequence[Any], tuple[Any, Any] | None, Sequence[Sequence[Any]]]
"""An entry's columns in table order, its salt and payload or None, its objects (seq, position, kind, object_id, digest)."""

_NAMES: Final = tuple(column.name for column in ENTRY.columns)
_PROOFS: Final = "proofs"

_README: Final = """\
THE AUDIT LEDGER OF {origin}

{size} entries, signed at {made_at}.

What is here
  entries.jsonl      every entry, one in a line: what happened, who did it, which records it changed, what it said
  checkpoints.jsonl  how many entries there were at a time and their root, each signed
  checkpoint.txt     the newest of them, to be kept elsewhere
  keys.jsonl         the public keys those signatures are checked with, and from when each was used
  proofs/            for single entries: that they stand in this ledger, without all the others
  verify.py          the program that checks all of this; it needs Python 3.9 and nothing else

How to check it
  python3 verify.py                              is the copy whole, in itself?
  python3 verify.py --checkpoint FILE            does it go on from a checkpoint you kept from before?
  python3 verify.py --key '{verifier}'
                                                 is it signed with the key you were given?
  python3 verify.py --proof proofs/17.json --key KEY

It ends with 0 if everything holds. If not, it ends with 1 and names the first bad entry.

What this shows, and what it does not
  Whoever runs the registry can make up a new ledger, with a new key, that is whole in itself. What they cannot do is
  make one that goes on from a checkpoint you hold and was not true at that time. So keep checkpoint.txt where they
  cannot change it, ask for the public key by another way than this folder, and give both to verify.py next time.
  What was erased, at somebody's request and with a legal basis, is named: the entry stays and its words are gone.
"""


def write_bundle(
    folder: Path,
    entries: Iterable[Stored],
    checkpoints: Sequence[LedgerCheckpoint],
    keys: Sequence[LedgerKey],
) -> None:
    """Fill a new folder. `checkpoints` are newest first. Raises FileExistsError where the folder has anything in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    newest, key = checkpoints[0], keys[-1]
    _write(folder / "entries.jsonl", (entry_line(*each) for each in entries))
    _write(
        folder / "checkpoints.jsonl",
        (_json({"note": each.note}) for each in reversed(checkpoints)),
    )
    _write(folder / "keys.jsonl", (_json(_told(each)) for each in keys))
    (folder / "checkpoint.txt").write_text(newest.note, encoding="utf-8")
    readme = _README.format(
        origin=newest.origin, size=newest.size, made_at=newest.made_at, verifier=key.verifier
    )
    (folder / "README.txt").write_text(readme, encoding="utf-8")
    program = Path(verify.__file__).read_text(encoding="utf-8")
    (folder / "verify.py").write_text(program, encoding="utf-8")


def write_proof(folder: Path, seq: int, proof: str) -> None:
    """Add the proof of one entry."""
    place = folder / _PROOFS
    place.mkdir(exist_ok=True)
    (place / f"{seq}.json").write_text(proof, encoding="utf-8")


def entry_line(
    entry: Sequence[Any], payload: tuple[Any, Any] | None, objects: Sequence[Sequence[Any]]
) -> str:
    """One entry with all that its hashes cover, as canonical JSON."""
    salt, text = payload or (None, None)
    return _json(
        {
            "entry": dict(zip(_NAMES, entry, strict=True)),
            "objects": [[kind, number, digest] for _, _, kind, number, digest in objects],
            "payload": text,
            "salt": salt,
        }
    )


def proof_text(line: str, path: Sequence[bytes], checkpoint: LedgerCheckpoint) -> str:
    """A proof that stands alone: the entry, the path to the root, and the signed root."""
    return _json({"checkpoint": checkpoint.note, "line": line, "path": [each.hex() for each in path]})


def _told(key: LedgerKey) -> dict[str, str]:
    return {"statement": key.statement, "verifier": key.verifier}


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(f"{line}\n")
