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
from collections.abc import Callable, Iterator
from functools import partial, reduce
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]
Key = tuple[str, str, bytes]
Keys = dict[str, Key]
Told = dict[str, Any]

# What these entries say is never erased: what somebody signed or decided, and what the rest is checked by.
BINDING = """system.attested sign_off.opened sign_off.signed review.decided waiver.decided risk.accepted dossier.signed
autonomy.decided version.approved card.put_forward card.returned card.approved card.withdrawn card.issued backup.made
backup.restored entry.erased signing_key.added signing_key.rotated"""
UNREADABLE = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


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
    others = times(number >> 1, add(point, point)) if number else (0, 1, 1, 0)
    return add(others, point) if number & 1 else others


def point_from(data: bytes) -> Point | None:
    """The point that 32 bytes stand for (5.1.3); None for bytes that stand for none."""
    sign, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * ROOT_OF_MINUS_ONE % P if (x * x - square) % P else x
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


BASE = point_from((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or (0, 0, 0, 0)


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


# What is hashed, and what hashes and signatures are written in, has one spelling each (of JSON that of RFC 8785).
def in_one_spelling(write: Callable[..., str], read_any: Callable[..., Any], text: str) -> Any:
    """What a text says; refused where the same could be written otherwise."""
    value = read_any(text)
    if write(value) != text:
        raise ValueError("it is written in another way")
    return value


canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
read = partial(in_one_spelling, canonical, json.loads)
decoded = partial(in_one_spelling, lambda data: base64.b64encode(data).decode(), base64.b64decode)
from_hex = partial(in_one_spelling, bytes.hex, bytes.fromhex)


# Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint).
def public_key(written: str) -> Key:
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


def read_checkpoints(path: Path, keys: Keys) -> list[tuple[int, bytes]]:
    """Sizes and roots of the checkpoints in a file: one as it was signed, or a line of JSON for each."""
    is_list = path.suffix == ".jsonl"
    notes = (read(line)["note"] for line in lines_of(path)) if is_list else [path.read_text("utf-8")]
    return [read_checkpoint(note, keys) for note in notes]


def read_keys(path: Path, held: Key | None) -> Keys:
    """Every key by its number, each vouched for by the one before; from the one that is held on, if one is."""
    keys: Keys = {}
    last, trusted = "", held is None
    for told in map(read, lines_of(path)):
        key = public_key(told["verifier"])
        keys[key[1]] = key
        by = signers(told["statement"], keys)
        if key[1] not in by or f"\n{told['verifier']}\n" not in told["statement"]:
            raise Bad(f"key {key[1]} has not signed its own statement")
        if last and last not in by:
            print(f"NOTE: key {key[1]} is not vouched for by key {last}, which was lost. Ask what happened.")
            trusted = held is None
        trusted, last = trusted or key == held, key[1]
    if not trusted:
        raise Bad("the ledger is not signed with the key you hold, nor with one that this key vouches for")
    return keys


# The Merkle tree (RFC 9162, 2.1).
def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_over(size: int, index: int, leaf: bytes, path: list[bytes]) -> bytes:
    """The root of a tree of so many leaves from one of them and its path (2.1.3); of a path of another length nothing."""
    if size == 1:
        return b"" if path else leaf
    left = 1 << (size - 1).bit_length() - 1
    if index < left:
        return node(root_over(left, index, leaf, path[:-1]), path[-1])
    return node(path[-1], root_over(size - left, index - left, leaf, path[:-1]))


def check_proof(path: Path, keys: Keys) -> None:
    """That an entry stands in the ledger of a checkpoint. Raises Bad for a proof that does not hold."""
    proof = read(path.read_text("utf-8"))
    size, root = read_checkpoint(proof["checkpoint"], keys)
    seq, leaf = leaf_of(read(proof["line"]))
    steps = [from_hex(each) for each in proof["path"]]
    if not 1 <= seq <= size or root_over(size, seq - 1, leaf, steps) != root:
        raise Bad(f"the proof that entry {seq} stands in the ledger of {size} entries does not hold", seq)
    print(f"Holds: entry {seq} stands in the ledger of {size} entries.")


# The entries.
def leaf_of(told: Told) -> tuple[int, bytes]:
    """The number of an entry, and the hash of what it covers: its fields but that hash, and its objects."""
    entry = told["entry"]
    covered = {name: value for name, value in entry.items() if name != "leaf_hash"}
    leaf = hashlib.sha256(b"\x00" + canonical(covered | {"objects": told["objects"]}).encode())
    if leaf.hexdigest() != entry["leaf_hash"]:
        raise Bad(f"entry {entry['seq']} is not what was written: its leaf_hash does not match its contents")
    if told["payload"] is not None:
        said = hashlib.sha256(from_hex(told["salt"]) + told["payload"].encode())
        if said.hexdigest() != entry["commitment"]:
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
        except (Bad, *UNREADABLE) as error:
            says = error.args[0] if isinstance(error, Bad) else f"entry {size + 1} cannot be read"
            raise Bad(says, size + 1) from error
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


def check(given: argparse.Namespace) -> str:
    """Everything that was asked for, and what it comes to. Raises Bad at the first thing that does not hold."""
    path = given.proof or given.folder / "keys.jsonl"
    try:
        if given.proof:
            check_proof(path, {given.key[1]: given.key})
            return "A proof says nothing of other entries."
        keys = read_keys(path, given.key)
        promised: dict[int, set[bytes]] = {}
        for path in filter(None, (given.folder / "checkpoints.jsonl", given.checkpoint)):
            for size, root in read_checkpoints(path, keys):
                promised.setdefault(size, set()).add(root)
        check_entries(path := given.folder / "entries.jsonl", promised)
        for path in sorted((given.folder / "proofs").glob("*.json")):
            check_proof(path, keys)
    except UNREADABLE as error:
        raise Bad(f"{path} cannot be read") from error
    return f"The ledger is whole{'' if given.key or given.checkpoint else ' in itself, against no key'}."


def main(arguments: list[str] | None = None) -> int:
    """Verify, and say what came of it."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    for name, kind in (("--checkpoint", Path), ("--proof", Path), ("--key", public_key)):
        parser.add_argument(name, type=kind)
    given = parser.parse_args(arguments)
    if given.proof and not given.key:
        parser.error("a proof is checked with the key you were given: name it with --key")
    try:
        print(check(given))
    except Bad as bad:
        print(f"NOT WHOLE: {bad.args[0]}.", *(f"First bad entry: {seq}" for seq in bad.args[1:]), sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
