"""How a system is classified: the run that stands, every run before it, two of them compared."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.classification.models import ClassificationRun
from registry.classification.queries.changes import change_of
from registry.classification.queries.runs import draft_of, edition_of, if_in_force, run_by_id, runs_page
from registry.classification.rules.comparing import answers_changed, changes
from registry.classification.rules.questionnaire import Questionnaire
from registry.classification.rules.scoring import Answers, answer_said, asked, known_from
from registry.classification.rules.stored import read_back, scored
from registry.classification.rules.tiers import may_set_lower, waits_for_reviewer
from registry.kernel import clock
from registry.kernel.actor import Permission, may
from registry.kernel.errors import NotFound
from registry.people import queries as people
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number
from registry.web.systemkit import frame

pages = Blueprint("classification", __name__)

_PAGE = 20


@pages.get("/systems/<key>/classification")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    number = found.id or 0
    before = parts_of(request.args.get("cursor"), (int,))
    page = runs_page(session(), number, before=before[0] if before else None, limit=_PAGE)
    questionnaire = if_in_force(session(), clock.today())
    draft = draft_of(session(), number) if questionnaire else None
    standing = page.items[0] if page.items and before is None else None
    named = {run.made_by_id for run in page.items} | {draft.saved_by_id if draft else None}
    return render_template(
        "classification/system.html",
        **frame(session(), actor(), found),
        run=standing,
        what=read_back(standing.outcomes) if standing else None,
        **_steps(found, questionnaire, page.items if standing else ()),
        is_first=before is None,
        runs=page.items,
        next_url=url_for(".system", key=found.key, cursor=cursor_of(*page.next_after))
        if page.next_after
        else None,
        draft=draft,
        answered=progress(questionnaire, draft.answers) if draft and questionnaire else None,
        change=change_of(session(), number),
        people=people.people_by_id(session(), {one for one in named if one}),
    )


def _steps(found: System, asks: Questionnaire | None, newest: Sequence[ClassificationRun]) -> dict[str, Any]:
    """What may be done next: whether a lower tier waits for a reviewer, by the newest runs; whether the reader may set it, or
    classify, and on which page that begins.
    """
    system_id = found.id or 0
    run, before = next(iter(newest), None), next(iter(newest[1:]), None)
    waits = run is not None and waits_for_reviewer(
        run.proposed_tier, run.tier, run.rationale, before.proposed_tier if before else None
    )
    return {
        "waits": waits,
        "may_lower": may_set_lower(actor(), system_id),
        "may_classify": asks is not None and may(actor(), Permission.SYSTEM_CLASSIFY, system_id),
        "first": asks and url_for(".questions", key=found.key, section=asks.sections[0].id),
    }


def progress(questionnaire: Questionnaire, answers: Answers) -> tuple[int, int]:
    """How many of the questions asked after these answers have one, out of how many."""
    known = known_from(questionnaire, answers)
    now = [known[each.id] for each in asked(questionnaire, known)]
    return sum(answer is not None for answer in now), len(now)


@pages.get("/systems/<key>/classification/<int:number>")
@needs(Permission.SYSTEM_READ)
def run(key: str, number: int) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    shown = run_by_id(session(), found.id or 0, number)
    return render_template(
        "classification/run.html",
        **frame(session(), actor(), found),
        run=shown,
        what=read_back(shown.outcomes),
        sections=_answered(shown, edition_of(session(), shown)),
        people=people.people_by_id(session(), {shown.made_by_id} if shown.made_by_id else set()),
    )


def _answered(shown: ClassificationRun, edition: Questionnaire | None) -> list[dict[str, Any]]:
    """Every answer in words, by section; by the names of questions where the edition is kept no more."""
    if edition is None:
        return [{"title": "Answers", "answers": list(shown.answers.items())}]
    known = known_from(edition, shown.answers)
    found = []
    for section in edition.sections:
        here = [each for each in edition.in_section(section.id) if known.get(each.id)]
        said = [(each.text, answer_said(each, known[each.id])) for each in here]
        found += [{"title": section.title, "answers": said}] if said else []
    return found


@pages.get("/systems/<key>/classification/compare")
@needs(Permission.SYSTEM_READ)
def compare(key: str) -> ResponseReturnValue:
    """Two runs side by side; the one that stands and the one before it unless the address names others."""
    found = systems.by_key(session(), actor(), key)
    before, after = _compared(found.id or 0)
    both = [scored(read_back(each.outcomes), each.proposed_tier) for each in (before, after)]
    edition = edition_of(session(), after) or edition_of(session(), before)
    named = {each.made_by_id for each in (before, after) if each.made_by_id}
    return render_template(
        "classification/compare.html",
        **frame(session(), actor(), found),
        before=before,
        after=after,
        says=changes(*both),
        answers=answers_changed(edition, before.answers, after.answers) if edition else [],
        people=people.people_by_id(session(), named),
    )


def _compared(system_id: int) -> tuple[ClassificationRun, ClassificationRun]:
    newest = runs_page(session(), system_id, limit=1).items
    after_number = query_number("after") or (newest[0].id if newest else None)
    if after_number is None:
        raise NotFound("This system has no runs to compare yet.")
    after = run_by_id(session(), system_id, after_number)
    before_number = query_number("before") or after.supersedes_id
    if before_number is None:
        raise NotFound("This is the first run of the system; there is none before it to compare it with.")
    return run_by_id(session(), system_id, before_number), after
