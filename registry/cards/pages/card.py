"""The card on screen, as PDF, as card.json and in the formats that others read."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from registry.cards import actions, queries
from registry.cards.models import CardEdition
from registry.cards.pages.shared import LAYING_OUT, download, log, pages
from registry.cards.queries.editions import editions_of
from registry.cards.render import edition_pdf, rendering_hash, shown
from registry.cards.render.exports import FORMS, left_out
from registry.cards.rules.canonical import card_json
from registry.cards.rules.editions import EditionState
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.frozen import Frozen, rendering_as_of
from registry.kernel.actor import Permission, may
from registry.kernel.errors import NotFound
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.downloads import of_past_day
from registry.web.flask_app import actor, database, session
from registry.web.past import day_asked
from registry.web.systemkit import frame


@pages.get("/systems/<key>/card")
@needs(Permission.CARD_READ)
def show(key: str) -> ResponseReturnValue:
    system, facts = _found(key)
    framed = frame(session(), actor(), system)
    editions = editions_of(session(), system.id or 0)
    may_export = may(actor(), Permission.CARD_EXPORT, system.id)
    return render_template(
        "cards/show.html",
        **framed,
        shown=shown(facts),
        main_action=_main_download(system, editions) if may_export else None,
        editions=editions,
        may_put_forward=may(actor(), Permission.CARD_PUT_FORWARD, system.id),
        downloads=_downloads(system, facts) if may_export else (),
    )


def _main_download(system: System, editions: Sequence[CardEdition]) -> dict[str, str]:
    """The edition that holds is what people come for; the draft, where there is none."""
    for each in editions:
        if each.state is EditionState.APPROVED:
            url = url_for(".edition_file", key=system.key, number=each.number)
            return {"label": f"Download edition {each.number}", "url": url, "icon": "download"}
    return {"label": "Download the PDF", "url": url_for(".card_pdf", key=system.key), "icon": "download"}


def _downloads(system: System, facts: CardFacts) -> list[Mapping[str, Any]]:
    """Every form one may take the card along in, with what each leaves out."""
    lacking = left_out(facts)
    return [
        {
            "label": "PDF of this draft, with card.json inside",
            "url": url_for(".card_pdf", key=system.key),
            "lacks": (),
        },
        {
            "label": "card.json, the canonical facts",
            "url": url_for(".card_facts", key=system.key),
            "lacks": (),
        },
        *(
            {
                "label": form.label,
                "url": url_for(".card_as", key=system.key, form=form.name),
                "lacks": lacking[form.name],
            }
            for form in FORMS.values()
        ),
    ]


@pages.get("/systems/<key>/card.pdf")
@needs(Permission.CARD_EXPORT)
def card_pdf(key: str) -> ResponseReturnValue:
    system, facts = _found(key)
    return download(_pdf(system, facts), "application/pdf", f"{system.key}-card-draft{of_past_day()}.pdf")


@pages.get("/systems/<key>/card.json")
@needs(Permission.CARD_EXPORT)
def card_facts(key: str) -> ResponseReturnValue:
    system, facts = _found(key)
    return download(card_json(facts), "application/json", f"{system.key}-card{of_past_day()}.json")


@pages.get("/systems/<key>/card/as/<form>")
@needs(Permission.CARD_EXPORT)
def card_as(key: str, form: str) -> ResponseReturnValue:
    system, facts = _found(key)
    if form not in FORMS:
        raise NotFound
    chosen = FORMS[form]
    name = f"{system.key}-card{of_past_day()}.{chosen.ending}"
    return download(chosen.make(facts), chosen.media_type, name)


def _found(key: str) -> tuple[System, CardFacts]:
    system = systems.by_key(session(), actor(), key)
    return system, queries.card_facts(session(), actor(), system)


def _pdf(system: System, facts: CardFacts) -> bytes:
    frozen, number = Frozen.draft(facts, day_asked()), system.id
    rendering = rendering_as_of(rendering_hash(), frozen.as_of)
    kept = queries.kept_preview(session(), frozen.sha256, rendering)
    if kept is not None:
        return kept
    # Laying out takes seconds and the facts are frozen: the connection goes back for others to use meanwhile.
    session().rollback()
    with LAYING_OUT.one_more():
        pdf = edition_pdf(frozen)
    try:
        with database().transaction() as own:
            actions.keep_preview(own, actor(), number, frozen.sha256, rendering_sha256=rendering, pdf=pdf)
    except SQLAlchemyError:
        # Another request may have kept the same, or the database may be busy. The PDF is good all the same.
        log.info("the preview of %s was not kept", facts.identity.key, exc_info=True)
    return pdf
