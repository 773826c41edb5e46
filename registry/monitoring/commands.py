"""registry snapshots push: readings from a file."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound
from registry.kernel.unpacking import MOST_UNPACKED
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.models.snapshots import SnapshotBatch
from registry.monitoring.queries.deliveries import entry_of
from registry.monitoring.queries.opening import batch_in
from registry.monitoring.schemas import receipt_out
from registry.store.commandkit import answer, house, progress
from registry.systems.queries import by_key


@click.group("snapshots")
def snapshots() -> None:
    """Readings of a system's metrics."""


@snapshots.command("push")
@click.argument("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="The tool or run the readings come from.")
@click.option("--complete", is_flag=True, help="Leave with 1 where something in it was left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def push(key: str, file: Path, source: str, *, complete: bool, as_json: bool) -> None:
    """Take in the readings of FILE for the system KEY.

    FILE is JSON or JSON lines as the API takes them, a table (CSV, XLSX, ODS), or a report of Evidently, Great
    Expectations, MLflow or Prometheus, whose names are matched to the system's metrics.

    With --url and --token-file, or REGISTRY_URL and REGISTRY_TOKEN, it is sent to a registry elsewhere.
    """
    if file.stat().st_size > MOST_UNPACKED:
        raise click.UsageError(f"{file.name} is larger than {MOST_UNPACKED // 2**20} MiB; send it in parts.")
    with house().database.transaction() as session:
        door = the_registry("command")
        try:
            number = by_key(session, door, key).id or 0
        except NotFound:
            raise NotFound(f"There is no system {key} on the register.") from None
        batch, remarks = batch_in(session, number, file.read_bytes(), file.name, clock.now(), source=source)
        receipt = record_snapshots(session, door, number, batch)
    for remark in remarks:
        progress(f"Left out, {remark.count:,}: {remark.says} ({', '.join(remark.examples)})")
    told_by = receipt.batch.id if receipt.batch else receipt.first_batch_id
    with house().database.transaction(read_only=True) as session:
        seq = entry_of(session, SnapshotBatch, told_by) if told_by else None
    left = sum(remark.count for remark in remarks)
    said = (
        f"Readings taken in: {receipt.accepted:,}; known already: {receipt.duplicate:,}; left out: {left:,}."
    )
    told = receipt_out(receipt, seq) | {"remarks": [asdict(remark) for remark in remarks]}
    answer(told, as_json, said)
    if left and complete:
        sys.exit(1)
