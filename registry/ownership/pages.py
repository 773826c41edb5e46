"""A system's owners, now and on a day; offering, accepting and declining a hand-over; seats."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, Seat, may, require
from registry.kernel.errors import NotFound
from registry.lifecycle.queries import standing_of
from registry.ownership import actions, queries, rules
from registry.ownership.forms import AcceptForm, DayForm, DeclineForm, OfferForm, SeatForm
from registry.ownership.models import Handover
from registry.ownership.rules import SEAT_LACKS, SEAT_SAID, HandoverState
from registry.people import queries as people
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

pages = Blueprint("ownership", __name__)

_OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


@pages.get("/systems/<key>/ownership")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    form, asked = _day_asked(found)
    offer = queries.pending_handover(session(), found.id or 0)
    page = render_template(
        "ownership/system.html",
        **_seats(found),
        **_story(found),
        form=form,
        asked=asked,
        answered=queries.held_at(session(), found.id or 0, rules.end_of(asked)) if asked else [],
        offer=offer,
        may_read_offer=offer is not None and _may_read(actor(), offer, sees_system=True),
        main_action=_main_action(found, offer),
    )
    return page, 422 if form.on.errors else 200


def _seats(found: System) -> dict[str, Any]:
    context = frame(session(), actor(), found)
    held = context["held"]
    return context | {
        "seats": [(seat, [each for each in held if each.assignment.seat is seat]) for seat in Seat],
        "seat_said": SEAT_SAID,
        "seat_lacks": SEAT_LACKS,
        "gaps": queries.gaps_of(session(), held, clock.today()),
    }


def _story(found: System) -> dict[str, Any]:
    story = queries.story_of(session(), found.id or 0)
    return {"story": story, "names": _names([told.offer for told in story if told.offer])}


def _day_asked(found: System) -> tuple[DayForm, date | None]:
    form = DayForm(request.args)
    if not form.validate() or form.on.data is None:
        return form, None
    problems = rules.problems_with_day(form.on.data, registered_at=found.registered_at, today=clock.today())
    return form, None if form.objected(problems) else form.on.data


def _names(offers: list[Handover]) -> dict[int | None, str]:
    parties = {
        number for offer in offers for number in (offer.from_id, offer.to_id, offer.offered_by_id) if number
    }
    return {number: person.name for number, person in people.people_by_id(session(), parties).items()}


def _main_action(found: System, offer: Handover | None) -> dict[str, str] | None:
    if offer is not None or not may(actor(), Permission.HANDOVER_OFFER, found.id):
        return None
    return {"label": "Hand over", "url": url_for("ownership.offer_form", key=found.key), "icon": "hand-over"}


@pages.post("/systems/<key>/ownership/confirm")
@needs(Permission.OWNER_CONFIRM)
def confirm(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    actions.confirm_owner(session(), actor(), found.id or 0)
    flash(f"You answer for {found.name}. The ledger keeps that you confirmed it.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)


@pages.get("/systems/<key>/ownership/hand-over")
@needs(Permission.HANDOVER_OFFER)
def offer_form(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.HANDOVER_OFFER, found.id)
    return _offer_page(found, _with_people(OfferForm(), "to_id"))


@pages.post("/systems/<key>/ownership/hand-over")
@needs(Permission.HANDOVER_OFFER)
def offer(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.HANDOVER_OFFER, found.id)
    form = OfferForm()
    _with_people(form, "to_id")
    made = form.carried_out(
        lambda: actions.offer_handover(
            session(), actor(), found.id or 0, form.to_id.data, form.reason.data or ""
        )
    )
    if made is None:
        return _offer_page(found, form)
    names = _names([made])
    flash(f"Offered to {names[made.to_id]}. {names[made.from_id]} answers for it until they accept.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)


def _offer_page(found: System, form: Form) -> Response:
    pending = queries.pending_handover(session(), found.id or 0)
    context = frame(session(), actor(), found)
    names = _names([pending]) if pending else {}
    return shown(
        "ownership/offer.html", form, **context, offer=pending, names=names, days=rules.HANDOVER_DAYS
    )


def _with_people(form: Form, name: str) -> Form:
    here = people.active_people(session(), clock.today())
    form[name].offer({person.id or 0: f"{person.name} ({person.email})" for person in here})
    return form


@pages.get("/systems/<key>/ownership/seats/<seat>")
@needs(Permission.SEAT_FILL)
def seat_form(key: str, seat: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.SEAT_FILL, found.id)
    return _seat_page(found, _seat(seat), _offered(SeatForm()))


@pages.post("/systems/<key>/ownership/seats/<seat>")
@needs(Permission.SEAT_FILL)
def fill(key: str, seat: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SEAT_FILL, found.id)
    form, wanted = SeatForm(), _seat(seat)
    _offered(form)
    filled = form.carried_out(
        lambda: actions.fill_seat(
            session(),
            actor(),
            found.id or 0,
            wanted,
            person_id=form.person_id.data,
            team_id=form.team_id.data,
            reason=form.reason.data or "",
        )
    )
    if filled is None:
        return _seat_page(found, wanted, form)
    flash(f"{SEAT_SAID[wanted][0]} is named.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)


def _seat(name: str) -> Seat:
    if name not in set(Seat) or name == Seat.OWNER:
        raise NotFound
    return Seat(name)


def _offered(form: SeatForm) -> SeatForm:
    _with_people(form, "person_id")
    form.team_id.offer({team.id or 0: team.name for team in people.teams(session())})
    return form


def _seat_page(found: System, seat: Seat, form: Form) -> Response:
    context = frame(session(), actor(), found)
    holders = [each for each in context["held"] if each.assignment.seat is seat]
    said = {"seat": seat, "seat_said": SEAT_SAID[seat], "holders": holders}
    return shown("ownership/seat.html", form, **context, **said)


@pages.post("/systems/<key>/ownership/assignments/<int:number>/vacate")
@needs(Permission.SEAT_FILL)
def vacate(key: str, number: int) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    assignment = queries.assignment_by_id(session(), found.id or 0, number)
    actions.vacate_seat(session(), actor(), assignment)
    flash(f"{SEAT_SAID[assignment.seat][0]}: the seat is free.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)


@pages.get("/handovers/<int:number>")
@needs(Permission.HANDOVER_ANSWER)
def handover(number: int) -> ResponseReturnValue:
    return _handover_page(*_readable(number), AcceptForm(formdata=None), DeclineForm(formdata=None))


def _readable(number: int, *, lock: bool = False) -> tuple[Handover, System, bool]:
    """The offer, its system, and whether the reader may see that system. Raises NotFound for anybody not concerned."""
    offer = queries.handover_by_id(session(), number, lock=lock)
    sees = bool(systems.by_numbers(session(), actor(), {offer.system_id}))
    if not _may_read(actor(), offer, sees_system=sees):
        raise NotFound
    return offer, systems.by_number(session(), offer.system_id), sees


def _may_read(reader: Actor, offer: Handover, *, sees_system: bool) -> bool:
    here = reader.person_id
    could_offer = may(reader, Permission.HANDOVER_OFFER, offer.system_id)
    return rules.may_read_offer(
        is_recipient=here is not None and here == offer.to_id,
        is_party=could_offer or (here is not None and here in {offer.from_id, offer.offered_by_id}),
        oversees=bool(reader.roles & _OVERSEERS),
        sees_system=sees_system,
    )


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
        names=_names([offer]),
        accepting=accepting,
        declining=declining,
        is_open=is_open,
        is_mine=actor().person_id == offer.to_id,
        may_withdraw=is_open and may(actor(), Permission.HANDOVER_OFFER, offer.system_id),
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
