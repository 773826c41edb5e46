"""One entry: what it says, the hashes that hold it in its place, and the proof of it to take away."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from registry.audit.pages.shared import pages
from registry.audit.queries import entries_at
from registry.audit.queries.checkpoints import last_seq, newest_checkpoint
from registry.audit.queries.erasures import hindrances
from registry.audit.queries.proofs import inclusion_proof
from registry.audit.queries.verification import stored_entry
from registry.audit.render.bundle import entry_line, proof_text
from registry.audit.rules.chain import objections_to
from registry.audit.rules.merkle import includes
from registry.kernel.actor import Permission, may
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.security import as_download


@pages.get("/audit/<int:number>")
@needs(Permission.AUDIT_READ)
def entry(number: int) -> ResponseReturnValue:
    stored = stored_entry(session(), number)
    if stored is None:
        raise NotFound
    newest = newest_checkpoint(session())
    row, payload, objects = stored
    may_erase = payload is not None and may(actor(), Permission.ENTRY_ERASE)
    return render_template(
        "audit/show.html",
        entry=entries_at(session(), [number])[number],
        row=dict(zip(("schema", "commitment", "prev_hash", "leaf_hash"), row[9:], strict=True)),
        salt=payload[0] if payload else None,
        digests=[(kind, thing, digest) for _, _, kind, thing, digest in objects],
        objections=objections_to(row, payload, objects),
        may_erase=may_erase,
        # Nobody else is asked to read why, and what is erased already says so above.
        hindrances=hindrances(session(), number, row[2]) if may_erase else [],
        newest=newest,
        is_covered=newest is not None and number <= newest.size,
        is_last=number == last_seq(session()),
    )


@pages.get("/audit/<int:number>/proof")
@needs(Permission.AUDIT_READ)
def entry_proof(number: int) -> ResponseReturnValue:
    stored, newest = stored_entry(session(), number), newest_checkpoint(session())
    if stored is None or newest is None or number > newest.size:
        raise NotFound("No checkpoint has been signed over this entry yet.")
    try:
        path = inclusion_proof(session(), number, newest.size)
        leaf = bytes.fromhex(stored[0][-1])
    except ValueError:
        path, leaf = [], b""
    if not includes(number - 1, newest.size, leaf, path, bytes.fromhex(newest.root)):
        says = "The ledger no longer fits its newest checkpoint, so nothing can be proved by it. Have it verified."
        raise RuleBroken([Problem("", says)])
    text = proof_text(entry_line(*stored), path, newest)
    return as_download(Response(text, mimetype="application/json"), f"entry-{number}.json")
