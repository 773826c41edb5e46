"""The tests of a system before use: its dossiers; one with its cases; one case with its runs; files of results, signatures."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.dossiers import actions, queries
from registry.dossiers.actions import Delivery, Receipt
from registry.dossiers.forms import BeginForm, CaseForm, ResultsForm, RunForm, SignForm, answered
from registry.dossiers.models import Dossier, DossierRun, DossierSignature
from registry.dossiers.rules import results
from registry.dossiers.rules.cases import CaseType
from registry.evidence import queries as evidence
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Forbidden, Problem, RuleBroken
from registry.kernel.text import counted
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.versions import queries as versions
from registry.versions.models import ModelVersion
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs, takes_files
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number, shown
from registry.web.systemkit import frame

pages = Blueprint("dossiers", __name__)

_BOTH = ("GET", "POST")
_PAGE = 50

Found = tuple[Dossier, ModelVersion, System]


@pages.get("/systems/<key>/dossier")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    return _system_page(systems.by_key(session(), actor(), key), BeginForm(formdata=None))


@pages.post("/systems/<key>/dossier")
@needs(Permission.DOSSIER_EDIT)
def begin(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.DOSSIER_EDIT, found.id)
    form = BeginForm()
    form.version_id.offer(queries.versions_without(session(), found.id or 0))
    dossier = form.carried_out(lambda: _begun(found, form))
    if dossier is None:
        return _system_page(found, form)
    return _back(dossier, f"{dossier.key} is begun. Say what will be tried, and what should happen.")


def _begun(found: System, form: BeginForm) -> Dossier:
    if not form.version_id.data:
        raise RuleBroken([Problem("version_id", "Choose a version.")])
    model = versions.by_number(session(), found.id or 0, form.version_id.data)
    return actions.open_dossier(session(), actor(), model)


def _system_page(found: System, form: BeginForm) -> Response:
    number = found.id or 0
    before = parts_of(request.args.get("before"), (int,))
    page = queries.lines_page(session(), number, before=before[0] if before else None, limit=_PAGE)
    following = cursor_of(*page.next_after) if page.next_after else None
    offered = queries.versions_without(session(), number)
    form.version_id.offer(offered)
    return shown(
        "dossiers/system.html",
        form,
        **frame(session(), actor(), found),
        lines=page.items,
        types=list(CaseType),
        may_edit=may(actor(), Permission.DOSSIER_EDIT, number),
        offered=offered,
        next_url=url_for("dossiers.system", key=found.key, before=following) if following else None,
        first_url=url_for("dossiers.system", key=found.key) if before else None,
    )


@pages.get("/dossiers/<int:number>")
@needs(Permission.SYSTEM_READ)
def show(number: int) -> ResponseReturnValue:
    dossier, model, found = queries.by_number(session(), actor(), number)
    after = parts_of(request.args.get("after"), (int,))
    page = queries.tried_page(session(), number, after=after[0] if after else None, limit=_PAGE)
    following = cursor_of(*page.next_after) if page.next_after else None
    objection = queries.objection_to(session(), actor(), model)
    system_id = dossier.system_id
    return render_template(
        "dossiers/show.html",
        **frame(session(), actor(), found),
        line=queries.line_of(session(), dossier, model),
        tried=page.items,
        support=evidence.supporting(session(), "dossier", [number])[number],
        today=clock.today(),
        reads_evidence=may(actor(), Permission.EVIDENCE_READ, system_id),
        objection=objection,
        may_edit=may(actor(), Permission.DOSSIER_EDIT, system_id),
        may_test=objection is None and may(actor(), Permission.DOSSIER_TEST, system_id),
        may_sign=objection is None and may(actor(), Permission.DOSSIER_SIGN, system_id),
        next_url=url_for(".show", number=number, after=following) if following else None,
        first_url=url_for(".show", number=number) if after else None,
    )


@pages.get("/test-cases/<int:number>")
@needs(Permission.SYSTEM_READ)
def case(number: int) -> ResponseReturnValue:
    """One case with all its runs: what failed once stays to be read, whatever was tried since."""
    one, assumed, dossier, model, found = queries.case_by_number(session(), actor(), number)
    before = parts_of(request.args.get("before"), (int,))
    page = queries.runs_page(session(), number, before=before[0] if before else None, limit=_PAGE)
    following = cursor_of(*page.next_after) if page.next_after else None
    may_test = may(actor(), Permission.DOSSIER_TEST, dossier.system_id)
    return render_template(
        "dossiers/runs.html",
        **frame(session(), actor(), found),
        case=one,
        assumed=assumed,
        dossier=dossier,
        model=model,
        runs=page.items,
        reads_evidence=may(actor(), Permission.EVIDENCE_READ, dossier.system_id),
        may_test=may_test and queries.objection_to(session(), actor(), model) is None,
        next_url=url_for(".case", number=number, before=following) if following else None,
        first_url=url_for(".case", number=number) if before else None,
    )


@pages.route("/dossiers/<int:number>/cases/new", methods=_BOTH)
@needs(Permission.DOSSIER_EDIT)
def add_case(number: int) -> ResponseReturnValue:
    dossier, model, found = _held(number, Permission.DOSSIER_EDIT)
    form = CaseForm()
    case = form.carried_out(lambda: actions.add_case(session(), actor(), dossier, form.facts()))
    if case is None:
        return _step("dossiers/case.html", form, (dossier, model, found))
    return _back(dossier, f"“{case.name}” will be tried.")


@pages.route("/dossiers/<int:number>/run", methods=_BOTH)
@needs(Permission.DOSSIER_TEST)
def run(number: int) -> ResponseReturnValue:
    dossier, model, found = _held(number, Permission.DOSSIER_TEST)
    shows = {"ran_on": clock.today(), "case_id": query_number("case")}
    form = RunForm(data=None if _sent() else shows)
    cases = {case.id or 0: case for case in queries.cases_of(session(), number)}
    form.case_id.offer(
        {key: f"{case.name} ({case.type.value.replace('_', ' ')})" for key, case in cases.items()}
    )
    form.evidence_id.offer(evidence.names_offered(session(), dossier.system_id, clock.today()))
    recorded = form.carried_out(lambda: _ran((dossier, model, found), form, cases))
    if recorded is None:
        return _step("dossiers/run.html", form, (dossier, model, found))
    return _back(dossier, f"The run is recorded: {recorded.outcome.value}.")


def _ran(found: Found, form: RunForm, cases: dict[int, Any]) -> DossierRun:
    dossier, model, _ = found
    case = cases.get(form.case_id.data or 0)
    if case is None:
        raise RuleBroken([Problem("case_id", "Choose the case that was run.")])
    chosen = form.evidence_id.data
    named = evidence.by_numbers(session(), dossier.system_id, {chosen}) if chosen else {}
    return actions.record_run(session(), actor(), dossier, model, case, form.facts(), named.get(chosen or 0))


@pages.route("/dossiers/<int:number>/results", methods=_BOTH)
@needs(Permission.DOSSIER_TEST)
@takes_files
def take(number: int) -> ResponseReturnValue:
    dossier, model, found = _held(number, Permission.DOSSIER_TEST)
    form = ResultsForm()
    receipt = form.carried_out(lambda: _taken((dossier, model, found), form))
    if receipt is None:
        return _step("dossiers/results.html", form, (dossier, model, found))
    for words in results.told(receipt.unread):
        flash(words, "warn")
    return _back(dossier, _said(receipt))


def _taken(found: Found, form: ResultsForm) -> Receipt:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise RuleBroken([Problem("file", "Choose a file.")])
    content = sent.read(results.MOST_BYTES + 1)
    is_xml = content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    read = results.from_junit(content) if is_xml else results.from_csv(content)
    delivery = Delivery(
        read,
        results.digest_of(content),
        "junit" if is_xml else "csv",
        form.type.data,
        answered(form.is_similar.data),
        form.similar_because.data or "",
    )
    return actions.take_results(session(), actor(), found[0], found[1], delivery)


def _said(receipt: Receipt) -> str:
    if receipt.is_known:
        return "This file was taken in just before, so nothing was added."
    left = f"; {counted(len(receipt.unread), 'row')} could not be read" if receipt.unread else ""
    return (
        f"Of {counted(receipt.rows, 'row')} {receipt.passed} passed, {receipt.failed} failed and {receipt.skipped} were "
        f"skipped{left}. {counted(receipt.added, 'case')} added."
    )


@pages.route("/dossiers/<int:number>/sign", methods=_BOTH)
@needs(Permission.DOSSIER_SIGN)
@keeps_refusals
def sign(number: int) -> ResponseReturnValue:
    dossier, model, found = _held(number, Permission.DOSSIER_SIGN)
    content = queries.content_of(session(), number)
    form = SignForm(data=None if _sent() else {"content": content.sha256})
    signed = bound(form, lambda at: _signed((dossier, model, found), form, at))
    if signed is None:
        line = queries.line_of(session(), dossier, model)
        return _step("dossiers/sign.html", form, (dossier, model, found), line=line, content=content)
    made = f"{counted(signed.cases, 'case')} and {counted(signed.runs, 'run')}"
    return _back(dossier, f"You have signed for {made}.")


def _signed(found: Found, form: SignForm, at: datetime) -> DossierSignature:
    words, sha256 = form.words.data or "", form.content.data or ""
    return actions.sign(session(), actor(), found[0], found[1], words, sha256=sha256, confirmed_at=at)


def _held(number: int, permission: Permission) -> Found:
    """The dossier with its version and system, for those who may; the system locked while something is written.

    Whoever built the version is told at once that somebody else tests and signs it.
    """
    dossier, model, found = queries.by_number(session(), actor(), number)
    require(actor(), permission, dossier.system_id)
    objection = queries.objection_to(session(), actor(), model)
    if objection and permission is not Permission.DOSSIER_EDIT:
        raise Forbidden(objection)
    if _sent():
        systems.by_key(session(), actor(), found.key, lock=True)
    return dossier, model, found


def _step(template: str, form: Any, found: Found, **more: Any) -> ResponseReturnValue:
    dossier, model, of = found
    return shown(template, form, **frame(session(), actor(), of), dossier=dossier, model=model, **more)


def _sent() -> bool:
    return request.method == "POST"


def _back(dossier: Dossier, words: str) -> ResponseReturnValue:
    flash(words, "good")
    return redirect(url_for("dossiers.show", number=dossier.id), 303)
