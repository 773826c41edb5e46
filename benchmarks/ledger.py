"""How long verification takes: a million honest entries under signed checkpoints, the rows they speak of, the proof of one
entry, and the bare price of SHA-256.

Run from the repository: python -m benchmarks.ledger --entries 1000000
"""

import argparse
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.audit.models import CHECKPOINT, ENTRY, KEY, OBJECT, PAYLOAD
from registry.audit.queries import Verification, verify
from registry.audit.queries.checkpoints import leaves, newest_checkpoint
from registry.audit.queries.proofs import inclusion_proof
from registry.audit.queries.state import state_of_row, table_of
from registry.audit.rules.entries import FIRST_LINK, SCHEMA, commitment_of, digest_of, leaf_bytes
from registry.audit.rules.merkle import Frontier, includes, leaf_hash
from registry.audit.rules.notes import Checkpoint, Signature, Verifier, sealed
from registry.kernel import clock
from registry.kernel.canonical import canonical
from registry.store.columns import Revised, instant, json_type, long_text
from registry.store.session import Database
from registry.store.signing import SigningKey

METADATA = sa.MetaData()
CHUNK = 10_000
SIGNED_EVERY = 1_000
ORIGIN = "benchmark.example.org/ledger"
SAMPLE = 10_000
Columns = dict[str, Any]
Hashed = tuple[bytes, bytes, bytes]
STAGES = ("proposed", "in development", "live", "retired")


class Specimen(Revised, table=True):
    """A row about as wide as a system's record."""

    metadata: ClassVar[sa.MetaData] = METADATA
    __tablename__ = "specimen"

    name: str
    stage: str
    summary: str = long_text()
    description: str = long_text()
    owner_id: int
    volume: int | None = None
    links: list[Any] = Field(sa_type=json_type())
    changed_at: datetime = instant()


TABLE = table_of(Specimen)
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def row_at(number: int, version: int) -> dict[str, Any]:
    """A row's values at a revision."""
    return {
        "id": number,
        "version": version,
        "name": f"System {number} “Entscheidung”",
        "stage": STAGES[version % 4],
        "summary": f"Ranks incoming claims by urgency, revision {version}.",
        "description": "Reads a claim's text and pictures and proposes a queue; a person decides. " * 2,
        "owner_id": number % 97,
        "volume": None if number % 3 else 1000 + version,
        "links": [{"title": "Runbook", "url": f"https://intranet.example/run/{number}"}],
        "changed_at": BEGINNING + timedelta(seconds=version, milliseconds=number),
    }


def honest(entries: int, rows: int) -> Iterator[tuple[Columns, Columns, Columns, Hashed]]:
    """Entry, payload and object rows as record() would write them, and the bytes that were hashed for each."""
    link = FIRST_LINK
    for seq in range(1, entries + 1):
        number, version = (seq - 1) % rows + 1, (seq - 1) // rows + 1
        salt = sha256(seq.to_bytes(8)).digest()[:16]
        state = state_of_row(row_at(number, version), TABLE)
        before = None if version == 1 else {"stage": STAGES[(version - 1) % 4]}
        change = {"kind": TABLE.name, "id": number, "version": version, "before": before, "after": state}
        payload = canonical({"actor": "Ada Owner", "note": {}, "objects": [change]})
        written = canonical(state)
        thing = {
            "seq": seq,
            "position": 0,
            "kind": TABLE.name,
            "object_id": number,
            "digest": digest_of(salt, written),
        }
        entry = {
            "seq": seq,
            "at": clock.written(BEGINNING + timedelta(milliseconds=seq)),
            "event": "system.edited",
            "subject_kind": TABLE.name,
            "subject_id": number,
            "system_id": number,
            "actor_id": number % 97,
            "via": "session",
            "request_id": f"{seq:032x}",
            "schema": SCHEMA,
            "commitment": commitment_of(salt, payload.decode()),
            "prev_hash": link,
        }
        leaf = leaf_bytes([*entry.values()], [[TABLE.name, number, thing["digest"]]])
        link = leaf_hash(leaf).hex()
        entry["leaf_hash"] = link
        yield (
            entry,
            {"seq": seq, "salt": salt.hex(), "payload": payload.decode()},
            thing,
            (b"\x00" + leaf, salt + payload, salt + written),
        )


