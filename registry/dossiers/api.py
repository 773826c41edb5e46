"""GET /systems/<key>/dossier: the tests of a system's versions. POST .../dossier/results: results of a test programme."""

from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from registry.dossiers import actions, queries
from registry.dossiers.actions import Delivery
from registry.dossiers.models import Dossier
from registry.dossiers.rules import results
from registry.dossiers.rules.cases import CaseType
from registry.dossiers.rules.results import Read
from registry.dossiers.schemas import (
    DossierOut,
    DossierWhole,
    ResultsIn,
    ResultsReceipt,
    case_told,
    receipt_out,
    told,
)
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.versions import queries as versions
from registry.versions.models import ModelVersion
from registry.web import jsonkit
from registry.web.describing import JSON, PAGED, Asked, Page, described
from registry.web.doors import needs, takes_batches
from registry.web.flask_app import actor, read, session

api = Blueprint("dossiers_api", __name__)

_ABOUT: Final = (
    Asked("version", "The version they are of, by its label."),
    Asked("similar", "Whether conditions were similar to those of use.", words=("yes", "no")),
    Asked("because", "Why they were, or were not."),
    Asked("type", "What cases try that are new and name no type.", words=CaseType),
)
_YES_NO: Final = {"yes": True, "no": False}


def _read(key: str) -> tuple[Read, str]:
    require(actor(), Permission.DOSSIER_TEST, systems.number_by_key(session(), actor(), key))
    if request.mimetype == "application/json":
        return jsonkit.parsed(ResultsIn).read(), "json"
    if request.mimetype in {"application/xml", "text/xml"}:
        return results.from_junit(request.get_data()), "junit"
    if request.mimetype == "text/csv":
        return results.from_csv(request.get_data()), "csv"
    raise UnsupportedMediaType


@api.get("/systems/<key>/dossier")
@needs(Permission.SYSTEM_READ)
@described(Page[DossierOut], *PAGED)
def dossiers(key: str) -> Response:
    """A page of a system's dossiers, newest first: one for each version whose tests were begun."""
    system = systems.by_key(session(), actor(), key)
    limit, before = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = queries.lines_page(session(), system.id or 0, before=before[0] if before else None, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [told(line) for line in page.items], "next": following})


@api.get("/dossiers/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(DossierWhole, *PAGED)
def one(number: int) -> Response:
    """One dossier with a page of its cases, each with its newest run."""
    dossier, model, _ = queries.by_number(session(), actor(), number)
    limit, after = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = queries.tried_page(session(), number, after=after[0] if after else None, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    whole = told(queries.line_of(session(), dossier, model))
    items = [case_told(tried) for tried in page.items]
    return jsonkit.reply(whole | {"items": items, "next": following})


@api.post("/systems/<key>/dossier/results")
@takes_batches(_read)
@needs(Permission.DOSSIER_TEST)
@described(
    ResultsReceipt,
    *_ABOUT,
    status=(200, 201),
    bodies={JSON: ResultsIn, "application/xml": None, "text/xml": None, "text/csv": None},
    example={"results": [{"name": "Empty claim", "outcome": "passed", "type": "edge"}]},
)
def take(key: str) -> Response:
    """Take in results: JSON, JUnit XML or CSV. `version` names the version, `similar` (yes or no) and `because` the
    conditions, `type` what cases try that are new and name no type: it is needed for those, and marked as assumed.
    """
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.DOSSIER_TEST, system.id)
    results_read, source = read()
    model = _version(system.id or 0)
    delivery = Delivery(
        results_read,
        results.digest_of(request.get_data()),
        source,
        _type(),
        _YES_NO.get(request.args.get("similar", "")),
        request.args.get("because", ""),
    )
    dossier = _begun(model)
    receipt = actions.take_results(session(), actor(), dossier, model, delivery)
    return jsonkit.reply(receipt_out(dossier.key, receipt), 200 if receipt.is_known else 201)


def _version(system_id: int) -> ModelVersion:
    found = versions.by_label(session(), system_id, request.args.get("version", ""))
    if found is None:
        raise RuleBroken([Problem("version", "Name a version of this system, such as ?version=2.1.")])
    return found


def _type() -> CaseType | None:
    asked = request.args.get("type")
    if asked is None:
        return None
    if asked not in {each.value for each in CaseType}:
        raise RuleBroken([Problem("type", f"Give one of {', '.join(CaseType)}.")])
    return CaseType(asked)


def _begun(model: ModelVersion) -> Dossier:
    found = queries.of_version(session(), model.id or 0)
    return found or actions.open_dossier(session(), actor(), model)
