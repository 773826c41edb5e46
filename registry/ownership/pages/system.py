"""Who answers for a system, now and on a day; the owner's word that it is theirs."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, Seat, may, require
from registry.ownership import actions, queries, rules
from registry.ownership.forms import DayForm, StillMineForm
from registry.ownership.models import Handover
from registry.ownership.pages.shared import may_read, may_take_back, names_of, pages
from registry.ownership.queries import Told
from registry.ownership.rules import SEAT_LACKS, SEAT_SAID, STEP_SAID
from registry.portfolio.queries import asks_for_confirmation, due_of, rule_in_force
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.systemkit import frame


@pages.get("/systems/<key>/ownership")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    return _page(systems.by_key(session(), actor(), key), StillMineForm(formdata=None))


def _page(found: System, still_mine: StillMineForm) -> ResponseReturnValue:
    form, asked = _day_asked(found)
    offer = queries.pending_handover(session(), found.id or 0)
    seats, told = _seats(found), _story(found)
    page = render_template(
        "ownership/system.html",
        **seats,
        **told,
        confirming=_confirming(found, seats, told["story"]),
        still_mine=still_mine,
        form=form,
        asked=asked,
        answered=queries.held_at(session(), found.id or 0, rules.end_of(asked)) if asked else [],
        offer=offer,
        may_withdraw=offer is not None and may_take_back(actor(), offer),
        may_read_offer=offer is not None and may_read(actor(), offer, sees_system=True),
        main_action=_main_action(found, offer),
    )
    return page, 422 if form.on.errors or still_mine.is_submitted() else 200


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
    told = {one.person_id for each in story if (one := each.confirmation or each.notice) and one.person_id}
    names = names_of([each.offer for each in story if each.offer], besides=told)
    return {"story": story, "names": names, "step_said": STEP_SAID}


def _confirming(found: System, seats: dict[str, Any], story: list[Told]) -> dict[str, Any] | None:
    """When the owner last said that the system is theirs, and by when they have to say it again."""
    held = next((each for each in seats["held"] if each.assignment.seat is Seat.OWNER), None)
    if held is None or seats["owner_unconfirmed"] or not asks_for_confirmation(found):
        return None
    said = [each.confirmation for each in story if each.confirmation]
    words = [each.at for each in said if each.assignment_id == held.assignment.id]
    last = rules.last_word(held.assignment.accepted_at, words)
    cadence = rule_in_force(session())
    return (
        {"last": last, "due": due_of(found, last, cadence), "months": cadence.months_for(found.tier)}
        if last
        else None
    )


def _day_asked(found: System) -> tuple[DayForm, date | None]:
    form = DayForm(request.args)
    if not form.validate() or form.on.data is None:
        return form, None
    problems = rules.problems_with_day(form.on.data, registered_at=found.registered_at, today=clock.today())
    return form, None if form.objected(problems) else form.on.data


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


@pages.post("/systems/<key>/ownership/still-mine")
@needs(Permission.OWNER_CONFIRM)
def still_mine(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.OWNER_CONFIRM, found.id)
    form = StillMineForm()
    done = form.carried_out(
        lambda: actions.reconfirm(session(), actor(), found.id or 0, form.note.data or "")
    )
    if done is None:
        return _page(found, form)
    flash(f"You confirmed that {found.name} is still yours and its record still true.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)
