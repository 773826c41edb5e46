"""What one was told, newest first; marking it as read; how one wants to be told."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.queries.reports import zones
from registry.kernel.actor import Permission
from registry.notices import actions
from registry.notices.forms import ChoiceForm, choice_shown
from registry.notices.pages.shared import pages
from registry.notices.queries import lines as told
from registry.notices.queries import mail as queries
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, query_number, shown

_PAGE = 50


@pages.get("/notices")
@needs(Permission.OWN_ACCOUNT)
def inbox() -> ResponseReturnValue:
    who, before = actor(), parts_of(request.args.get("before"), (int,))
    only_unread = request.args.get("unread") == "yes"
    found = told.notices_of(
        session(),
        who.person_id or 0,
        before=before[0] if before else None,
        limit=_PAGE + 1,
        only_unread=only_unread,
    )
    kept: dict[str, Any] = {"unread": "yes"} if only_unread else {}
    following = (
        url_for(".inbox", before=cursor_of(found[_PAGE - 1].id or 0), **kept) if len(found) > _PAGE else None
    )
    return render_template(
        "notices/inbox.html",
        lines=told.lines_for(session(), who, found[:_PAGE]),
        unread=told.unread_count(session(), who.person_id or 0),
        newest=found[0].id if found else 0,
        only_unread=only_unread,
        next_url=following,
        button=Form(formdata=None),
    )


@pages.post("/notices/read")
@needs(Permission.OWN_ACCOUNT)
def read() -> ResponseReturnValue:
    # Up to the newest that was on the page: what came meanwhile was not read.
    until = query_number("until") or 0
    actions.mark_read(actor(), told.unread_until(session(), actor().person_id or 0, until))
    flash("Marked as read.", "good")
    return redirect(url_for(".inbox"), 303)


@pages.route("/account/notices", methods=["GET", "POST"])
@needs(Permission.OWN_ACCOUNT)
def choice() -> ResponseReturnValue:
    who = actor()
    row = queries.choice_row(session(), str(who.person_id))
    standing = queries.choice_of(session(), who.person_id or 0)
    form = ChoiceForm(data=choice_shown(standing, row.version if row else 0))
    done = form.carried_out(
        lambda: actions.choose(session(), who, form.choice(), zones(), version=form.version.data or 0)
    )
    if done is None:
        return shown(
            "notices/choice.html",
            form,
            is_own=row is not None,
            has_mail=bool(current_app.config["REGISTRY_MAIL"][0]),
        )
    flash("That is how you are told from now on.", "good")
    return redirect(url_for(".choice"), 303)
