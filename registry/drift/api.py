"""Distributions of a system: counts in bins, in and out; and its baselines: what they are compared with, set, read and renamed."""

from datetime import datetime

from flask import Blueprint, Response, request

from registry.drift import actions
from registry.drift.models import Baseline, Distribution, DistributionBatch, Feature
from registry.drift.queries import features as queries
from registry.drift.queries import windows
from registry.drift.rules.comparing import Compared, compare
from registry.drift.rules.decoding import (
    BaselineIn,
    DistributionIn,
    WindowIn,
    baseline_of,
    distributions_of,
    distributions_of_lines,
)
from registry.drift.rules.decoding import (
    DistributionBatch as Sent,
)
from registry.drift.schemas import (
    BaselineChange,
    BaselineOut,
    BaselineSent,
    DistributionOut,
    DistributionsReceipt,
    DistributionsSent,
    baseline_out,
    distribution_out,
    receipt_out,
)
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.monitoring.queries.deliveries import entry_of
from registry.monitoring.queries.series import place_of
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.store.session import finish
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import ABOUT_THE_BATCH, JSON, LINES, PAGED, Asked, Page, described
from registry.web.doors import needs, takes_batches
from registry.web.flask_app import actor, read, session

api = Blueprint("drift_api", __name__)

_OF_ONE = (
    Asked("feature", "Only this feature."),
    Asked("group", "Beside `feature`: of this group, as it was answered."),
)
_EXAMPLE = {
    "distributions": [
        {
            "feature": "age",
            "window_end": "2026-11-02T00:00:00Z",
            "edges": [0, 18, 65, 120],
            "counts": [4, 80, 9],
        }
    ]
}


def _sent(key: str) -> Sent:
    require(actor(), Permission.SNAPSHOT_PUSH, systems.number_by_key(session(), actor(), key))
    return jsonkit.batch_sent(distributions_of, distributions_of_lines)


def _told(key: str) -> BaselineIn:
    require(actor(), Permission.BASELINE_SET, systems.number_by_key(session(), actor(), key))
    return jsonkit.document_sent(baseline_of)


@api.post("/systems/<key>/distributions")
@takes_batches(_sent)
@needs(Permission.SNAPSHOT_PUSH)
@described(
    DistributionsReceipt,
    *ABOUT_THE_BATCH,
    status=(200, 201),
    bodies={JSON: DistributionsSent, LINES: None},
    packed=True,
    own_keys=True,
    example=_EXAMPLE,
)
def push(key: str) -> Response:
    """Take in a batch of distributions, as one JSON document or as JSON lines, packed with gzip or not."""
    system = systems.by_key(session(), actor(), key)
    receipt = actions.record_distributions(session(), actor(), system.id or 0, read())
    # The entry's number is part of the answer, and it is known once the entry is written.
    finish(session())
    told_by = receipt.batch.id if receipt.batch else receipt.first_batch_id
    seq = entry_of(session(), DistributionBatch, told_by) if told_by else None
    return jsonkit.reply(receipt_out(receipt, seq), 201 if receipt.accepted else 200)


@api.get("/systems/<key>/distributions")
@needs(Permission.SYSTEM_READ)
@described(Page[DistributionOut], *PAGED, *_OF_ONE)
def distributions(key: str) -> Response:
    """A page of the system's features with the newest window of each; with `feature` a page of that one's, newest first."""
    system = systems.by_key(session(), actor(), key)
    if "feature" in request.args:
        return _windows_of(_asked_for(system.id or 0))
    page = queries.features_page(session(), system.id or 0, after=_after(), limit=jsonkit.page_limit())
    numbers = [each.id or 0 for each in page.items]
    newest, followed = windows.newest_of(session(), numbers), queries.in_force(session(), numbers)
    told = [(each, newest[each.id or 0][0]) for each in page.items if newest[each.id or 0]]
    versions = windows.versions_of(session(), [window.batch_id for _, window in told])
    items = [
        distribution_out(
            window, feature, versions.get(window.batch_id), _compared(followed.get(feature.id or 0), window)
        )
        for feature, window in told
    ]
    return jsonkit.reply({"items": items, "next": cursor_of(*page.next_after) if page.next_after else None})


def _windows_of(feature: Feature) -> Response:
    limit, before = jsonkit.page_limit(), place_of(request.args.get("cursor"))
    page = windows.page_of(session(), feature.id or 0, before=before, limit=limit)
    baseline = queries.in_force(session(), [feature.id or 0]).get(feature.id or 0)
    versions = windows.versions_of(session(), [each.batch_id for each in page.items])
    items = [
        distribution_out(each, feature, versions.get(each.batch_id), _compared(baseline, each))
        for each in page.items
    ]
    return jsonkit.reply({"items": items, "next": cursor_of(*page.next_after) if page.next_after else None})


