"""What verification last found, how far one has come, and the checkpoints and keys to take away."""

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.audit.actions.verifying import BOARD, ask_verification
from registry.audit.pages.shared import pages
from registry.audit.queries import entries
from registry.audit.queries.checkpoints import checkpoint_of, checkpoints, keys, last_seq
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.kernel.events import Event
from registry.store.paging import cursor_of, parts_of
from registry.store.progress import Board
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form
from registry.web.security import as_download

_PAGE = 20


@pages.get("/audit/verification")
@needs(Permission.AUDIT_READ)
def verification() -> ResponseReturnValue:
    before = parts_of(request.args.get("before"), (int,))
    found = checkpoints(session(), below=before[0] if before else None, limit=_PAGE + 1)
    following = url_for(".verification", before=cursor_of(found[_PAGE - 1].size)) if found[_PAGE:] else None
    asked = entries(session(), event=Event.VERIFICATION_ASKED, limit=1)
    verified = entries(session(), event=Event.LEDGER_VERIFIED, limit=1)
    return render_template(
        "audit/verification.html",
        verified=verified[0] if verified else None,
        waiting=bool(asked) and (not verified or verified[0].seq < asked[0].seq),
        progress=Board(current_app.config["REGISTRY_DATA_DIR"], BOARD).read(),
        last=last_seq(session()),
        checkpoints=found[:_PAGE],
        next_url=following,
        keys=keys(session()),
        lacking=current_app.extensions["key_lacking"](session()),
        button=Form(formdata=None),
    )


@pages.post("/audit/verify")
@needs(Permission.AUDIT_READ)
def verify() -> ResponseReturnValue:
    ask_verification(session(), actor())
    flash("The worker will verify the ledger as soon as it can. This page says how far it has come.", "good")
    return redirect(url_for(".verification"), 303)


@pages.get("/audit/checkpoints/<int:number>")
@needs(Permission.AUDIT_READ)
def checkpoint(number: int) -> ResponseReturnValue:
    found = checkpoint_of(session(), number)
    if found is None:
        raise NotFound
    return as_download(Response(found.note, mimetype="text/plain"), f"checkpoint-{number}.txt")
