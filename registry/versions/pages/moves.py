"""Approving a version, putting it live alone or beside another, withdrawing it."""

from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.versions import actions, queries
from registry.versions.forms import ApproveForm, LiveForm, WithdrawForm
from registry.versions.models import ModelVersion
from registry.versions.pages.system import BOTH, back, framed, pages, sent, version_to_change
from registry.versions.rules.standing import WHOLE, State
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.post("/systems/<key>/versions/<int:number>/approve")
@needs(Permission.VERSION_EDIT)
def approve(key: str, number: int) -> ResponseReturnValue:
    found, model = version_to_change(key, number)
    form = ApproveForm()
    if not form.validate():
        raise RuleBroken(
            [Problem("", "This page does not say which revision you read. Open the version again.")]
        )
    actions.approve(session(), actor(), model, version=form.revision)
    return back(found, model, f"{model.label} is approved. What it states stays as it is now.")


@pages.route("/systems/<key>/versions/<int:number>/live", methods=BOTH)
@needs(Permission.VERSION_EDIT)
def live(key: str, number: int) -> ResponseReturnValue:
    found, model = version_to_change(key, number)
    form = LiveForm(data=None if sent() else {"share": WHOLE})
    able = queries.labels_of(session(), found.id or 0, states=(State.APPROVED, State.LIVE))
    form.beside.offer({each: label for each, label in able.items() if each != number})
    done = form.carried_out(lambda: actions.put_live(session(), actor(), found.id or 0, _shares(model, form)))
    if done is None:
        now = queries.live_now(session(), found.id or 0)
        return shown("versions/live.html", form, **framed(found, model), now=now)
    return back(found, model, f"{model.label} is live from now on.")


def _shares(model: ModelVersion, form: LiveForm) -> list[tuple[ModelVersion, int]]:
    share = form.share.data
    if share is None:
        raise RuleBroken([Problem("share", "Give the share of use it gets, 100 for all of it.")])
    if form.beside.data is None:
        return [(model, share)]
    other = queries.by_number(session(), model.system_id, form.beside.data)
    if share >= WHOLE:
        says = f"All of it leaves {other.label} nothing. Give a smaller share, or choose nobody below."
        raise RuleBroken([Problem("share", says)])
    return [(model, share), (other, WHOLE - share)]


@pages.route("/systems/<key>/versions/<int:number>/withdraw", methods=BOTH)
@needs(Permission.VERSION_EDIT)
def withdraw(key: str, number: int) -> ResponseReturnValue:
    found, model = version_to_change(key, number)
    form = WithdrawForm()
    gone = form.carried_out(lambda: actions.withdraw(session(), actor(), model, form.because.data or ""))
    if gone is None:
        return shown(
            "versions/withdraw.html",
            form,
            **framed(found, model),
            others=[
                other for other, _ in queries.live_now(session(), model.system_id) if other.id != model.id
            ],
        )
    return back(found, model, f"{model.label} is withdrawn. It stays readable, with its reason.")
