"""One piece of feedback: what was said, what became of it, and every step that sorts or answers it."""

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from registry.feedback import actions, queries
from registry.feedback.forms import AnswerForm, DismissForm, EscalateForm, LinkForm, SpamForm, ThemeForm
from registry.feedback.models import Feedback, KnownLimitation
from registry.feedback.pages.public import pages
from registry.feedback.pages.shared import answerable, back_to, seen
from registry.incidents.queries.timeline import incidents_of
from registry.incidents.rules.kinds import Linked
from registry.kernel.actor import Permission, may
from registry.kernel.text import shortened
from registry.people import queries as people
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

# Each step has its own form on the page; the one that was sent keeps what was typed.
_FORMS: dict[str, type[Form]] = {
    "answer": AnswerForm,
    "theme": ThemeForm,
    "link": LinkForm,
    "escalate": EscalateForm,
    "dismiss": DismissForm,
}


@pages.get("/systems/<key>/feedback/<int:number>")
@needs(Permission.SYSTEM_READ)
def show(key: str, number: int) -> ResponseReturnValue:
    system = seen(key)
    return _page(system, queries.feedback_by_id(session(), system.id or 0, number))


def _page(system: System, found: Feedback, sent: Form | None = None) -> Response:
    number, theme = system.id or 0, queries.theme_of(session(), found)
    limitations = queries.limitations_of(session(), number)
    forms: dict[str, Any] = {name: kind(formdata=None) for name, kind in _FORMS.items()}
    forms["theme"].theme.data = theme.name if theme else ""
    forms |= {name: sent for name, kind in _FORMS.items() if sent is not None and type(sent) is kind}
    _offer(forms["link"], limitations)
    return shown(
        "feedback/show.html",
        sent or SpamForm(formdata=None),
        **frame(session(), actor(), system),
        said=found,
        forms=forms,
        theme=theme,
        themes=queries.themes_of(session(), number),
        limitation=next((each for each in limitations if each.id == found.limitation_id), None),
        replies=queries.replies_to(session(), found.id or 0),
        people=people.people_by_id(
            session(), {one for one in (found.passed_on_by_id, found.escalated_to_id) if one}
        ),
        incidents=incidents_of(session(), actor(), Linked.FEEDBACK, found.id or 0),
        may_answer=may(actor(), Permission.FEEDBACK_ANSWER, number),
    )


def _offer(form: LinkForm, limitations: Any) -> LinkForm:
    in_force = [each for each in limitations if each.ended is None]
    form.limitation_id.offer({each.id or 0: shortened(each.text, 80) for each in in_force})
    return form


@pages.post("/systems/<key>/feedback/<int:number>/answer")
@needs(Permission.FEEDBACK_ANSWER)
def reply(key: str, number: int) -> ResponseReturnValue:
    system, found = answerable(key, number)
    form = AnswerForm()
    done = form.carried_out(lambda: actions.answer(session(), actor(), found, form.text.data or ""))
    return _page(system, found, form) if done is None else back_to(system, number, "Answered.")


@pages.post("/systems/<key>/feedback/<int:number>/theme")
@needs(Permission.FEEDBACK_ANSWER)
def put_under(key: str, number: int) -> ResponseReturnValue:
    system, found = answerable(key, number)
    form = ThemeForm()
    done = form.carried_out(lambda: actions.put_under(session(), actor(), found, form.theme.data or ""))
    return _page(system, found, form) if done is None else back_to(system, number, "Saved.")


@pages.post("/systems/<key>/feedback/<int:number>/limitation")
@needs(Permission.FEEDBACK_ANSWER)
def link(key: str, number: int) -> ResponseReturnValue:
    system, found = answerable(key, number)
    form = _offer(LinkForm(), queries.limitations_of(session(), system.id or 0))
    done = form.carried_out(
        lambda: actions.link_limitation(session(), actor(), found, _limitation(system, form))
    )
    if done is None:
        return _page(system, found, form)
    return back_to(system, number, "It stands under a known limitation.")


def _limitation(system: System, form: LinkForm) -> KnownLimitation:
    if form.limitation_id.data is None:
        return actions.add_limitation(session(), actor(), system.id or 0, form.limitation.data or "")
    return queries.limitation_by_id(session(), system.id or 0, form.limitation_id.data, lock=True)


@pages.post("/systems/<key>/feedback/<int:number>/escalate")
@needs(Permission.FEEDBACK_ANSWER)
def escalate(key: str, number: int) -> ResponseReturnValue:
    system, found = answerable(key, number)
    form = EscalateForm()
    done = form.carried_out(lambda: actions.escalate(session(), actor(), found, form.needed.data or ""))
    return _page(system, found, form) if done is None else back_to(system, number, "The owner has it now.")


@pages.post("/systems/<key>/feedback/<int:number>/dismiss")
@needs(Permission.FEEDBACK_ANSWER)
def dismiss(key: str, number: int) -> ResponseReturnValue:
    system, found = answerable(key, number)
    form = DismissForm()
    done = form.carried_out(lambda: actions.dismiss(session(), actor(), found, form.because.data or ""))
    return _page(system, found, form) if done is None else back_to(system, number, "Closed.")


@pages.post("/systems/<key>/feedback/<int:number>/spam")
@needs(Permission.FEEDBACK_ANSWER)
def judge_spam(key: str, number: int) -> ResponseReturnValue:
    system, found = answerable(key, number)
    form = SpamForm()
    is_spam = form.is_spam.data == "1"
    done = form.carried_out(lambda: actions.judge_spam(session(), actor(), found, is_spam=is_spam))
    if done is None:
        return _page(system, found, form)
    return back_to(system, number, "It is set aside as spam." if is_spam else "It is read like the rest.")