def build(database: Database, entries: int, rows: int) -> None:
    """Fill the database."""
    METADATA.create_all(database.engine)
    SQLModel.metadata.create_all(database.engine, tables=[ENTRY, PAYLOAD, OBJECT, KEY, CHECKPOINT])
    connection = sqlite3.connect(str(database.url.database), isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    # The guards look each key up again; the rows made here are checked by verification, which is the point.
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    waiting: list[list[Columns]] = [[], [], []]
    signing, frontier, signed = SigningKey.new(), Frontier(), []
    connection.execute("BEGIN")
    for count, (*parts, _) in enumerate(honest(entries, rows), 1):
        for held, part in zip(waiting, parts, strict=True):
            held.append(part)
        frontier.add(bytes.fromhex(parts[0]["leaf_hash"]))
        if count % SIGNED_EVERY == 0 or count == entries:
            signed.append(checkpoint(signing, frontier))
        if count % CHUNK == 0 or count == entries:
            for table, held in zip((ENTRY, PAYLOAD, OBJECT), waiting, strict=True):
                _insert(connection, table, held)
                held.clear()
    last = [(number, (entries - number) // rows + 1) for number in range(1, rows + 1)]
    _insert(connection, CHECKPOINT, signed)
    connection.execute("COMMIT")
    connection.close()
    with database.engine.begin() as live:
        verifier = Verifier(ORIGIN, signing.public)
        told = {"key_id": verifier.key_id, "origin": ORIGIN, "verifier": verifier.written()}
        live.execute(sa.insert(KEY).values(**told, since=BEGINNING, statement=""))
    with database.engine.begin() as live:
        for start in range(0, rows, CHUNK):
            live.execute(sa.insert(TABLE), [row_at(*each) for each in last[start : start + CHUNK]])


def checkpoint(signing: SigningKey, frontier: Frontier) -> Columns:
    """The row of a checkpoint over the entries so far."""
    verifier = Verifier(ORIGIN, signing.public)
    text = Checkpoint(ORIGIN, frontier.size, frontier.root()).text()
    line = Signature(ORIGIN, verifier.key_id, signing.sign(text.encode()))
    return {
        "size": frontier.size,
        "root": frontier.root().hex(),
        "peaks": "".join(peak.hex() for peak in frontier.peaks),
        "origin": ORIGIN,
        "key_id": verifier.key_id,
        "note": sealed(text, [line]),
        "made_at": clock.written(BEGINNING),
    }


def _insert(connection: sqlite3.Connection, table: sa.Table, rows: list[Columns]) -> None:
    names = [column.name for column in table.columns]
    marks = ", ".join(f":{name}" for name in names)
    connection.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)


def floor(sample: list[Hashed], entries: int, rows: int) -> None:
    """Hash the same bytes and do nothing else: leaf, payload and tree per entry, state per row."""
    node = bytes(65)
    for seq in range(entries):
        leaf, payload, _ = sample[seq % len(sample)]
        sha256(leaf).digest()
        sha256(payload).digest()
        sha256(node).digest()
    for number in range(rows):
        sha256(sample[number % len(sample)][2]).digest()


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of the processor alone, which other work on the machine does not lengthen."""

    clock: float
    processor: float


@contextmanager
def watched() -> Iterator[list[Took]]:
    """A list that holds how long the block took, once it is done."""
    took: list[Took] = []
    clock_began, processor_began = time.perf_counter(), time.process_time()
    yield took
    took.append(Took(time.perf_counter() - clock_began, time.process_time() - processor_began))


def verified(database: Database, *, live: bool) -> tuple[Verification, Took]:
    """Verify and say how long it took."""
    with watched() as took, database.transaction(read_only=True) as session:
        found = verify(session, live=live, kinds={TABLE.name: TABLE})
    return found, took[0]


def proved(database: Database, entries: int) -> Took:
    """Prove the entry in the middle, check that, and say how long it took."""
    middle = entries // 2 + 1
    with watched() as took, database.transaction(read_only=True) as session:
        newest = newest_checkpoint(session)
        path = inclusion_proof(session, middle, entries)
        ((_, leaf),) = leaves(session, middle - 1, middle)
    assert newest is not None
    assert includes(middle - 1, entries, leaf, path, bytes.fromhex(newest.root))
    return took[0]


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(file: Path, entries: int, rows: int) -> bool:
    """Build, verify, compare with the floor; whether the ledger was found whole."""
    database = Database(f"sqlite:///{file}")
    if not file.exists():
        with watched() as took:
            build(database, entries, rows)
        print(f"built in {took[0].clock:.0f} s")
    print(f"{entries:,} entries and {rows:,} rows, {file.stat().st_size / 2**20:,.0f} MiB")
    before = peak_mib()
    chain, chain_took = verified(database, live=False)
    whole, whole_took = verified(database, live=True)
    after = peak_mib()
    proof_took = proved(database, entries)
    database.dispose()
    sample = [hashed for *_, hashed in islice(honest(entries, rows), SAMPLE)]
    with watched() as took:
        floor(sample, entries, rows)
    print(f"{'':14}{'seconds':>9}{'processor':>11}{'entries/s':>12}")
    for name, each in (
        ("chain alone", chain_took),
        ("chain and rows", whole_took),
        ("proof of one", proof_took),
        ("SHA-256 alone", took[0]),
    ):
        print(f"{name:14}{each.clock:9.1f}{each.processor:11.1f}{entries / each.clock:12,.0f}")
    print(
        f"{whole_took.processor / took[0].processor:.1f} times the floor; peak memory {after:.0f} MiB", end=""
    )
    print(f" (before verifying {before:.0f}); root {whole.root}")
    return chain.ok and whole.ok and whole.entries == entries


def main() -> None:
    """Read the arguments; leave with 1 if an honest ledger was not found whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, help="live rows behind them (default: a fifth)")
    parser.add_argument(
        "--file", type=Path, help="make the ledger here and keep it, or use the one that is here"
    )
    given = parser.parse_args()
    rows = given.rows or max(1, given.entries // 5)
    with tempfile.TemporaryDirectory() as folder:
        file = given.file or Path(folder) / "ledger.db"
        sys.exit(0 if measure(file, given.entries, rows) else 1)


if __name__ == "__main__":
    main()
