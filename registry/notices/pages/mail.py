"""Whether mail works: letters on their way and what became of them, a test, trying one again; what holds for whoever has not chosen."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.queries.reports import zones
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.notices import actions
from registry.notices.forms import ChoiceForm, choice_shown
from registry.notices.pages.shared import pages
from registry.notices.queries import mail as queries
from registry.notices.rules.sending import Sent
from registry.people.queries import people_by_id
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown

_SHOWN = 50


@pages.get("/mail")
@needs(Permission.NOTICES_MANAGE)
def mail() -> ResponseReturnValue:
    server, sender = current_app.config["REGISTRY_MAIL"]
    newest = queries.newest_mailings(session(), _SHOWN)
    dead = queries.newest_mailings(session(), _SHOWN, Sent.DEAD)
    return render_template(
        "notices/mail.html",
        server=server,
        sender=sender,
        newest=newest,
        dead=dead,
        people=people_by_id(session(), {each.person_id for each in [*newest, *dead]}),
        button=Form(formdata=None),
    )


@pages.post("/mail/test")
@needs(Permission.NOTICES_MANAGE)
def try_mail() -> ResponseReturnValue:
    actions.try_mail(session(), actor())
    flash("A letter to you is on its way. What becomes of it shows below.", "good")
    return redirect(url_for(".mail"), 303)


@pages.post("/mail/<int:number>/again")
@needs(Permission.NOTICES_MANAGE)
def mail_again(number: int) -> ResponseReturnValue:
    letter = queries.mailing_by_id(session(), number)
    if letter is None:
        raise NotFound
    actions.send_again(actor(), letter)
    flash(f"Letter {number} is tried again.", "good")
    return redirect(url_for(".mail"), 303)


@pages.route("/mail/usual", methods=["GET", "POST"])
@needs(Permission.NOTICES_MANAGE)
def usual() -> ResponseReturnValue:
    row = queries.choice_row(session(), queries.HOUSE)
    form = ChoiceForm(data=choice_shown(queries.house_choice(session()), row.version if row else 0))
    done = form.carried_out(
        lambda: actions.set_for_house(
            session(), actor(), form.choice(), zones(), version=form.version.data or 0
        )
    )
    if done is None:
        return shown("notices/usual.html", form)
    flash("That is how everybody is told who has not chosen themselves.", "good")
    return redirect(url_for(".mail"), 303)
