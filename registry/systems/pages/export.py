"""The register as a file: exactly what is shown, today or as of a past day, and a ledger entry of who took it away."""

from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from flask import request, send_file
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.systems import actions, queries
from registry.systems.pages.register import pages
from registry.systems.render import Format, write_found
from registry.systems.rules.search import kept_as
from registry.web.doors import needs, takes_away
from registry.web.downloads import name_of_day
from registry.web.flask_app import actor, noted, session
from registry.web.past import day_asked
from registry.web.security import as_download

# A file up to this size stays in memory; a larger one goes to the disk while it is written.
_IN_MEMORY = 1_000_000


@pages.post("/systems/export")
@needs(Permission.REGISTER_EXPORT)
@takes_away
def export() -> ResponseReturnValue:
    listing, problems = queries.listing_from(request.args)
    written_as = _format()
    refuse_if(problems)
    file = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed with the reply
    count = write_found(file, written_as, listing, session(), actor(), day=day_asked())
    note = partial(
        actions.note_export,
        address=kept_as(listing),
        count=count,
        written_as=written_as.value,
        day=day_asked(),
    )
    noted(note)
    file.seek(0)
    reply = send_file(file, mimetype=written_as.mimetype)
    reply.call_on_close(file.close)
    return as_download(reply, name_of_day("ai-systems", written_as.suffix))


def _format() -> Format:
    named = request.form.get("format", "")
    if named not in set(Format):
        raise RuleBroken([Problem("format", "Choose CSV or a workbook.")])
    return Format(named)
