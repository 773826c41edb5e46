"""Editions of a card: put forward, read, decided on, withdrawn, compared; the PDF each was issued as."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from registry.cards.actions import editions as actions
from registry.cards.forms import DecideForm, PutForwardForm, Verdict, WithdrawForm
from registry.cards.models import CardEdition
from registry.cards.pages.shared import LAYING_OUT, download, pages
from registry.cards.queries import editions as queries
from registry.cards.render import edition_pdf, shown
from registry.cards.render.sealing import shown_seal
from registry.cards.rules.changes import WHOLE, changes_between
from registry.cards.rules.editions import EditionState, objection_to_approver
from registry.cards.rules.facts import CardChange, CardFacts, CardStopped
from registry.cards.rules.frozen import Frozen
from registry.cards.rules.reading import NotACard
from registry.cards.rules.seal import seal_from
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Problem, RuleBroken
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown as form_page
from registry.web.systemkit import frame

_BOTH = ("GET", "POST")


@pages.route("/systems/<key>/card/editions/new", methods=_BOTH)
@needs(Permission.CARD_PUT_FORWARD)
def put_forward(key: str) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key, lock=_sent())
    require(actor(), Permission.CARD_PUT_FORWARD, system.id)
    form = PutForwardForm()
    note, named = form.note.data or "", bool(form.names_evidence.data)
    made = form.carried_out(
        lambda: actions.put_forward(session(), actor(), system, note, names_evidence=named)
    )
    if made is not None:
        return _to(system, made, f"Edition {made.number} is frozen and waits for a reviewer.")
    return form_page(
        "cards/step.html",
        form,
        **frame(session(), actor(), system),
        heading="Put the card forward",
        lead="It is frozen as it is now. A reviewer who holds no seat of this system approves it or returns it.",
        label="Put it forward",
        cancel=url_for("cards.show", key=system.key),
    )


@pages.get("/systems/<key>/card/editions/<int:number>")
@needs(Permission.CARD_READ)
def edition(key: str, number: int) -> ResponseReturnValue:
    system, found = _found(key, number)
    frozen = _frozen(found)
    document = queries.document_of(session(), found.id or 0)
    earlier = queries.before(session(), found)
    return render_template(
        "cards/edition.html",
        **frame(session(), actor(), system),
        edition=found,
        shown=shown(frozen.facts, frozen.sha256),
        document=document,
        seal=shown_seal(seal_from(document.seal)) if document else None,
        earlier=earlier,
        changes=_rows(changes_between(_facts(earlier), frozen.facts, WHOLE)) if earlier else None,
        may_decide=_may_decide(found),
        may_put_forward=_is_to_be_put_right(found),
        may_withdraw=may(actor(), Permission.CARD_APPROVE, system.id)
        and found.state is EditionState.APPROVED,
        may_export=may(actor(), Permission.CARD_EXPORT, system.id),
    )


@pages.route("/systems/<key>/card/editions/<int:number>/decide", methods=_BOTH)
@needs(Permission.CARD_APPROVE)
@keeps_refusals
def decide(key: str, number: int) -> ResponseReturnValue:
    system, found = _found(key, number, lock=_sent())
    form = DecideForm(data=None if _sent() else {"facts_sha256": found.facts_sha256})
    approves = form.verdict.data is Verdict.APPROVE

    def act(at: object) -> CardEdition:
        if form.verdict.data is None:
            raise RuleBroken([Problem("verdict", "Choose a decision.")])
        if form.facts_sha256.data != found.facts_sha256:
            raise RuleBroken([Problem("", "This is another edition than the one you read. Read it again.")])
        reason = form.reason.data or ""
        return actions.decide(session(), actor(), found, reason, approves=approves, confirmed_at=at)  # type: ignore[arg-type]

    done = bound(form, act)
    if done is not None:
        return _to(system, done, f"Edition {number} is {done.state.said}.")
    return form_page(
        "cards/step.html",
        form,
        **frame(session(), actor(), system),
        heading=f"Decide on edition {number}",
        lead=f"You decide on exactly what it states, SHA-256 {found.facts_sha256[:16]}…",
        label="Decide",
        cancel=url_for(".edition", key=system.key, number=number),
    )


@pages.route("/systems/<key>/card/editions/<int:number>/withdraw", methods=_BOTH)
@needs(Permission.CARD_APPROVE)
@keeps_refusals
def withdraw(key: str, number: int) -> ResponseReturnValue:
    system, found = _found(key, number, lock=_sent())
    form = WithdrawForm()
    done = bound(
        form,
        lambda at: actions.withdraw(session(), actor(), found, form.reason.data or "", confirmed_at=at),
    )
    if done is not None:
        return _to(system, done, f"Edition {number} is withdrawn. Whoever checks a copy of it is told so.")
    return form_page(
        "cards/step.html",
        form,
        **frame(session(), actor(), system),
        heading=f"Withdraw edition {number}",
        lead="It stays as it was issued, and no longer holds. No other edition takes its place.",
        label="Withdraw it",
        cancel=url_for(".edition", key=system.key, number=number),
        danger=True,
    )


@pages.get("/systems/<key>/card/editions/<int:number>/card.pdf")
@needs(Permission.CARD_EXPORT)
def edition_file(key: str, number: int) -> ResponseReturnValue:
    """The PDF: of the edition that holds as it was issued; of any other with a mark on each page of where it stands."""
    system, found = _found(key, number)
    document, name = queries.document_of(session(), found.id or 0), f"{system.key}-card-{number}.pdf"
    if found.state is EditionState.APPROVED:
        if document is None:
            flash("The PDF of this edition is being made. Try again in a moment.", "info")
            return redirect(url_for(".edition", key=key, number=number), 303)
        content = document.pdf
    else:
        seal = seal_from(document.seal) if document else None
        frozen = _frozen(found)
        # Laying out takes seconds and the facts are frozen: the connection goes back for others to use meanwhile.
        session().rollback()
        with LAYING_OUT.one_more():
            content = edition_pdf(Frozen(frozen.facts, frozen.written, frozen.state, seal))
    return download(content, "application/pdf", name)


@pages.get("/systems/<key>/card/editions/<int:number>/card.json")
@needs(Permission.CARD_EXPORT)
def edition_facts(key: str, number: int) -> ResponseReturnValue:
    system, found = _found(key, number)
    return download(found.facts.encode(), "application/json", f"{system.key}-card-{number}.json")


@pages.get("/systems/<key>/card/compare")
@needs(Permission.CARD_READ)
def compare(key: str) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key)
    one, other = (_asked(system, name) for name in ("from", "to"))
    if one is None or other is None:
        # Nothing to compare was named: the list of editions names it.
        return redirect(url_for(".show", key=key, _anchor="editions"), 303)
    return make_response(
        render_template(
            "cards/compare.html",
            **frame(session(), actor(), system),
            one=one,
            other=other,
            rows=_rows(changes_between(_facts(one), _facts(other), WHOLE)),
        )
    )


def _asked(system: System, name: str) -> CardEdition | None:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return queries.edition_of(session(), system.id or 0, int(text))


def _found(key: str, number: int, *, lock: bool = False) -> tuple[System, CardEdition]:
    system = systems.by_key(session(), actor(), key, lock=lock)
    return system, queries.edition_of(session(), system.id or 0, number, lock=lock)


def _frozen(found: CardEdition) -> Frozen:
    try:
        return Frozen.read(found.facts.encode(), found.state)
    except NotACard as error:
        raise CardStopped(
            f"Edition {found.number} cannot be read: {error}. Run registry audit verify."
        ) from error


def _facts(found: CardEdition) -> CardFacts:
    return _frozen(found).facts


def _rows(changes: tuple[CardChange, ...]) -> list[tuple[str, str, str]]:
    return [
        (f"{each.number} {each.label}{f', {each.of}' if each.of else ''}", each.before, each.after)
        for each in changes
    ]


def _may_decide(found: CardEdition) -> bool:
    allowed = may(actor(), Permission.CARD_APPROVE, found.system_id) and found.state is EditionState.IN_REVIEW
    return allowed and not objection_to_approver(actor(), found.system_id, found.put_forward_by_id)


def _is_to_be_put_right(found: CardEdition) -> bool:
    allowed = may(actor(), Permission.CARD_PUT_FORWARD, found.system_id)
    came_back = allowed and found.state is EditionState.RETURNED
    return came_back and queries.last_number(session(), found.system_id) == found.number


def _sent() -> bool:
    return request.method == "POST"


def _to(system: System, found: CardEdition, words: str) -> Response:
    flash(words, "good")
    return redirect(url_for(".edition", key=system.key, number=found.number), 303)
