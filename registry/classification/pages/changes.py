"""Systems whose answers come to something else by the edition in force: what would change, and who is to classify again."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.classification.pages.system import pages
from registry.classification.queries.changes import outdated_page
from registry.classification.queries.runs import in_force
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_PAGE = 50


@pages.get("/classification/changes")
@needs(Permission.SYSTEM_READ)
def changes() -> ResponseReturnValue:
    before = parts_of(request.args.get("cursor"), (int,))
    page = outdated_page(session(), actor(), before=before[0] if before else None, limit=_PAGE)
    return render_template(
        "classification/changes.html",
        questionnaire=in_force(session(), clock.today()),
        outdated=page.items,
        next_url=url_for(".changes", cursor=cursor_of(*page.next_after)) if page.next_after else None,
    )
