"""GET /audit: the log for programs that watch it; GET /audit/checkpoint: its newest signed size and root."""

from flask import Blueprint, Response, request

from registry.audit import queries
from registry.audit.forms import narrowed
from registry.audit.queries.checkpoints import newest_checkpoint
from registry.audit.queries.proofs import consistency_proof
from registry.audit.schemas import NARROWING, CheckpointOut, EntryOut, checkpoint_told, entry_told
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken, refuse_if
from registry.store.paging import cursor_of, cut, parts_of
from registry.web import jsonkit
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number

api = Blueprint("audit_api", __name__)


@api.get("/audit")
@needs(Permission.AUDIT_READ)
@described(Page[EntryOut], *PAGED, *NARROWING)
def entries() -> Response:
    """The entries, newest first."""
    require(actor(), Permission.AUDIT_READ)
    problems: list[Problem] = []
    asked = narrowed(session(), request.args, problems)
    refuse_if(problems)
    limit, after = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    ends = [each for each in (after[0] if after else None, asked.pop("until_seq")) if each is not None]
    found = queries.entries(session(), **asked, before_seq=min(ends, default=None), limit=limit + 1)
    page = cut(found, limit, lambda entry: (entry.seq,))
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [entry_told(each) for each in page.items], "next": following})


@api.get("/audit/checkpoint")
@needs(Permission.AUDIT_READ)
@described(
    CheckpointOut,
    Asked(
        "from",
        "The size of a checkpoint you hold: adds the proof that the newest goes on from it.",
        kind="integer",
    ),
    refuses=(404,),
)
def checkpoint() -> Response:
    """The newest checkpoint; with `from`, the size of one held, the proof that it goes on from that."""
    require(actor(), Permission.AUDIT_READ)
    newest = newest_checkpoint(session())
    if newest is None:
        raise NotFound("No checkpoint has been signed yet.")
    held, path = query_number("from"), None
    if request.args.get("from"):
        if held is None or not 0 < held <= newest.size:
            says = f"Give the size of a checkpoint over no more than {newest.size} entries."
            raise RuleBroken([Problem("from", says)])
        path = consistency_proof(session(), held, newest.size)
    return jsonkit.reply(checkpoint_told(newest, path))
