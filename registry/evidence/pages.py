"""The evidence of a system; one piece with its files and what it supports; adding, editing and withdrawing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.evidence import actions, queries
from registry.evidence.actions import ROOM, Arrived, Holds
from registry.evidence.forms import (
    AddForm,
    EvidenceForm,
    ReviseForm,
    WithdrawForm,
    evidence_opened,
    evidence_shown,
)
from registry.evidence.models import Evidence, EvidenceRevision
from registry.evidence.rules.files import WELCOME, said
from registry.evidence.rules.record import subject_said, validity
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.people import queries as people
from registry.store.files import Files, FileTooLarge
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.conflicts import merge
from registry.web.doors import needs, takes_files
from registry.web.downloads import handed_out
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame

pages = Blueprint("evidence", __name__)

_BOTH = ("GET", "POST")
_PAGE = 50


@pages.get("/systems/<key>/evidence")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    number, reads = found.id or 0, may(actor(), Permission.EVIDENCE_READ, found.id)
    before = parts_of(request.args.get("before"), (int,))
    page = (
        queries.evidence_page(session(), number, before=before[0] if before else None, limit=_PAGE)
        if reads
        else None
    )
    following = cursor_of(*page.next_after) if page and page.next_after else None
    today = clock.today()
    return render_template(
        "evidence/system.html",
        **frame(session(), actor(), found),
        rows=[(one, validity(one.evidence.valid_until, today)) for one in page.items] if page else [],
        reads=reads,
        count=queries.count(session(), number),
        may_add=may(actor(), Permission.EVIDENCE_ADD, number),
        said=said,
        next_url=url_for(".system", key=key, before=following) if following else None,
        first_url=url_for(".system", key=key) if before else None,
    )


@pages.route("/systems/<key>/evidence/new", methods=_BOTH)
@needs(Permission.EVIDENCE_ADD)
@takes_files
def new(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=_sent())
    require(actor(), Permission.EVIDENCE_ADD, found.id)
    form = AddForm()
    evidence = form.carried_out(lambda: _added(found, form))
    if evidence is None:
        return shown("evidence/new.html", form, **frame(session(), actor(), found), takes=_takes())
    if same := queries.same_file(session(), evidence):
        flash(f"The same file, byte for byte, is kept as {same.key} {same.title} already.", "warn")
    stands = validity(evidence.valid_until, clock.today())
    if stands.has_expired:
        flash(f"It {stands.says}. Look at the day: what has expired proves nothing of today.", "warn")
    return _back(evidence, f"{evidence.key} is kept.")


@pages.get("/evidence/<int:number>")
@needs(Permission.EVIDENCE_READ)
def show(number: int) -> ResponseReturnValue:
    evidence, found = _read(number)
    revisions = queries.revisions_of(session(), number)
    uses = queries.uses_of(session(), number)
    named = {each for each in (evidence.added_by_id, evidence.withdrawn_by_id) if each}
    stands = evidence.withdrawn_at is None
    return render_template(
        "evidence/show.html",
        **frame(session(), actor(), found),
        evidence=evidence,
        stands=validity(evidence.valid_until, clock.today()),
        revisions=revisions,
        uses=[(use, revision, subject_said(use.subject_kind, use.subject_id)) for use, revision in uses],
        people=people.people_by_id(session(), named),
        said=said,
        may_add=stands and may(actor(), Permission.EVIDENCE_ADD, evidence.system_id),
        may_withdraw=stands and not uses and may(actor(), Permission.EVIDENCE_WITHDRAW, evidence.system_id),
    )


@pages.route("/evidence/<int:number>/edit", methods=_BOTH)
@needs(Permission.EVIDENCE_ADD)
def edit(number: int) -> ResponseReturnValue:
    evidence, found = _held(number, Permission.EVIDENCE_ADD)
    form = EvidenceForm(data=None if _sent() else evidence_shown(evidence))
    try:
        saved = form.carried_out(
            lambda: actions.edit_evidence(session(), actor(), evidence, form.facts(), version=form.revision)
        )
    except Conflict:
        opened = audit.state_of(session(), "evidence", number, form.revision)
        rows = merge(form, evidence_shown(evidence), evidence_opened(opened))
        return make_response(_edit_page(evidence, found, form, rows), 409)
    return _edit_page(evidence, found, form) if saved is None else _back(evidence, "Saved.")


def _edit_page(evidence: Evidence, found: System, form: EvidenceForm, conflict: Any = ()) -> Response:
    framed = frame(session(), actor(), found)
    return shown("evidence/edit.html", form, **framed, evidence=evidence, conflict=conflict)


@pages.route("/evidence/<int:number>/revise", methods=_BOTH)
@needs(Permission.EVIDENCE_ADD)
@takes_files
def revise(number: int) -> ResponseReturnValue:
    evidence, found = _held(number, Permission.EVIDENCE_ADD)
    form = ReviseForm(data=None if _sent() else {"valid_until": evidence.valid_until})
    revision = form.carried_out(lambda: _revised(evidence, form))
    if revision is None:
        framed = frame(session(), actor(), found)
        return shown("evidence/revise.html", form, **framed, evidence=evidence, takes=_takes())
    return _back(evidence, f"Revision {revision.ordinal} is kept; those before it stay.")


@pages.route("/evidence/<int:number>/withdraw", methods=_BOTH)
@needs(Permission.EVIDENCE_WITHDRAW)
def withdraw(number: int) -> ResponseReturnValue:
    evidence, found = _held(number, Permission.EVIDENCE_WITHDRAW)
    form = WithdrawForm(data=None if _sent() else {"version": evidence.version})
    gone = form.carried_out(
        lambda: actions.withdraw(session(), actor(), evidence, form.because.data or "", version=form.revision)
    )
    if gone is None:
        return shown("evidence/withdraw.html", form, **frame(session(), actor(), found), evidence=evidence)
    return _back(
        evidence, f"{evidence.key} no longer counts as evidence. It stays to be seen, with the reason."
    )


@pages.get("/evidence/files/<int:number>")
@needs(Permission.EVIDENCE_READ)
def download(number: int) -> ResponseReturnValue:
    revision, evidence, _ = queries.revision_by_number(session(), actor(), number)
    require(actor(), Permission.EVIDENCE_READ, evidence.system_id)
    return handed_out(Files(current_app.config["REGISTRY_DATA_DIR"], ROOM), revision)


def _added(found: System, form: AddForm) -> Evidence:
    with _arrived() as arrived:
        return actions.add_evidence(session(), actor(), found.id or 0, form.facts(), arrived)


def _revised(evidence: Evidence, form: ReviseForm) -> EvidenceRevision:
    with _arrived() as arrived:
        return actions.add_revision(
            session(), actor(), evidence, arrived, form.note.data or "", holds=Holds(form.valid_until.data)
        )


@contextmanager
def _arrived() -> Iterator[Arrived]:
    """The file that was sent; gone afterwards unless it was kept. Raises RuleBroken without one, or with too large a one."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise RuleBroken([Problem("file", "Choose a file.")])
    config = current_app.config
    files = Files(config["REGISTRY_DATA_DIR"], ROOM)
    try:
        with files.drafted(sent.stream, limit=config["REGISTRY_MAX_EVIDENCE"]) as draft:
            yield Arrived(sent.filename, draft, files, config["REGISTRY_EVIDENCE_QUOTA"])
    except FileTooLarge as refused:
        raise RuleBroken([Problem("file", refused.says)]) from refused


def _takes() -> str:
    most = current_app.config["REGISTRY_MAX_EVIDENCE"]
    return f"{WELCOME} At most {most / 1e6:,.0f} MB. It is kept for good, under its SHA-256."


def _read(number: int) -> tuple[Evidence, System]:
    evidence, found = queries.by_number(session(), actor(), number)
    require(actor(), Permission.EVIDENCE_READ, evidence.system_id)
    return evidence, found


def _held(number: int, permission: Permission) -> tuple[Evidence, System]:
    """The evidence with its system, for those who may; both locked while something is written."""
    evidence, found = queries.by_number(session(), actor(), number)
    require(actor(), permission, evidence.system_id)
    if _sent():
        systems.by_key(session(), actor(), found.key, lock=True)
        evidence, found = queries.by_number(session(), actor(), number, lock=True)
    return evidence, found


def _sent() -> bool:
    return request.method == "POST"


def _back(evidence: Evidence, words: str) -> ResponseReturnValue:
    flash(words, "good")
    return redirect(url_for("evidence.show", number=evidence.id), 303)