@api.get("/systems/<key>/baselines")
@needs(Permission.SYSTEM_READ)
@described(Page[BaselineOut], *PAGED, *_OF_ONE)
def baselines(key: str) -> Response:
    """A page of the system's features, each with the baseline in force; with `feature` that one alone."""
    system = systems.by_key(session(), actor(), key)
    if "feature" in request.args:
        items, following = [_asked_for(system.id or 0)], None
    else:
        page = queries.features_page(session(), system.id or 0, after=_after(), limit=jsonkit.page_limit())
        items, following = list(page.items), page.next_after
    followed = queries.in_force(session(), [each.id or 0 for each in items])
    told = [baseline_out(each, followed.get(each.id or 0)) for each in items]
    return jsonkit.reply({"items": told, "next": cursor_of(*following) if following else None})


@api.put("/systems/<key>/baselines")
@takes_batches(_told)
@needs(Permission.BASELINE_SET)
@described(BaselineOut, body=BaselineSent, packed=True)
def put_baseline(key: str) -> Response:
    """Set what a feature is compared with: a window that was sent, or counts sent for it. The same again changes nothing."""
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.BASELINE_SET, system.id)
    found = _set(system.id or 0, read())
    return _in_force(queries.feature_by_id(session(), system.id or 0, found.feature_id))


@api.get("/systems/<key>/baselines/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(BaselineOut)
def baseline(key: str, number: int) -> Response:
    """One feature by its number, with the baseline in force."""
    system = systems.by_key(session(), actor(), key)
    return _in_force(queries.feature_by_id(session(), system.id or 0, number))


@api.patch("/systems/<key>/baselines/<int:number>")
@needs(Permission.BASELINE_SET)
@described(BaselineOut, body=BaselineChange, if_match=True, example={"name": "First quarter of 2026"})
def rename_baseline(key: str, number: int) -> Response:
    """Call the baseline in force by another name, if it still stands as If-Match says it was read."""
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.BASELINE_SET, system.id)
    feature = queries.feature_by_id(session(), system.id or 0, number, lock=True)
    name = jsonkit.parsed(BaselineChange).name
    found = queries.in_force(session(), [number]).get(number)
    if found is None:
        raise NotFound("This feature is compared with nothing yet.")
    jsonkit.expected(jsonkit.etag_of(baseline_out(feature, found)), found.version)
    actions.rename_baseline(session(), actor(), feature, found, name, version=found.version)
    return _in_force(feature)


def _in_force(feature: Feature) -> Response:
    session().flush()
    number = feature.id or 0
    body = baseline_out(feature, queries.in_force(session(), [number]).get(number))
    return jsonkit.reply(body, etag=jsonkit.etag_of(body))


def _set(system_id: int, told: BaselineIn) -> Baseline:
    source = told.source
    if isinstance(source, DistributionIn):
        return actions.set_sent_baseline(session(), actor(), system_id, told.name, told.reason, source)
    feature = _held(system_id, source)
    window = windows.window_at(session(), feature.id or 0, source)
    if window is None:
        says = "No window of this feature was sent for these instants and this key."
        raise RuleBroken([Problem("window", says)])
    span: tuple[datetime, datetime] = (window.window_start, window.window_end)
    return actions.set_baseline(
        session(), actor(), feature, told.name, told.reason, windows.spread_in(window), span, window.id
    )


def _held(system_id: int, source: WindowIn) -> Feature:
    named = (source.feature, source.group)
    found = queries.features_named(session(), system_id, [named]).get(named)
    if found is None:
        raise RuleBroken(
            [Problem("window.feature", "Nothing was sent for a feature of this name and group.")]
        )
    return queries.feature_by_id(session(), system_id, found.id or 0, lock=True)


def _asked_for(system_id: int) -> Feature:
    named = (request.args.get("feature", ""), request.args.get("group", ""))
    found = queries.features_named(session(), system_id, [named]).get(named)
    if found is None:
        raise NotFound("This system has no feature of this name and group.")
    return found


def _compared(baseline: Baseline | None, window: Distribution) -> Compared | None:
    return None if baseline is None else compare(windows.spread_in(baseline), windows.spread_in(window))


def _after() -> tuple[str, int] | None:
    parts = parts_of(request.args.get("cursor"), (str, int))
    return None if parts is None else (parts[0], min(parts[1], LARGEST_NUMBER))
