"""GET and POST /systems/<key>/classification: how a system stands, every run; one run made of complete answers."""

from flask import Blueprint, Response, request

from registry.classification.actions import complete
from registry.classification.models import ClassificationRun
from registry.classification.queries.changes import change_of
from registry.classification.queries.runs import if_in_force, newest_run, runs_page
from registry.classification.schemas import (
    QuestionnaireOut,
    RunIn,
    RunOut,
    RunsOut,
    questionnaire_out,
    run_out,
)
from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Conflict, NotFound
from registry.people import queries as people
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import PAGED, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("classification_api", __name__)


@api.get("/classification/questionnaire")
@needs(Permission.SYSTEM_READ)
@described(QuestionnaireOut)
def questionnaire() -> Response:
    """What is asked today, in order; answers are sent to a system."""
    found = if_in_force(session(), clock.today())
    if found is None:
        raise NotFound("No edition of the questionnaire was in force on that day.")
    return jsonkit.reply(questionnaire_out(found))


@api.get("/systems/<key>/classification")
@needs(Permission.SYSTEM_READ)
@described(RunsOut, *PAGED)
def classification(key: str) -> Response:
    """The runs of a system, newest first: the first of the first page stands. And what another edition makes of it."""
    system = systems.by_key(session(), actor(), key)
    limit, before = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = runs_page(session(), system.id or 0, before=before[0] if before else None, limit=limit)
    named = people.people_by_id(session(), {run.made_by_id for run in page.items if run.made_by_id})
    change = change_of(session(), system.id or 0)
    return jsonkit.reply(
        {
            "tier": system.tier.value if system.tier else None,
            "classify_again": list(change.says) if change else [],
            "items": [run_out(run, named) for run in page.items],
            "next": cursor_of(*page.next_after) if page.next_after else None,
        }
    )


def _otherwise(stands: ClassificationRun | None) -> str:
    if stands is None:
        return "This system has no run yet; leave supersedes out."
    return f"{stands.key} stands now. Look at it, then send its key as supersedes to take its place."


@api.post("/systems/<key>/classification")
@needs(Permission.SYSTEM_CLASSIFY)
@described(RunOut, status=201, body=RunIn, example={"answers": {"jurisdictions": ["eu"], "infers": "yes"}})
def classify(key: str) -> Response:
    """Make a run of complete answers. Questions that are asked and not answered are named, and nothing is stored.

    `supersedes` is the run the sender has seen standing, left out where there was none; 409 where another stands now.
    """
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SYSTEM_CLASSIFY, system.id)
    sent = jsonkit.parsed(RunIn)
    stands = newest_run(session(), system.id or 0)
    if (stands.key if stands else None) != sent.supersedes:
        raise Conflict(_otherwise(stands), stands.id or 0 if stands else 0)
    run = complete(session(), actor(), system, sent.answers, sent.verdict())
    named = people.people_by_id(session(), {run.made_by_id} if run.made_by_id else set())
    return jsonkit.reply(run_out(run, named), 201)
