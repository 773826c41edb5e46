"""POST and GET /systems/<key>/fairness and /calibration: counts in, every figure out; the bounds they are held against."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from sqlmodel import Session

from registry.fairness.actions import bounds as bounds_actions
from registry.fairness.actions.receiving import Receipt, record_counts, record_forecasts
from registry.fairness.models import FairnessBatch, FairnessBound
from registry.fairness.queries import reading
from registry.fairness.queries.reading import facts_of
from registry.fairness.rules.bounds import BoundFacts
from registry.fairness.rules.decoding import (
    Delivery,
    counts_of,
    counts_of_lines,
    windows_of,
    windows_of_lines,
)
from registry.fairness.rules.figures import figures_of, forecast_figures
from registry.fairness.schemas.bounds import BoundChange, BoundOut, bound_out
from registry.fairness.schemas.figures import (
    CalibrationOut,
    CalibrationSent,
    CountsReceipt,
    CountsSent,
    FairnessOut,
    forecasts_out,
    receipt_out,
    window_out,
)
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import NotFound
from registry.kernel.text import clean
from registry.monitoring.queries.deliveries import entry_of
from registry.store.paging import cursor_of
from registry.store.session import finish
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.changing import applied
from registry.web.describing import ABOUT_THE_BATCH, JSON, LINES, PAGED, Asked, Page, described
from registry.web.doors import needs, takes_batches
from registry.web.flask_app import actor, read, session

api = Blueprint("fairness_api", __name__)


def _counts(key: str) -> Delivery[Any]:
    _require(key)
    return jsonkit.batch_sent(counts_of, counts_of_lines)


def _forecasts(key: str) -> Delivery[Any]:
    _require(key)
    return jsonkit.batch_sent(windows_of, windows_of_lines)


def _require(key: str) -> None:
    require(actor(), Permission.SNAPSHOT_PUSH, systems.number_by_key(session(), actor(), key))


@api.post("/systems/<key>/fairness")
@takes_batches(_counts)
@needs(Permission.SNAPSHOT_PUSH)
@described(
    CountsReceipt,
    *ABOUT_THE_BATCH,
    status=(200, 201),
    bodies={JSON: CountsSent, LINES: None},
    packed=True,
    own_keys=True,
)
def push_counts(key: str) -> Response:
    """Take in counts by group, as one JSON document or as JSON lines, packed with gzip or not."""
    return _taken(key, record_counts)


@api.post("/systems/<key>/calibration")
@takes_batches(_forecasts)
@needs(Permission.SNAPSHOT_PUSH)
@described(
    CountsReceipt,
    *ABOUT_THE_BATCH,
    status=(200, 201),
    bodies={JSON: CalibrationSent, LINES: None},
    packed=True,
    own_keys=True,
)
def push_forecasts(key: str) -> Response:
    """Take in forecasts in bins held against what happened, in the same ways."""
    return _taken(key, record_forecasts)


@api.get("/systems/<key>/fairness")
@needs(Permission.SYSTEM_READ)
@described(Page[FairnessOut], *PAGED, Asked("attribute", "Only this attribute."))
def fairness(key: str) -> Response:
    """A page of windows, newest first, of all attributes or of `attribute`, with every rate and comparison."""
    system = systems.by_key(session(), actor(), key)
    before, limit = reading.spot_of(request.args.get("cursor")), jsonkit.page_limit()
    attribute = request.args.get("attribute")
    page = reading.windows_page(session(), system.id or 0, attribute=attribute, before=before, limit=limit)
    bounds = {name: facts_of(bound) for name, bound in reading.bounds_of(session(), system.id or 0).items()}
    told = [(each, bounds.get(each.attribute)) for each in page.items]
    items = [window_out(figures_of(each, facts), facts) for each, facts in told]
    return jsonkit.reply({"items": items, "next": cursor_of(*page.next_after) if page.next_after else None})


@api.get("/systems/<key>/fairness/bounds")
@needs(Permission.SYSTEM_READ)
@described(Page[BoundOut])
def bounds(key: str) -> Response:
    """The bounds of a system by attribute, all at once: there are few."""
    system = systems.by_key(session(), actor(), key)
    found = reading.bounds_of(session(), system.id or 0).values()
    return jsonkit.reply({"items": [bound_out(facts_of(each), each) for each in found], "next": None})


@api.get("/systems/<key>/fairness/bounds/<path:attribute>")
@needs(Permission.SYSTEM_READ)
@described(BoundOut)
def bound(key: str, attribute: str) -> Response:
    """The bound on one attribute, empty where nothing is stated yet."""
    system = systems.by_key(session(), actor(), key)
    return _bound_told(system.id or 0, _attribute(attribute))


@api.patch("/systems/<key>/fairness/bounds/<path:attribute>")
@needs(Permission.BASELINE_SET)
@described(
    BoundOut,
    body=BoundChange,
    if_match=True,
    example={
        "measure": "impact_ratio",
        "limit": 0.8,
        "fewest": 30,
        "why_groups": "Complaints of 2025.",
        "reason": "Four fifths, agreed with the works council.",
    },
)
def set_bound(key: str, attribute: str) -> Response:
    """State what is acceptable between the groups of an attribute, or change the given parts of it, if it still stands as
    If-Match says it was read. What was counted before is held against it a moment later.
    """
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.BASELINE_SET, system.id)
    named, wanted = _attribute(attribute), jsonkit.parsed(BoundChange)
    facts, found = _standing(system.id or 0, named)
    version = found.version if found else 0
    jsonkit.expected(jsonkit.etag_of(bound_out(facts, found)), version)
    changed = bounds_actions.set_bound(
        session(), actor(), system.id or 0, applied(wanted, facts), version=version
    )
    session().flush()
    # As the database keeps it: a number may be written otherwise there, and the ETag is of what is read.
    session().refresh(changed)
    return _bound_told(system.id or 0, named)


@api.get("/systems/<key>/calibration")
@needs(Permission.SYSTEM_READ)
@described(Page[CalibrationOut], *PAGED)
def calibration(key: str) -> Response:
    """A page of windows with their forecasts, newest first, the calibration error and the parts of the Brier score."""
    system = systems.by_key(session(), actor(), key)
    before, limit = reading.span_of(request.args.get("cursor")), jsonkit.page_limit()
    page = reading.forecasts_page(session(), system.id or 0, before=before, limit=limit)
    items = [forecasts_out(forecast_figures(each)) for each in page.items]
    return jsonkit.reply({"items": items, "next": cursor_of(*page.next_after) if page.next_after else None})


def _attribute(text: str) -> str:
    """The attribute an address names, in its storable form. Raises NotFound where it has none."""
    try:
        return clean(text).strip()
    except ValueError as unstorable:
        raise NotFound from unstorable


def _standing(system_id: int, attribute: str) -> tuple[BoundFacts, FairnessBound | None]:
    """What is stated of an attribute, and the bound itself where there is one."""
    found = reading.bounds_of(session(), system_id).get(attribute)
    return (facts_of(found) if found else BoundFacts(attribute)), found


def _bound_told(system_id: int, attribute: str) -> Response:
    body = bound_out(*_standing(system_id, attribute))
    return jsonkit.reply(body, etag=jsonkit.etag_of(body))


def _taken(key: str, act: Callable[[Session, Actor, int, Delivery[Any]], Receipt]) -> Response:
    system = systems.by_key(session(), actor(), key)
    receipt = act(session(), actor(), system.id or 0, read())
    # The entry's number is part of the answer, and it is known once the entry is written.
    finish(session())
    seq = entry_of(session(), FairnessBatch, receipt.batch_id)
    return jsonkit.reply(receipt_out(receipt, seq), 201 if receipt.accepted else 200)
