"""Verify a copy of an audit ledger that was exported with "registry audit export".

    python3 verify.py [FOLDER] [--checkpoint FILE] [--key KEY]
    python3 verify.py --proof FILE --key KEY

Checks every entry, checkpoint and proof in the folder; with --checkpoint also that the ledger goes on from a checkpoint
you kept yourself; with --key that it is signed with the key you were given, or with one that this key vouches for.
Ends with 0 if everything holds; else with 1, naming the first bad entry. Needs Python 3.9 and nothing of the registry.
"""
# ruff: noqa: T201

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]
Keys = dict[str, tuple[str, str, bytes]]
Told = dict[str, Any]

# What these entries say is never erased: what somebody signed or decided, and what the rest is checked by.
BINDING = """system.attested sign_off.opened sign_off.signed review.decided waiver.decided risk.accepted dossier.signed
autonomy.decided version.approved card.put_forward card.returned card.approved card.withdrawn card.issued backup.made
backup.restored entry.erased signing_key.added signing_key.rotated"""


class Bad(Exception):
    """What does not hold; and the entry it begins with, where one can be named."""


# Ed25519 (RFC 8032), verification alone: nothing here is secret, and little of it need be fast.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a: Point, b: Point) -> Point:
    """The sum of two points in extended coordinates (5.1.4)."""
    minus, plus = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    c, d = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = plus - minus, d - c, d + c, plus + minus
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """So many times a point."""
    found = (0, 1, 1, 0)
    while number:
        found = add(found, point) if number & 1 else found
        point, number = add(point, point), number >> 1
    return found


