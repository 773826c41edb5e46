"""Save answers, make a run of them, add editions of the questionnaire, and notice what those would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.classification.models import (
    ClassificationChange,
    ClassificationDraft,
    ClassificationRun,
    QuestionnaireEdition,
)
from registry.classification.queries import editions
from registry.classification.queries.changes import last_noticed, noticed
from registry.classification.queries.runs import (
    all_editions,
    draft_of,
    in_force,
    is_known,
    newest_run,
    tier_before,
)
from registry.classification.rules.choosing import problems_with_adding
from registry.classification.rules.comparing import changes_on_rescoring
from registry.classification.rules.questionnaire import Questionnaire
from registry.classification.rules.scoring import Result, problems_with_answers, score
from registry.classification.rules.stored import read_back, scored, stated, written
from registry.classification.rules.tiers import RATIONALE_LIMIT, may_set_lower, problems_with_tier, tier_set
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.systems.models import System
from registry.systems.rules.record import Tier

_SAME = "The answers come to the same as when they were given."


@dataclass(frozen=True, slots=True)
class Verdict:
    """The tier somebody sets, and why; None for the one the answers come to, or the one before where it is higher."""

    tier: Tier | None = None
    rationale: str = ""


def save_draft(
    session: Session, actor: Actor, system_id: int, answers: Mapping[str, Any], *, version: int
) -> ClassificationDraft:
    """Keep answers, of one page or of many; an empty one takes back what was answered. The others stay.

    `version` is the revision of the draft the editor had before them, 0 where there was none. Raises RuleBroken, or
    Conflict when somebody else has saved meanwhile.
    """
    require(actor, Permission.SYSTEM_CLASSIFY, system_id)
    refuse_if(problems_with_answers(in_force(session, clock.today()), answers))
    draft = draft_of(session, system_id)
    if version != (draft.version if draft else 0):
        says = "Somebody else answered questions of this system while you did."
        raise Conflict(says, draft.version if draft else 0)
    if draft is None:
        last = newest_run(session, system_id)
        draft = ClassificationDraft(
            system_id=system_id, answers=dict(last.answers) if last else {}, saved_at=clock.now()
        )
        session.add(draft)
    # Of questions no longer asked the answers stay: who goes back and forth finds them again.
    kept = {**draft.answers, **{name: _plain(value) for name, value in answers.items()}}
    draft.answers = {name: value for name, value in kept.items() if value}
    draft.saved_at, draft.saved_by_id = clock.now(), actor.person_id
    record(session, actor, Event.CLASSIFICATION_DRAFTED, draft, system_id=system_id)
    return draft


def complete(
    session: Session,
    actor: Actor,
    system: System,
    answers: Mapping[str, Any],
    verdict: Verdict,
    *,
    draft: ClassificationDraft | None = None,
) -> ClassificationRun:
    """Make a run of these answers by the edition in force, and set the system's tier.

    `draft` is what the answers were kept in, where they were: it has then served. Another draft stays, for somebody is
    filling it in.

    The tier before stays where the answers come to a lower one and nobody sets one. The caller holds the system's row
    locked. Raises RuleBroken naming every question that is asked and not answered,
    and where the tier may not stand.
    """
    require(actor, Permission.SYSTEM_CLASSIFY, system.id)
    number = system.id or 0
    questionnaire = in_force(session, clock.today())
    refuse_if(problems_with_answers(questionnaire, answers))
    result = score(questionnaire, answers)
    if result.tier is None:
        raise RuleBroken([Problem(name, "This question is not answered yet.") for name in result.unanswered])
    last = newest_run(session, number)
    said, unstorable = _words(verdict.rationale)
    before = tier_before(system, last)
    tier, rationale = tier_set(result.tier, before, verdict.tier, said)
    may_lower = may_set_lower(actor, number)
    refuse_if([*unstorable, *problems_with_tier(result.tier, before, tier, rationale, may_lower=may_lower)])
    run = _run(actor, number, questionnaire, result, tier, rationale)
    run.supersedes_id = last.id if last else None
    session.add(run)
    if draft is not None:
        session.delete(draft)
    if system.tier is not tier:
        system.tier = tier
    record(session, actor, Event.CLASSIFICATION_COMPLETED, run, system_id=number)
    return run


def _words(text: str) -> tuple[str, list[Problem]]:
    try:
        said = clean(text).strip()
    except ValueError as reason:
        return "", [Problem("rationale", f"This text {reason}. Remove it and try again.")]
    too_long = [Problem("rationale", f"Use at most {RATIONALE_LIMIT:,} characters.")]
    return said, too_long if len(said) > RATIONALE_LIMIT else []


def _run(
    actor: Actor, system_id: int, questionnaire: Questionnaire, result: Result, tier: Tier, rationale: str
) -> ClassificationRun:
    return ClassificationRun(
        system_id=system_id,
        questionnaire=questionnaire.id,
        edition=questionnaire.edition,
        answers={name: _plain(value) for name, value in result.answers.items()},
        outcomes=written(stated(result)),
        proposed_tier=result.tier or tier,
        proposed_because=result.rationale,
        tier=tier,
        rationale=rationale,
        made_at=clock.now(),
        made_by_id=actor.person_id,
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def add_edition(session: Session, actor: Actor, text: str) -> QuestionnaireEdition:
    """Add an edition of the questionnaire systems are classified by. It is in force from the day it names.

    Raises RuleBroken where the text is no questionnaire, is another one, names an edition there is, or would never be
    in force.
    """
    require(actor, Permission.QUESTIONNAIRE_ADD)
    try:
        found = editions.read(clean(text))
    except ValueError as reason:
        raise RuleBroken([Problem("content", f"It was not added: {reason}.")]) from reason
    if is_known(session, found.id, found.edition):
        says = f"There is an edition {found.edition} already. An edition never changes; give this one another name."
        raise RuleBroken([Problem("content", says)])
    problems = problems_with_adding(found, all_editions(session), clock.today())
    refuse_if([Problem("content", each) for each in problems])
    row = QuestionnaireEdition(
        questionnaire=found.id,
        edition=found.edition,
        content=clean(text),
        sha256=sha256(clean(text).encode()).hexdigest(),
        added_at=clock.now(),
        added_by_id=actor.person_id,
    )
    session.add(row)
    record(session, actor, Event.QUESTIONNAIRE_ADDED, row)
    return row


def notice_changes(
    session: Session, actor: Actor, run: ClassificationRun, questionnaire: Questionnaire
) -> ClassificationChange | None:
    """Say what another edition makes of the answers of a run: nothing where it comes to the same, or was said already.

    Where an edition before it came to something else, it says that this one comes to the same.

    The tier stays as it is: people classify again.
    """
    require(actor, Permission.CLASSIFICATION_CHASE)
    if noticed(session, run.id or 0, questionnaire.id, questionnaire.edition):
        return None
    result = score(questionnaire, run.answers)
    before = scored(read_back(run.outcomes), run.proposed_tier)
    says = changes_on_rescoring(questionnaire, before, result, scored(stated(result), result.tier))
    if not says and last_noticed(session, run.id or 0) is None:
        return None
    change = ClassificationChange(
        run_id=run.id or 0,
        system_id=run.system_id,
        questionnaire=questionnaire.id,
        edition=questionnaire.edition,
        differs=bool(says),
        says=says or [_SAME],
        noticed_at=clock.now(),
    )
    session.add(change)
    record(session, actor, Event.CLASSIFICATION_OUTDATED, change, system_id=run.system_id)
    return change
