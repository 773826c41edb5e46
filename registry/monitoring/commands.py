"""registry snapshots push: readings from a file."""

from pathlib import Path

import click

from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.queries import series
from registry.monitoring.rules.decoding import Batch, batch_of, batch_of_lines
from registry.monitoring.rules.unpacking import MOST_UNPACKED
from registry.monitoring.schemas import receipt_out
from registry.store.commandkit import answer, house
from registry.systems.queries import by_key


@click.group("snapshots")
def snapshots() -> None:
    """Readings of a system's metrics."""


@snapshots.command("push")
@click.argument("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="The tool or run the readings come from.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def push(key: str, file: Path, source: str, *, as_json: bool) -> None:
    """Take in the readings of FILE (JSON, or JSON lines when its name ends in .jsonl) for the system KEY."""
    batch = _read(file, source)
    with house().database.transaction() as session:
        door = the_registry("command")
        try:
            system = by_key(session, door, key)
        except NotFound:
            raise NotFound(f"There is no system {key} on the register.") from None
        receipt = record_snapshots(session, door, system.id or 0, batch)
    told_by = receipt.batch.id if receipt.batch else receipt.first_batch_id
    with house().database.transaction(read_only=True) as session:
        seq = series.entry_of(session, told_by) if told_by else None
    said = f"{receipt.accepted:,} readings taken in, {receipt.duplicate:,} known already."
    answer(receipt_out(receipt, seq), as_json, said)


def _read(file: Path, source: str) -> Batch:
    if file.stat().st_size > MOST_UNPACKED:
        raise click.UsageError(f"{file.name} is larger than {MOST_UNPACKED // 2**20} MiB; send it in parts.")
    body = file.read_bytes()
    if file.suffix in {".jsonl", ".ndjson"}:
        return batch_of_lines(body, source=source)
    batch = batch_of(body)
    return Batch(batch.version, source or batch.source, batch.supersedes, batch.points)