def point_from(data: bytes) -> Point | None:
    """The point that 32 bytes stand for (5.1.3); None for bytes that stand for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * ROOT_OF_MINUS_ONE % P if (x * x - square) % P else x
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


BASE = point_from((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or (0, 0, 0, 0)


@lru_cache(maxsize=1000)
def is_signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is that of the public key over the message (5.1.7)."""
    key = point_from(public) if len(public) == 32 else None
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    r = add(times(scalar, BASE), times(challenge, (P - key[0], key[1], 1, P - key[3])))
    x, y = (each * pow(r[2], -1, P) % P for each in r[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint).
def decoded(text: str) -> bytes:
    """The bytes of base64, which is written in one way only."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 written in another way")
    return data


def read_key(written: str) -> tuple[str, str, bytes]:
    """Name, number and public half of a key."""
    name, key_id, encoded = written.split("+", 2)
    data = decoded(encoded)
    number = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    if data[:1] != b"\x01" or len(data) != 33 or number != key_id:
        raise ValueError("a key that is no Ed25519 key")
    return name, key_id, data[1:]


def signers(note: str, keys: Keys) -> list[str]:
    """The numbers of the known keys that signed a note. Raises Bad where one of them did not sign this text."""
    text, _, below = note.rpartition("\n\n")
    found = []
    for line in below[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        data = decoded(encoded)
        key = keys.get(data[:4].hex())
        if dash == "\u2014" and key is not None and key[0] == name:
            if not note.endswith("\n") or not is_signed_by(key[2], data[4:], (text + "\n").encode()):
                raise Bad(f"the signature with key {key[1]} is not of the text above it")
            found.append(key[1])
    return found


def read_checkpoint(note: str, keys: Keys) -> tuple[int, bytes]:
    """Size and root of a checkpoint that a known key has signed."""
    origin, size, root = note.split("\n")[:3]
    if not signers(note, keys):
        raise Bad(f"the checkpoint of {origin} over {size} entries is signed with none of the known keys")
    if origin not in {name for name, _, _ in keys.values()}:
        raise Bad(f"the checkpoint is of another ledger: {origin}")
    return int(size), decoded(root)


def read_keys(lines: Iterable[str], held: str | None) -> Keys:
    """Every key by its number, each vouched for by the one before; from the one that is held on, if one is."""
    keys: Keys = {}
    last, trusted = "", held is None
    for line in lines:
        told = read(line)
        key = read_key(told["verifier"])
        keys[key[1]] = key
        by = signers(told["statement"], keys)
        if key[1] not in by or f"\n{told['verifier']}\n" not in told["statement"]:
            raise Bad(f"key {key[1]} has not signed its own statement")
        if last and last not in by:
            print(f"NOTE: key {key[1]} is not vouched for by key {last}, which was lost. Ask what happened.")
            trusted = held is None
        trusted, last = trusted or told["verifier"] == held, key[1]
    if not trusted:
        raise Bad("the ledger is not signed with the key you hold, nor with one that this key vouches for")
    return keys


# The Merkle tree (RFC 9162, 2.1).
def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def check_proof(proof: Told, keys: Keys) -> str:
    """That an entry stands in the ledger of a checkpoint (2.1.3.2). Raises Bad for a proof that does not hold."""
    size, root = read_checkpoint(proof["checkpoint"], keys)
    seq, found = leaf_of(read(proof["line"]))
    index, last = seq - 1, size - 1
    for step in map(bytes.fromhex, proof["path"]):
        if index & 1 or index == last:
            found = node(step, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node(found, step)
        index, last = index >> 1, last >> 1
    written = [bytes.fromhex(each).hex() for each in proof["path"]]
    if not 1 <= seq <= size or last != 0 or found != root or written != proof["path"]:
        raise Bad(f"the proof that entry {seq} stands in the ledger of {size} entries does not hold", seq)
    return f"entry {seq} stands in the ledger of {size} entries"


# The entries.
def canonical(value: Any) -> str:
    """JSON in one spelling (RFC 8785; there are no fractions here)."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> Any:
    """What JSON says that is written in that spelling."""
    value = json.loads(text)
    if canonical(value) != text:
        raise ValueError("JSON written in another way")
    return value


def leaf_of(told: Told) -> tuple[int, bytes]:
    """The number of an entry, and the hash of what it covers: its fields but that hash, and its objects."""
    entry = told["entry"]
    covered = {name: value for name, value in entry.items() if name != "leaf_hash"}
    leaf = hashlib.sha256(b"\x00" + canonical(covered | {"objects": told["objects"]}).encode())
    if leaf.hexdigest() != entry["leaf_hash"]:
        raise Bad(f"entry {entry['seq']} is not what was written: its leaf_hash does not match its contents")
    if told["payload"] is not None:
        salt = bytes.fromhex(told["salt"])
        said = hashlib.sha256(salt + told["payload"].encode())
        if said.hexdigest() != entry["commitment"] or salt.hex() != told["salt"]:
            raise Bad(f"what entry {entry['seq']} says is not what it is committed to")
    return entry["seq"], leaf.digest()


def check_entry(told: Told, seq: int, before: tuple[str, str], silent: set[int]) -> bytes:
    """One entry, in itself and in its place; its leaf hash. `silent` are those before it that say nothing."""
    entry = told["entry"]
    number, leaf = leaf_of(told)
    if number != seq or entry["prev_hash"] != before[0] or entry["at"] < before[1]:
        raise Bad(f"entry {seq} is missing or out of its place: entry {number} stands there")
    if told["payload"] is None and entry["event"] in BINDING.split():
        raise Bad(f"what entry {seq} said is missing, and {entry['event']} is never erased")
    if told["payload"] is None:
        silent.add(seq)
    if entry["event"] == "entry.erased":
        erased = entry["subject_id"]
        if erased not in silent:
            raise Bad(f"what entry {erased} said was erased by entry {seq}, and is here again")
        silent.remove(erased)
        print(f"What entry {erased} said was erased. Entry {seq} says why, and who did it.")
    return leaf


def check_entries(path: Path, promised: dict[int, set[bytes]]) -> None:
    """Walk all entries; the roots that checkpoints promise for a size are kept on the way."""
    peaks: list[bytes] = []
    silent: set[int] = set()
    size, kept, before = 0, 0, ("0" * 64, "")
    for line in lines_of(path):
        try:
            told = read(line)
            leaf = check_entry(told, size + 1, before, silent)
        except Bad as bad:
            raise Bad(*bad.args, size + 1) from bad
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise Bad(f"entry {size + 1} cannot be read", size + 1) from error
        carry = size
        while carry & 1:
            leaf, carry = node(peaks.pop(), leaf), carry >> 1
        peaks.append(leaf)
        size, before = size + 1, (told["entry"]["leaf_hash"], told["entry"]["at"])
        if size in promised:
            if promised.pop(size) != {reduce(lambda right, left: node(left, right), reversed(peaks))}:
                raise Bad(f"a checkpoint over {size} entries was of other ones after {kept}", kept + 1)
            kept = size
    for number in sorted(promised):
        raise Bad(f"a checkpoint is over {number} entries, and {size + 1} is missing", size + 1)
    for seq in sorted(silent):
        raise Bad(f"what entry {seq} said is missing, and no later entry says that it was erased", seq)
    print(f"{size} entries; the newest checkpoint is over {kept} of them.")


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a file. What is no text comes through, and fits nothing."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        yield from (line.rstrip("\n") for line in file)


def check(given: argparse.Namespace) -> None:
    """Everything that was asked for. Raises Bad at the first thing that does not hold."""
    if given.proof:
        key = read_key(given.key or "")
        print(f"Holds: {check_proof(read(Path(given.proof).read_text('utf-8')), {key[1]: key})}.")
        return
    keys = read_keys(lines_of(given.folder / "keys.jsonl"), given.key)
    notes = [read(line)["note"] for line in lines_of(given.folder / "checkpoints.jsonl")]
    held = [Path(given.checkpoint).read_bytes().decode()] if given.checkpoint else []
    promised: dict[int, set[bytes]] = {}
    for size, root in (read_checkpoint(note, keys) for note in notes + held):
        promised.setdefault(size, set()).add(root)
    check_entries(given.folder / "entries.jsonl", promised)
    for path in sorted((given.folder / "proofs").glob("*.json")):
        print(f"Holds: {check_proof(read(path.read_text('utf-8')), keys)}.")


def main(arguments: list[str] | None = None) -> int:
    """Verify, and say what came of it."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    for name in ("--checkpoint", "--key", "--proof"):
        parser.add_argument(name)
    try:
        check(given := parser.parse_args(arguments))
    except Bad as bad:
        says, first = bad.args[0], bad.args[1:]
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        says, first = f"this is no ledger that can be read: {error}", ()
    else:
        print(f"The ledger is whole{'' if given.key or given.checkpoint else ' in itself, against no key'}.")
        return 0
    print(f"NOT WHOLE: {says}.", *(f"First bad entry: {seq}" for seq in first), sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
