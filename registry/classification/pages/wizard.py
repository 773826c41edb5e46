"""The questions of a system, one section on a page; then what they come to, and the tier."""

from typing import Any

from flask import Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.classification import actions
from registry.classification.forms import (
    AnswersForm,
    CompleteForm,
    field_name,
    first_choice,
    form_of,
    on_the_form,
    shown_in,
)
from registry.classification.models import ClassificationDraft, ClassificationRun
from registry.classification.pages.system import pages
from registry.classification.queries.runs import draft_of, in_force, newest_run
from registry.classification.rules.conditions import Known, led_by
from registry.classification.rules.questionnaire import Question, Questionnaire, Section
from registry.classification.rules.scoring import answer_said, asked, follows_from, known_from, score
from registry.classification.rules.stored import stated
from registry.classification.rules.tiers import is_lower, may_set_lower
from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Conflict, NotFound, RuleBroken
from registry.systems import queries as systems
from registry.systems.models import System
from registry.systems.rules.record import Tier
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame

BOTH = ("GET", "POST")


@pages.route("/systems/<key>/classification/questions/<section>", methods=BOTH)
@needs(Permission.SYSTEM_CLASSIFY)
def questions(key: str, section: str) -> ResponseReturnValue:
    is_sent = request.method == "POST"
    found = _to_classify(key, lock=is_sent)
    questionnaire = in_force(session(), clock.today())
    here = next((each for each in questionnaire.sections if each.id == section), None)
    if here is None:
        raise NotFound
    draft = draft_of(session(), found.id or 0)
    answers = _answers(found, draft)
    shown_now = _shown_in(questionnaire, here, known_from(questionnaire, answers))
    form = form_of(shown_now, None if is_sent else answers, draft.version if draft else 0)
    try:
        saved = form.carried_out(lambda: _saved(form, found))
    except Conflict:
        return _meanwhile(found, questionnaire, here, form, shown_now)
    if saved is None:
        return _page(found, questionnaire, here, form, answers)
    return redirect(_onward(found, questionnaire, here, shown_now, saved), 303)


def _to_classify(key: str, *, lock: bool = False) -> System:
    found = systems.by_key(session(), actor(), key, lock=lock)
    require(actor(), Permission.SYSTEM_CLASSIFY, found.id)
    return found


def _answers(found: System, draft: ClassificationDraft | None) -> dict[str, Any]:
    """The answers so far; where nobody has begun, those of the run that stands."""
    if draft is not None:
        return draft.answers
    last = newest_run(session(), found.id or 0)
    return last.answers if last else {}


def _asked_in(questionnaire: Questionnaire, section: Section, known: Known) -> list[Question]:
    return [each for each in asked(questionnaire, known) if each.section == section.id]


def _shown_in(questionnaire: Questionnaire, section: Section, known: Known) -> list[Question]:
    """What is asked, and what was answered on the page that was sent: another's answer may have made it needless since."""
    now, sent = _asked_in(questionnaire, section, known), request.form
    return [
        each for each in questionnaire.in_section(section.id) if each in now or field_name(each.id) in sent
    ]


def _saved(form: AnswersForm, found: System) -> ClassificationDraft:
    try:
        return actions.save_draft(session(), actor(), found.id or 0, form.answers(), version=form.revision)
    except RuleBroken as refused:
        raise on_the_form(refused) from refused


def _onward(
    found: System,
    questionnaire: Questionnaire,
    section: Section,
    shown_before: list[Question],
    draft: ClassificationDraft,
) -> str:
    """Where one goes after saving: to what follows from the answers on this page, else on, back or away."""
    known = known_from(questionnaire, draft.answers)
    go = request.form.get("go", "on")
    follows = [each for each in _asked_in(questionnaire, section, known) if each not in shown_before]
    lacking = [each for each in follows if known[each.id] is None]
    if go == "on" and lacking:
        several = len(lacking) > 1
        says = f"{len(lacking)} more questions follow" if several else "One more question follows"
        flash(f"{says} from your answers on this page.", "info")
        return url_for(".questions", key=found.key, section=section.id, _anchor=first_choice(lacking[0].id))
    if go == "leave":
        flash("Your answers are kept. Go on whenever you like.", "good")
        return url_for(".system", key=found.key)
    order = list(questionnaire.sections)
    at = order.index(section)
    beside = order[at + 1 :] if go == "on" else order[:at][::-1]
    following = next((each for each in beside if _asked_in(questionnaire, each, known)), None)
    if following is not None:
        return url_for(".questions", key=found.key, section=following.id)
    return url_for(".finish" if go == "on" else ".system", key=found.key)


def _meanwhile(
    found: System,
    questionnaire: Questionnaire,
    section: Section,
    form: AnswersForm,
    here: list[Question],
) -> ResponseReturnValue:
    """Both sides, where somebody else has answered since the form was opened."""
    draft = draft_of(session(), found.id or 0)
    version, answers = (draft.version, draft.answers) if draft else (0, _answers(found, None))
    opened = (
        audit.state_of(session(), "classification_draft", draft.id or 0, form.revision) if draft else None
    )
    yours = form.answers()
    base = shown_in(opened["answers"], here, form.revision) if opened else None
    rows = merge(form, shown_in(answers, here, version), base)
    said = {field_name(each.id): each for each in here}
    for row in rows:
        question = said[row["field"]]
        row["theirs"] = answer_said(question, answers.get(question.id))
        row["yours"] = answer_said(question, yours.get(question.id) or None)
        row["field"] = first_choice(question.id)
    return make_response(_page(found, questionnaire, section, form, answers, rows), 409)


