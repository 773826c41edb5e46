"""POST /apply: systems as their files state them; GET /systems/<key>/file: one system as a file."""

from flask import Blueprint, Response, request

from registry.declarations import queries
from registry.declarations.actions import Applied, apply
from registry.declarations.rules import files
from registry.declarations.rules.declared import Declared
from registry.declarations.rules.writing import written
from registry.declarations.schemas import AppliedOut, ApplyIn, applied_out
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import Asked, described
from registry.web.doors import needs, reads_ahead
from registry.web.flask_app import actor, read, session

api = Blueprint("declarations_api", __name__)

_YES_NO = {"true": True, "false": False}


def _read() -> tuple[bool, ApplyIn, list[Declared]]:
    """Whether it is a dry run, what was sent, and what its files declare."""
    dry_run = _YES_NO.get(request.args.get("dry_run", "false"))
    if dry_run is None:
        raise RuleBroken([Problem("dry_run", "Say true or false.")])
    sent = jsonkit.parsed(ApplyIn)
    return dry_run, sent, files.read((each.path, each.text) for each in sent.files)


@api.post("/apply")
@reads_ahead(_read, apart=True)
@needs(Permission.SYSTEM_REGISTER)
@described(
    AppliedOut,
    Asked("dry_run", "Only say what it would change.", ("true", "false")),
    body=ApplyIn,
    refuses=(409,),
)
def apply_files() -> Response:
    """Make the register state what files state, all of them or, with 422, none. With `dry_run=true` only say what that changes."""
    dry_run, sent, documents = read()
    # Held against the register, by whoever asks as they stand in it now: of two who apply the same, the second sees whose the
    # systems of the first are by now.
    if not dry_run:
        return jsonkit.reply(applied_out(_applied(sent, documents), dry_run=False))
    # Done in earnest and taken back, so that nothing is foretold that is not so.
    rehearsal = session().begin_nested()
    told = applied_out(_applied(sent, documents), dry_run=True)
    rehearsal.rollback()
    return jsonkit.reply(told)


def _applied(sent: ApplyIn, documents: list[Declared]) -> list[Applied]:
    return apply(session(), actor(), documents, sent.origin(), overwrite=sent.overwrite, expects=sent.expects)


@api.get("/systems/<key>/file")
@needs(Permission.SYSTEM_READ)
@described(
    None,
    Asked(
        "keys", "Whether it names the system's id in this register; it does unless told.", ("true", "false")
    ),
    media=("application/yaml",),
    refuses=(422,),
)
def file(key: str) -> Response:
    """One system as a file; with `keys=false` as one of no particular register."""
    with_key = _YES_NO.get(request.args.get("keys", "true"))
    if with_key is None:
        raise RuleBroken([Problem("keys", "Say true or false.")])
    system = systems.by_key(session(), actor(), key)
    text = written(queries.exported(session(), actor(), system, with_key=with_key))
    return Response(text, mimetype="application/yaml")
