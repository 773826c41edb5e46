"""GET and POST /systems/<key>/evidence; one piece with its files; a newer file; the file itself; withdrawing a piece."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from flask import Blueprint, Response, current_app, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from registry.evidence import actions, queries
from registry.evidence.actions import ROOM, Arrived
from registry.evidence.models import Evidence
from registry.evidence.rules.record import EvidenceFacts
from registry.evidence.schemas import (
    EvidenceChange,
    EvidenceIn,
    EvidenceOut,
    EvidenceWhole,
    FileOut,
    RevisionIn,
    file_told,
    told,
    uses_told,
)
from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.people import queries as people
from registry.store.files import Files, FileTooLarge
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.changing import Because, applied
from registry.web.describing import FORM, PAGED, Page, described
from registry.web.doors import needs, takes_batches
from registry.web.downloads import handed_out
from registry.web.flask_app import actor, read, session
from registry.web.sorting import order_asked, sorted_as

api = Blueprint("evidence_api", __name__)


def _fields(shape: Callable[..., Any]) -> Any:
    """The texts of the multipart body in that shape. Raises RuleBroken naming every field that does not fit."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    # A field left empty is one left out, as forms send it.
    sent = {name: text for name, text in request.form.items() if text}
    try:
        return shape(**sent)
    except ValidationError as error:
        problems = [
            Problem(".".join(str(part) for part in each["loc"]), each["msg"])
            for each in error.errors(include_url=False)
        ]
        raise RuleBroken(problems) from error


def _evidence_sent(key: str) -> EvidenceIn:
    require(actor(), Permission.EVIDENCE_ADD, systems.number_by_key(session(), actor(), key))
    return cast("EvidenceIn", _fields(EvidenceIn))


def _revision_sent(number: int) -> RevisionIn:
    found, _ = queries.by_number(session(), actor(), number)
    require(actor(), Permission.EVIDENCE_ADD, found.system_id)
    return cast("RevisionIn", _fields(RevisionIn))


@api.get("/systems/<key>/evidence")
@needs(Permission.EVIDENCE_READ)
@described(Page[EvidenceOut], *PAGED, sorted_as(queries.SORTS, "newest first"))
def evidence(key: str) -> Response:
    """A page of a system's evidence, newest first or as `sort` says, also what was withdrawn."""
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.EVIDENCE_READ, system.id)
    limit, order = jsonkit.page_limit(), order_asked(queries.SORTS)
    before = None if order else parts_of(request.args.get("cursor"), (int,))
    page = queries.evidence_page(
        session(), system.id or 0, before=before[0] if before else None, order=order, limit=limit
    )
    today = clock.today()
    items = [told(one.evidence, system, one.revision, one.added_by, today) for one in page.items]
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": items, "next": following})