def _page(
    found: System,
    questionnaire: Questionnaire,
    section: Section,
    form: AnswersForm,
    answers: dict[str, Any],
    conflict: Any = (),
) -> Response:
    known = known_from(questionnaire, answers)
    here = [each for each in questionnaire.in_section(section.id) if field_name(each.id) in form]
    later = [each for each in questionnaire.in_section(section.id) if each not in here]
    return shown(
        "classification/questions.html",
        form,
        **frame(session(), actor(), found),
        questionnaire=questionnaire,
        section=section,
        places=_places(questionnaire, known),
        fields=[(form[field_name(each.id)], _because(questionnaire, each, known)) for each in here],
        later=[(each, _within(questionnaire, each)) for each in later if _within(questionnaire, each)],
        conflict=conflict,
    )


def _places(questionnaire: Questionnaire, known: Known) -> list[dict[str, Any]]:
    """Each section with how many of its questions are answered; those that ask nothing after these answers say so."""
    found = []
    for section in questionnaire.sections:
        here = _asked_in(questionnaire, section, known)
        done = sum(known[each.id] is not None for each in here)
        found.append({"section": section, "done": done, "total": len(here)})
    return found


def _because(questionnaire: Questionnaire, question: Question, known: Known) -> str:
    """The nearest answer on the same page that a question follows from, in words."""
    led = [questionnaire.question(name) for name in led_by(question.when, known)]
    here = [each for each in led if each is not None and each.section == question.section]
    if not here:
        return ""
    return f"Asked because of your answer to “{here[-1].text}”: {answer_said(here[-1], known[here[-1].id])}."


def _within(questionnaire: Questionnaire, question: Question) -> str:
    """The nearest answers on the same page after which a question would be asked, in words."""
    here = {each.id for each in questionnaire.in_section(question.section)}
    found = [each for each in follows_from(questionnaire, question) if each.question in here]
    return f"“{found[-1].text}”: {found[-1].answer}" if found else ""


@pages.route("/systems/<key>/classification/finish", methods=BOTH)
@needs(Permission.SYSTEM_CLASSIFY)
def finish(key: str) -> ResponseReturnValue:
    found = _to_classify(key, lock=request.method == "POST")
    draft = draft_of(session(), found.id or 0)
    if draft is None:
        flash("There are no answers to make a run of. Answer the questions first.", "info")
        return redirect(url_for(".system", key=found.key), 303)
    form = CompleteForm(data=None if request.method == "POST" else {"version": draft.version})
    is_stale = form.is_submitted() and form.version.data != draft.version
    made = None if is_stale else form.carried_out(lambda: _completed(form, found, draft))
    if made is not None:
        flash(*_classified(found, made))
        return redirect(url_for(".system", key=found.key), 303)
    return _finishing(found, draft, form, is_stale=is_stale)


def _classified(found: System, made: ClassificationRun) -> tuple[str, str]:
    """What is said after a run was made: what follows from a prohibited one, or that a reviewer is asked for a lower tier."""
    stays = is_lower(made.proposed_tier, made.tier)
    says = f"{found.name} is classified: {made.tier.value}."
    if stays and not may_set_lower(actor(), found.id or 0):
        says += f" The answers come to {made.proposed_tier.value}; the reviewers are asked to decide on the lower tier."
    if made.proposed_tier is Tier.PROHIBITED:
        return f"{says} Nobody may build or use it as it is meant. The reviewers are told.", "bad"
    return says, "info" if stays else "good"


def _completed(form: CompleteForm, found: System, draft: ClassificationDraft) -> ClassificationRun:
    # What an edition before this one asked may be in the draft still; this one asks for it no more.
    answers = score(in_force(session(), clock.today()), draft.answers).answers
    return actions.complete(session(), actor(), found, answers, form.verdict(), draft=draft)


def _made_since(found: System, draft: ClassificationDraft) -> ClassificationRun | None:
    """The run that stands, where it was made after these answers were last saved: by a program, beside them."""
    last = newest_run(session(), found.id or 0)
    return last if last is not None and last.made_at > draft.saved_at else None


def _finishing(
    found: System, draft: ClassificationDraft, form: CompleteForm, *, is_stale: bool
) -> ResponseReturnValue:
    questionnaire = in_force(session(), clock.today())
    result = score(questionnaire, draft.answers)
    lacking = [questionnaire.question(name) for name in result.unanswered]
    if is_stale:
        form.version.data, form.version.raw_data = draft.version, None
    page = shown(
        "classification/finish.html",
        form,
        **frame(session(), actor(), found),
        questionnaire=questionnaire,
        places=_places(questionnaire, known_from(questionnaire, draft.answers)),
        lacking=[(each, first_choice(each.id)) for each in lacking if each is not None],
        result=result,
        what=stated(result),
        is_stale=is_stale,
        made_since=_made_since(found, draft),
        stays=found.tier if result.tier and found.tier and is_lower(result.tier, found.tier) else None,
        may_lower=may_set_lower(actor(), found.id or 0),
    )
    return make_response(page, 409) if is_stale else page
