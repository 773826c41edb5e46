"""A system from a model card: upload it, look at what it would become, register it under one's own name."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.interchange.actions.cards import register_card
from registry.interchange.forms import CardFileForm, CardForm
from registry.interchange.pages.start import pages
from registry.interchange.queries.cards import read_card
from registry.interchange.rules.cards.shapes import MOST_BYTES, Became, CardDraft, CardRefused
from registry.interchange.rules.cards.taking import ONE_LINE, SAID
from registry.kernel.actor import Permission
from registry.people import queries as people
from registry.systems.models import System
from registry.web.doors import needs, takes_files
from registry.web.flask_app import actor, session
from registry.web.formkit import shown


@pages.get("/systems/from-card")
@needs(Permission.SYSTEM_REGISTER)
def card_new() -> ResponseReturnValue:
    return _asking(CardFileForm(formdata=None))


@pages.post("/systems/from-card")
@needs(Permission.SYSTEM_REGISTER)
@takes_files
def card_read() -> ResponseReturnValue:
    form = CardFileForm()
    content, name = _sent("file")
    config, _ = _sent("config")
    draft = form.carried_out(lambda: read_card(content, name, config or None))
    if draft is None:
        return _asking(form)
    # Nothing is kept between the two steps: the card goes with the page and is read again when it comes back.
    stated = {
        "card": content.decode("utf-8-sig"),
        "config": config.decode("utf-8-sig"),
        "file_name": name,
        "name": draft.facts.name,
        "summary": draft.facts.summary,
    }
    return _looked_at(CardForm(formdata=None, data=stated), draft)


@pages.post("/systems/from-card/register")
@needs(Permission.SYSTEM_REGISTER)
@takes_files
def card_register() -> ResponseReturnValue:
    form = _offered(CardForm())
    try:
        config = _as_sent(form.config.data) or None
        draft = read_card(_as_sent(form.card.data), form.file_name.data or "", config)
    except CardRefused as refused:
        again = CardFileForm(formdata=None)
        again.take(refused.problems)
        return _asking(again, status=422)
    system = form.carried_out(lambda: _registered(form, draft))
    if system is None:
        return _looked_at(form, draft)
    flash(
        f"{system.name} is on the register as {system.key}, and it is yours. Here is what its record still lacks.",
        "good",
    )
    return redirect(url_for("systems.show", key=system.key), 303)


def _registered(form: CardForm, draft: CardDraft) -> System:
    return register_card(session(), actor(), draft, form.registration(actor().person_id))


def _sent(name: str) -> tuple[bytes, str]:
    """A file as it was sent, a byte more than is read at most, and what it is called; nothing where none was chosen."""
    sent = request.files.get(name)
    return (sent.stream.read(MOST_BYTES + 1), sent.filename or "") if sent else (b"", "")


def _as_sent(text: str | None) -> bytes:
    # A browser sends every end of a line as two signs, which would make a large card larger than it was.
    return (text or "").replace("\r\n", "\n").encode()


def _offered(form: CardForm) -> CardForm:
    form.unit_id.offer(people.unit_paths(session()))
    return form


def _asking(form: CardFileForm, status: int | None = None) -> ResponseReturnValue:
    limit = MOST_BYTES // 1024
    if status is not None:
        return render_template("interchange/card_new.html", form=form, limit=limit), status
    return shown("interchange/card_new.html", form, limit=limit)


def _looked_at(form: CardForm, draft: CardDraft) -> ResponseReturnValue:
    """What the card would become: asked for, or back with problems when it was to be registered."""
    # Name and summary stand in the form above.
    names = [name for name in SAID if name not in {"name", "summary"}]
    stated = {name: getattr(draft.facts, name, "") or getattr(draft.objective, name, "") for name in names}
    page = render_template(
        "interchange/card_draft.html",
        form=_offered(form),
        draft=draft,
        texts=[(SAID[name], text, name not in ONE_LINE) for name, text in stated.items() if text],
        endings=[(became, draft.of(became)) for became in Became],
    )
    return page, 422 if form.errors else 200
