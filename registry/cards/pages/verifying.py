"""Where anybody checks a card they hold, without an account and with nothing of it kept; and the schema of card.json."""

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from registry.audit.queries.checkpoints import keys
from registry.cards.forms import CheckForm
from registry.cards.models import CardEdition
from registry.cards.pages.shared import pages
from registry.cards.queries.editions import issued_as, printed_on
from registry.cards.render.checking_apart import Found, check_apart
from registry.cards.render.verdicts import STANDING, Check, Checked, Verdict
from registry.cards.rules.editions import EditionState
from registry.cards.rules.schema import PATH, schema_json
from registry.kernel.canonical import sha256_hex
from registry.kernel.errors import Problem, RuleBroken
from registry.limits.rules import Budget
from registry.web.doors import public, reads_ahead, takes_files
from registry.web.flask_app import current_actor, read, session
from registry.web.formkit import shown
from registry.web.limiting import counted


@pages.get("/verify")
@public
def verify() -> ResponseReturnValue:
    form = CheckForm(formdata=None)
    return render_template("cards/verify.html", form=form, checked=None, paper=_on_paper(), takes=_takes())


def _read_ahead() -> tuple[CheckForm, Found | None]:
    """The file as it was read in its own process; None where the form does not send one."""
    form = CheckForm()
    return form, form.carried_out(lambda: _found(form))


@pages.post("/verify")
@public
@counted(Budget.CHECK, "POST")
@takes_files
@reads_ahead(_read_ahead, apart=True)
def check() -> ResponseReturnValue:
    form, found = read()
    if found is None:
        return shown("cards/verify.html", form, checked=None, paper=None, takes=_takes())
    own = (each for each in found.checked.checks if each.name != "print")
    checked = Checked((*own, *_in_register(found)), found.checked.pdf_sha256)
    again = CheckForm(formdata=None)
    return render_template("cards/verify.html", form=again, checked=checked, paper=None, takes=_takes())


@pages.get(PATH)
@public
def schema() -> ResponseReturnValue:
    """What card.json has to be, for programs that read it: named by this very address."""
    written = schema_json(current_app.config["REGISTRY_BASE_URL"])
    reply = Response(written, content_type="application/schema+json")
    reply.set_etag(sha256_hex(written))
    # As a static file under a name that stays: whoever has it asks whether it is still so, for a release may add a field.
    reply.headers["Cache-Control"] = "no-cache"
    return reply.make_conditional(request)


def _takes() -> str:
    # An upload of any size is for those who have signed in.
    most = current_app.config["REGISTRY_MAX_UPLOAD" if current_actor() else "MAX_CONTENT_LENGTH"]
    return f"At most {most / 1e6:,.0f} MB{'' if current_actor() else ' without an account'}."


def _on_paper() -> Check | None:
    """What this register says of the printed card whose address was followed; None where it was not one's address."""
    card, sha256 = request.args.get("card", ""), request.args.get("sha256", "")
    if not (card and sha256):
        return None
    edition, holds = printed_on(session(), card, sha256)
    if edition is None:
        return Check("register", False, "No card issued by this register has this address.")
    return _standing(edition, holds)


def _found(form: CheckForm) -> Found:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise RuleBroken([Problem("file", "Choose the PDF of a card.")])
    # Whoever asks may be anybody: nothing is laid out for them, for this register knows what it has issued.
    return check_apart(sent.read(), key=form.key.data or "")


def _own_key(found: Found) -> list[Check]:
    """That the key in the card is one this register signs with, and not just any."""
    own = found.key in {each.verifier for each in keys(session())}
    says = "The key in it is this register's own." if own else "The key in it is none of this register's."
    return [Check("own key", own, says)]


def _in_register(found: Found) -> list[Check]:
    if not found.is_card or found.checked.verdict is Verdict.REFUSED:
        return []
    edition, holds = issued_as(session(), found.checked.pdf_sha256)
    if edition is None:
        # Of an edition that was approved there is one file; drafts and marked copies are made whenever somebody asks.
        many = found.key is None or any(each.name == STANDING for each in found.checked.checks)
        says = "This register has issued no card with these bytes."
        if found.key is None:
            says = "This register keeps no copy of a card that nobody approved, so there is none to compare it with."
        return [Check("register", None if many else False, says)]
    says = f"These are, byte for byte, those of edition {edition.number} as this register issued it."
    return [Check("register", True, says), *_own_key(found), _standing(edition, holds)]


def _standing(edition: CardEdition, holds: int | None) -> Check:
    if edition.state is EditionState.APPROVED:
        return Check(STANDING, True, "It is the edition that holds today.")
    if edition.state is EditionState.WITHDRAWN:
        why = f"It was withdrawn on {edition.withdrawn_at:%d %B %Y}: {edition.withdrawn_because}"
        return Check(STANDING, None, why)
    after = f"Edition {holds} holds today." if holds else "No edition holds today."
    return Check(STANDING, None, f"It is genuine and no longer holds: a later one superseded it. {after}")
