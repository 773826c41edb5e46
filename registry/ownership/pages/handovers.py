"""Offering the accountable seat; reading, accepting, declining and withdrawing an offer."""

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound
from registry.lifecycle.queries import standing_of
from registry.ownership import actions, queries, rules
from registry.ownership.forms import AcceptForm, DeclineForm, OfferForm
from registry.ownership.models import Handover
from registry.ownership.pages.shared import may_read, may_take_back, names_of, pages, with_people
from registry.ownership.rules import HandoverState
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame


@pages.get("/systems/<key>/ownership/hand-over")
@needs(Permission.HANDOVER_OFFER)
def offer_form(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.HANDOVER_OFFER, found.id)
    return _offer_page(found, with_people(OfferForm(), "to_id"))


@pages.post("/systems/<key>/ownership/hand-over")
@needs(Permission.HANDOVER_OFFER)
def offer(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.HANDOVER_OFFER, found.id)
    form = OfferForm()
    with_people(form, "to_id")
    made = form.carried_out(
        lambda: actions.offer_handover(
            session(), actor(), found.id or 0, form.to_id.data, form.reason.data or ""
        )
    )
    if made is None:
        return _offer_page(found, form)
    names = names_of([made])
    flash(f"Offered to {names[made.to_id]}. {names[made.from_id]} answers for it until they accept.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)


def _offer_page(found: System, form: Form) -> Response:
    pending = queries.pending_handover(session(), found.id or 0)
    context = frame(session(), actor(), found)
    names = names_of([pending]) if pending else {}
    return shown(
        "ownership/offer.html", form, **context, offer=pending, names=names, days=rules.HANDOVER_DAYS
    )


@pages.get("/handovers/<int:number>")
@needs(Permission.HANDOVER_ANSWER)
def handover(number: int) -> ResponseReturnValue:
    return _handover_page(*_readable(number), AcceptForm(formdata=None), DeclineForm(formdata=None))


def _readable(number: int, *, lock: bool = False) -> tuple[Handover, System, bool]:
    """The offer, its system, and whether the reader may see that system. Raises NotFound for anybody not concerned."""
    offer = queries.handover_by_id(session(), number, lock=lock)
    sees = bool(systems.by_numbers(session(), actor(), {offer.system_id}))
    if not may_read(actor(), offer, sees_system=sees):
        raise NotFound
    return offer, systems.by_number(session(), offer.system_id), sees


def _handover_page(offer: Handover, found: System, sees: bool, accepting: Form, declining: Form) -> Response:
    is_open = offer.state is HandoverState.OFFERED and clock.now() < offer.expires_at
    # Whoever is asked has to know what they would answer for. Once that is settled, a restricted system is
    # again nobody's business but those who may see it.
    told = sees or is_open
    return shown(
        "ownership/handover.html",
        accepting,
        offer=offer,
        system=found if told else None,
        sees=sees,
        missing=standing_of(session(), found).missing if told else (),
        names=names_of([offer]),
        accepting=accepting,
        declining=declining,
        is_open=is_open,
        is_mine=actor().person_id == offer.to_id,
        may_withdraw=is_open and may_take_back(actor(), offer),
    )


@pages.post("/handovers/<int:number>/accept")
@needs(Permission.HANDOVER_ANSWER)
def accept(number: int) -> ResponseReturnValue:
    offer, found, sees = _readable(number, lock=True)
    form = AcceptForm()
    taken = form.carried_out(lambda: actions.accept_handover(session(), actor(), offer))
    if taken is None:
        return _handover_page(offer, found, sees, form, DeclineForm(formdata=None))
    flash(f"You answer for {found.name} from now on.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)


@pages.post("/handovers/<int:number>/decline")
@needs(Permission.HANDOVER_ANSWER)
def decline(number: int) -> ResponseReturnValue:
    offer, found, sees = _readable(number, lock=True)
    form = DeclineForm()
    done = form.carried_out(
        lambda: actions.decline_handover(session(), actor(), offer, form.answer.data or "")
    )
    if done is None:
        return _handover_page(offer, found, sees, AcceptForm(formdata=None), form)
    flash("You declined. The owner sees your reason, and nothing has changed.", "good")
    return redirect(url_for("ownership.handover", number=number), 303)


@pages.post("/handovers/<int:number>/withdraw")
@needs(Permission.HANDOVER_OFFER)
def withdraw(number: int) -> ResponseReturnValue:
    offer, found, _ = _readable(number, lock=True)
    actions.withdraw_handover(session(), actor(), offer)
    flash("The offer is withdrawn. Nothing has changed.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)
