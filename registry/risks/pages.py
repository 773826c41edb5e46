"""The risks of a system with their matrix; one risk; adding, editing, accepting and closing one."""

from typing import Any, TypeVar

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict
from registry.packs.rules import PATTERNS
from registry.people import queries as people
from registry.risks import actions, queries
from registry.risks.forms import AcceptForm, CloseForm, RiskForm, risk_opened, risk_shown
from registry.risks.models import Risk, RiskAcceptance
from registry.risks.rules import IMPACTS, LIKELIHOODS, Status, level, needs_another
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.confirming import bound
from registry.web.conflicts import merge
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame
from registry.web.viewkit import day

pages = Blueprint("risks", __name__)

_BOTH = ("GET", "POST")
Done = TypeVar("Done", Risk, RiskAcceptance)


@pages.get("/systems/<key>/risks")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    lines = queries.lines_of(session(), found.id or 0, clock.today())
    return render_template(
        "risks/system.html",
        **frame(session(), actor(), found),
        lines=lines,
        total=queries.count(session(), found.id or 0),
        matrix=queries.matrix(session(), found.id or 0),
        level=level,
        likelihoods=LIKELIHOODS,
        impacts=IMPACTS,
        patterns=PATTERNS,
        may_edit=may(actor(), Permission.RISK_EDIT, found.id),
    )


@pages.route("/systems/<key>/risks/new", methods=_BOTH)
@needs(Permission.RISK_EDIT)
def new(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.RISK_EDIT, found.id)
    form = _offered(RiskForm())
    risk = form.carried_out(lambda: actions.add_risk(session(), actor(), found.id or 0, form.facts()))
    return _edit_page(None, found, form) if risk is None else _back(risk, f"{risk.key} is on the register.")


@pages.get("/risks/<int:number>")
@needs(Permission.SYSTEM_READ)
def show(number: int) -> ResponseReturnValue:
    risk, found = queries.by_number(session(), actor(), number)
    line = queries.line_of(session(), risk, clock.today())
    return render_template(
        "risks/show.html",
        **frame(session(), actor(), found),
        line=line,
        risk=risk,
        before=level(risk.likelihood, risk.impact),
        likelihoods=LIKELIHOODS,
        impacts=IMPACTS,
        patterns=PATTERNS,
        acceptances=queries.acceptances_of(session(), number),
        may_edit=may(actor(), Permission.RISK_EDIT, risk.system_id),
        may_accept=may(actor(), Permission.RISK_ACCEPT, risk.system_id),
    )


@pages.route("/risks/<int:number>/edit", methods=_BOTH)
@needs(Permission.RISK_EDIT)
def edit(number: int) -> ResponseReturnValue:
    risk, found = _held(number, Permission.RISK_EDIT)
    form = _offered(RiskForm(data=None if _sent() else risk_shown(risk)), risk)
    try:
        saved = form.carried_out(
            lambda: actions.edit_risk(session(), actor(), risk, form.facts(), version=form.revision)
        )
    except Conflict:
        opened = audit.state_of(session(), "risk", number, form.revision)
        rows = merge(form, risk_shown(risk), risk_opened(opened))
        return make_response(_edit_page(risk, found, form, rows), 409)
    return _edit_page(risk, found, form) if saved is None else _saved(saved)


def _saved(risk: Risk) -> ResponseReturnValue:
    """Back to the risk; an edit that ends an acceptance says so."""
    standing = queries.line_of(session(), risk, clock.today()).standing
    if risk.status is Status.ACCEPTED and standing.status is Status.OPEN:
        says = f"Saved. The risk is {standing.says}: it counts as open until somebody accepts it again."
        flash(says, "warn")
        return redirect(url_for("risks.show", number=risk.id), 303)
    return _back(risk, "Saved.")


@pages.route("/risks/<int:number>/accept", methods=_BOTH)
@needs(Permission.RISK_ACCEPT)
@keeps_refusals
def accept(number: int) -> ResponseReturnValue:
    risk, found = _held(number, Permission.RISK_ACCEPT)
    form = AcceptForm(data=None if _sent() else {"version": risk.version})
    done = bound(
        form,
        lambda at: actions.accept_risk(
            session(), actor(), risk, form.facts(), version=form.revision, confirmed_at=at
        ),
    )
    if done is None:
        framed, line = frame(session(), actor(), found), queries.line_of(session(), risk, clock.today())
        return shown(
            "risks/accept.html",
            form,
            **framed,
            line=line,
            needs_another=needs_another(queries.facts_of(risk)),
        )
    return _back(risk, f"What is left of {risk.key} is accepted up to and with {day(done.until)}.")


@pages.route("/risks/<int:number>/close", methods=_BOTH)
@needs(Permission.RISK_ACCEPT)
@keeps_refusals
def close(number: int) -> ResponseReturnValue:
    risk, found = _held(number, Permission.RISK_ACCEPT)
    form = CloseForm(data=None if _sent() else {"version": risk.version})
    because = form.because.data or ""
    done = bound(
        form,
        lambda at: actions.close_risk(
            session(), actor(), risk, because, version=form.revision, confirmed_at=at
        ),
    )
    if done is None:
        framed, line = frame(session(), actor(), found), queries.line_of(session(), risk, clock.today())
        large = needs_another(queries.facts_of(risk))
        return shown("risks/close.html", form, **framed, line=line, needs_another=large)
    return _back(risk, f"{risk.key} is closed.")


def _edit_page(risk: Risk | None, found: System, form: RiskForm, conflict: Any = ()) -> Response:
    framed = frame(session(), actor(), found)
    return shown("risks/edit.html", form, **framed, risk=risk, parts=RiskForm.PARTS, conflict=conflict)


def _offered(form: RiskForm, risk: Risk | None = None) -> RiskForm:
    """The form with everybody who is here to choose from, and whoever is named already."""
    kept = (risk.owner_id,) if risk else ()
    form.owner_id.offer(people.people_to_choose(session(), clock.today(), kept=kept))
    return form


def _held(number: int, permission: Permission) -> tuple[Risk, System]:
    """The risk with its system, for those who may; locked while something is written."""
    risk, found = queries.by_number(session(), actor(), number, lock=_sent())
    require(actor(), permission, risk.system_id)
    return risk, found


def _sent() -> bool:
    return request.method == "POST"


def _back(risk: Risk, words: str) -> ResponseReturnValue:
    flash(words, "good")
    return redirect(url_for("risks.show", number=risk.id), 303)
