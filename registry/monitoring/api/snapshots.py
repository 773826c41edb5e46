"""POST and GET /systems/<key>/snapshots."""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.models.snapshots import SnapshotBatch
from registry.monitoring.queries import series
from registry.monitoring.queries.deliveries import entry_of
from registry.monitoring.queries.opening import batch_in
from registry.monitoring.rules.decoding import Batch, batch_of, batch_of_lines
from registry.monitoring.rules.reports.shapes import Remark
from registry.monitoring.schemas import (
    ReadingOut,
    ReadingsReceipt,
    ReadingsSent,
    reading_out,
    receipt_out,
    remark_out,
)
from registry.objectives.queries import metric_by_slug, metrics_of
from registry.store.paging import cursor_of
from registry.store.session import finish
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import ABOUT_THE_BATCH, JSON, LINES, PAGED, Asked, Page, described
from registry.web.doors import needs, takes_batches
from registry.web.flask_app import actor, read, session
from registry.web.requests import count_if_kept

api = Blueprint("monitoring_api", __name__)

_EXAMPLE = {
    "version": "2026.3",
    "source": "nightly-eval",
    "snapshots": [{"metric": "accuracy", "window_end": "2026-11-02T00:00:00Z", "value": 0.912, "n": 5000}],
}


_FILE = "application/octet-stream"
_LONGEST_NAME = 255


def _sent(key: str) -> tuple[int, Batch, Sequence[Remark]]:
    """The system's number, the batch and what of a file was left aside, from whoever may send it."""
    number = systems.number_by_key(session(), actor(), key)
    require(actor(), Permission.SNAPSHOT_PUSH, number)
    if request.mimetype != _FILE:
        return number, jsonkit.batch_sent(batch_of, batch_of_lines), ()
    name, source = request.args.get("name", "")[-_LONGEST_NAME:], request.args.get("source", "")
    return number, *batch_in(session(), number, jsonkit.sent(), name, clock.now(), source=source)


@api.post("/systems/<key>/snapshots")
@takes_batches(_sent)
@needs(Permission.SNAPSHOT_PUSH)
@described(
    ReadingsReceipt,
    *ABOUT_THE_BATCH,
    Asked("name", "Beside a file: what it is called."),
    status=(200, 201),
    bodies={JSON: ReadingsSent, LINES: None, _FILE: None},
    packed=True,
    own_keys=True,
    example=_EXAMPLE,
)
def push(key: str) -> Response:  # noqa: ARG001 - its reader has found the system
    """Take in a batch of readings, packed with gzip or not: one JSON document, JSON lines, or a file of any kind that
    `registry snapshots push` reads, sent as application/octet-stream with its `name`, whose reply tells what was left aside.
    """
    number, batch, remarks = read()
    receipt = record_snapshots(session(), actor(), number, batch)
    # The entry's number is part of the answer, and it is known once the entry is written.
    finish(session())
    told_by = receipt.batch.id if receipt.batch else receipt.first_batch_id
    seq = entry_of(session(), SnapshotBatch, told_by) if told_by else None
    if receipt.accepted:
        count_if_kept(snapshots=receipt.accepted, deliveries=1)
    told = receipt_out(receipt, seq)
    if request.mimetype == _FILE:
        told["remarks"] = [remark_out(each) for each in remarks]
    return jsonkit.reply(told, 201 if receipt.accepted else 200)


@api.get("/systems/<key>/snapshots")
@needs(Permission.SYSTEM_READ)
@described(
    Page[ReadingOut],
    *PAGED,
    Asked("metric", "All readings of this metric, newest first, in place of the newest of each."),
    Asked("group", "Only this group, as it was answered."),
)
def readings(key: str) -> Response:
    """The newest reading of every metric; with `metric` a page of that one's, newest window first, of all groups or one."""
    system = systems.by_key(session(), actor(), key)
    slug = request.args.get("metric")
    if slug is None:
        return jsonkit.reply({"items": _newest(system.id or 0), "next": None})
    metric = metric_by_slug(session(), system.id or 0, slug)
    group, limit = request.args.get("group"), jsonkit.page_limit()
    before = series.place_of(request.args.get("cursor"))
    page = series.page_of(session(), metric.id or 0, group=group, before=before, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [reading_out(each, slug) for each in page.items], "next": following})


def _newest(system_id: int) -> list[ReadingOut]:
    metrics = {metric.id or 0: metric.slug for metric in metrics_of(session(), system_id)}
    latest = series.latest_of(session(), list(metrics))
    return [reading_out(each, slug) for number, slug in metrics.items() for each in latest[number]]
