"""One feature: a window beside its baseline, every measure in words; setting and renaming what it is compared with."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.drift import actions
from registry.drift.forms import BaselineForm, RenameForm
from registry.drift.models import Baseline, Distribution, Feature
from registry.drift.pages.system import pages
from registry.drift.queries import checking, windows
from registry.drift.queries import features as queries
from registry.drift.render import beside, named
from registry.drift.rules.baselines import problems_with_words
from registry.drift.rules.comparing import compare, decided, measure_said, verdict_said
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict, NotFound, Problem, RuleBroken
from registry.monitoring.queries.series import place_of
from registry.people.queries import people_by_id
from registry.store.paging import Page, cursor_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, query_number, shown
from registry.web.systemkit import frame

BOTH = ("GET", "POST")
_AT_ONCE = 30


@pages.get("/systems/<key>/drift/<int:number>")
@needs(Permission.SYSTEM_READ)
def show(key: str, number: int) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key)
    feature = queries.feature_by_id(session(), system.id or 0, number)
    page = windows.page_of(session(), number, before=place_of(request.args.get("cursor")), limit=_AT_ONCE)
    history = queries.baselines_of(session(), number)
    baseline = next((each for each in history if each.ended_at is None), None)
    window = _chosen(number, page)
    return shown(
        "drift/feature.html",
        Form(formdata=None),
        **frame(session(), actor(), system),
        **_about(feature),
        **_told(baseline, window),
        **_listed(page, baseline),
        history=history,
        people=people_by_id(session(), {each.set_by_id for each in history if each.set_by_id}),
        alert=checking.drift_alerts(session(), [feature]).get(number),
        may_set=may(actor(), Permission.BASELINE_SET, system.id),
    )


def _chosen(number: int, page: Page[Distribution]) -> Distribution | None:
    """The window that was asked for, else the newest on the page."""
    asked = query_number("window")
    if asked is not None:
        return windows.window_by_id(session(), number, asked)
    return page.items[0] if page.items else None


def _listed(page: Page[Distribution], baseline: Baseline | None) -> dict[str, Any]:
    before = windows.spread_in(baseline) if baseline else None
    return {
        "page": page,
        "standings": {each.id: decided(before, windows.spread_in(each)) for each in page.items}
        if before
        else {},
        "own": {each.id for each in page.items if baseline and windows.is_own(baseline, each)},
        "versions": windows.versions_of(session(), [each.batch_id for each in page.items]),
        "next_cursor": cursor_of(*page.next_after) if page.next_after else None,
    }


def _about(feature: Feature) -> dict[str, Any]:
    return {"feature": feature, "name": named(feature)}


def _told(baseline: Baseline | None, window: Distribution | None) -> dict[str, Any]:
    own = baseline is not None and window is not None and windows.is_own(baseline, window)
    told: dict[str, Any] = {"baseline": baseline, "window": window, "compared": None, "chart": None}
    told |= {"window_is_own": own}
    told |= {"measure_said": measure_said, "verdict_said": verdict_said}
    if baseline is None or window is None or own:
        return told
    compared = compare(windows.spread_in(baseline), windows.spread_in(window))
    return told | {"compared": compared, "chart": beside(baseline, window, compared)}


@pages.route("/systems/<key>/drift/<int:number>/baseline", methods=BOTH)
@needs(Permission.BASELINE_SET)
def set_baseline(key: str, number: int) -> ResponseReturnValue:
    system, feature = _to_set(key, number)
    some = windows.page_of(session(), number, before=None, limit=_AT_ONCE).items
    asked = query_number("window")
    some = some if asked is None or asked in {each.id for each in some} else [*some, _window(number, asked)]
    form = BaselineForm(data=None if request.method == "POST" else {"window": asked}).offer(some)
    done = form.carried_out(lambda: _set(feature, form))
    if done is None:
        alert = checking.drift_alerts(session(), [feature]).get(number)
        framed = frame(session(), actor(), system)
        return shown("drift/baseline.html", form, **framed, **_about(feature), alert=alert)
    flash(f"{named(feature)} is compared with “{done.name}” from now on.", "good")
    return redirect(url_for(".show", key=system.key, number=number), 303)


def _set(feature: Feature, form: BaselineForm) -> Baseline:
    name, reason, chosen = form.name.data or "", form.reason.data or "", form.window.data
    if chosen is None:
        says = Problem("window", "Choose the window whose counts it is to be compared with.")
        raise RuleBroken([says, *problems_with_words(name, reason)])
    window = _window(feature.id or 0, chosen)
    span, spread = (window.window_start, window.window_end), windows.spread_in(window)
    return actions.set_baseline(session(), actor(), feature, name, reason, spread, span, window.id)


def _window(number: int, asked: int) -> Distribution:
    return windows.window_by_id(session(), number, asked)


@pages.route("/systems/<key>/drift/<int:number>/rename", methods=BOTH)
@needs(Permission.BASELINE_SET)
def rename(key: str, number: int) -> ResponseReturnValue:
    system, feature = _to_set(key, number)
    found = queries.in_force(session(), [number]).get(number)
    if found is None:
        raise NotFound("This feature is compared with nothing yet.")
    told = {"version": found.version, "name": found.name}
    form = RenameForm(data=None if request.method == "POST" else told)
    done = form.carried_out(lambda: _renamed(feature, found, form))
    if done is None:
        framed = frame(session(), actor(), system)
        return shown("drift/rename.html", form, **framed, **_about(feature), baseline=found)
    flash(f"The baseline is called “{done.name}” now.", "good")
    return redirect(url_for(".show", key=system.key, number=number), 303)


def _renamed(feature: Feature, baseline: Baseline, form: RenameForm) -> Baseline:
    """Raises RuleBroken beside the name, also where another was given meanwhile."""
    try:
        return actions.rename_baseline(
            session(), actor(), feature, baseline, form.name.data or "", version=form.revision
        )
    except Conflict as changed:
        says = f"It was changed meanwhile and is called “{baseline.name}” now. Reload this page to go on."
        raise RuleBroken([Problem("name", says)]) from changed


def _to_set(key: str, number: int) -> tuple[System, Feature]:
    """The feature, for those who may say what it is compared with; locked while that is written."""
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.BASELINE_SET, system.id)
    return system, queries.feature_by_id(session(), system.id or 0, number, lock=request.method == "POST")