@api.post("/systems/<key>/evidence")
@takes_batches(_evidence_sent)
@needs(Permission.EVIDENCE_ADD)
@described(EvidenceWhole, status=201, bodies={FORM: EvidenceIn})
def add(key: str) -> Response:
    """Add a piece of evidence: a multipart body with `title`, `kind`, `valid_until`, `note` and the `file`."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.EVIDENCE_ADD, system.id)
    with _arrived() as arrived:
        found = actions.add_evidence(session(), actor(), system.id or 0, read().facts(), arrived)
    # Whoever sends it may not be allowed to read: they are told of what they sent.
    reply = _told(_whole(found, system), 201)
    reply.headers["Location"] = url_for("evidence_api.one", number=found.id)
    return reply


@api.get("/evidence/<int:number>")
@needs(Permission.EVIDENCE_READ)
@described(EvidenceWhole)
def one(number: int) -> Response:
    """One piece of evidence with every file and what it supports."""
    found, system = queries.by_number(session(), actor(), number)
    require(actor(), Permission.EVIDENCE_READ, found.system_id)
    return _told(_whole(found, system))


@api.patch("/evidence/<int:number>")
@needs(Permission.EVIDENCE_ADD)
@described(EvidenceWhole, body=EvidenceChange, if_match=True, example={"valid_until": "2027-12-31"})
def change(number: int) -> Response:
    """Change what is stated of a piece, if it still stands as If-Match says it was read; its files stay as they are."""
    found, system = queries.by_number(session(), actor(), number, lock=True)
    require(actor(), Permission.EVIDENCE_ADD, found.system_id)
    wanted = jsonkit.parsed(EvidenceChange)
    jsonkit.expected(jsonkit.etag_of(_whole(found, system)), found.version)
    stated = EvidenceFacts(found.title, found.kind, found.valid_until, found.note)
    actions.edit_evidence(session(), actor(), found, applied(wanted, stated), version=found.version)
    session().flush()
    return _told(_whole(found, system))


@api.post("/evidence/<int:number>/revisions")
@takes_batches(_revision_sent)
@needs(Permission.EVIDENCE_ADD)
@described(FileOut, status=201, bodies={FORM: RevisionIn})
def revise(number: int) -> Response:
    """Add a newer file: a multipart body with `note` and the `file`."""
    found, _ = _held(number, Permission.EVIDENCE_ADD)
    with _arrived() as arrived:
        revision = actions.add_revision(session(), actor(), found, arrived, read().note)
    return jsonkit.reply(file_told(revision), 201)


@api.post("/evidence/<int:number>/withdraw")
@needs(Permission.EVIDENCE_WITHDRAW)
@described(
    EvidenceWhole,
    body=Because,
    if_match=True,
    example={"because": "The test ran on data the system had learned from."},
)
def withdraw(number: int) -> Response:
    """Say that a piece no longer counts as evidence, if it still stands as If-Match says it was read; it stays to be seen."""
    found, system = _held(number, Permission.EVIDENCE_WITHDRAW)
    because = jsonkit.parsed(Because).because
    jsonkit.expected(jsonkit.etag_of(_whole(found, system)), found.version)
    actions.withdraw(session(), actor(), found, because, version=found.version)
    session().flush()
    return _told(_whole(found, system))


@api.get("/evidence/files/<int:number>")
@needs(Permission.EVIDENCE_READ)
@described(None, media=("application/octet-stream",), refuses=(422,))
def download(number: int) -> Response:
    """The bytes of one file, as an attachment."""
    revision, found, _ = queries.revision_by_number(session(), actor(), number)
    require(actor(), Permission.EVIDENCE_READ, found.system_id)
    return handed_out(Files(current_app.config["REGISTRY_DATA_DIR"], ROOM), revision)


def _held(number: int, permission: Permission) -> tuple[Evidence, System]:
    """The piece with its system, for those who hold the permission there; both locked, the system first."""
    found, system = queries.by_number(session(), actor(), number)
    require(actor(), permission, found.system_id)
    systems.by_key(session(), actor(), system.key, lock=True)
    return queries.by_number(session(), actor(), number, lock=True)


def _told(body: dict[str, Any], status: int = 200) -> Response:
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))


def _whole(found: Evidence, system: System) -> dict[str, Any]:
    number = found.id or 0
    revisions = queries.revisions_of(session(), number)
    by = people.people_by_id(session(), {found.added_by_id} if found.added_by_id else set())
    stated = told(found, system, revisions[0][0], by.get(found.added_by_id or 0), clock.today())
    return stated | {
        "files": [file_told(revision) for revision, _ in revisions],
        "supports": uses_told(queries.uses_of(session(), number)),
    }


@contextmanager
def _arrived() -> Iterator[Arrived]:
    """The file that came with this request; gone afterwards unless it was kept. Raises RuleBroken without one."""
    sent = request.files.get("file")
    if sent is None:
        raise RuleBroken([Problem("file", "Send the file as a part named “file” that has a file name.")])
    config = current_app.config
    files = Files(config["REGISTRY_DATA_DIR"], ROOM)
    try:
        with files.drafted(sent.stream, limit=config["REGISTRY_MAX_EVIDENCE"]) as draft:
            yield Arrived(sent.filename or "", draft, files, config["REGISTRY_EVIDENCE_QUOTA"])
    except FileTooLarge as refused:
        raise RuleBroken([Problem("file", refused.says)]) from refused
