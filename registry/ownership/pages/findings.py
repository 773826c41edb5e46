"""Everything that is wrong with who answers for what, across the register, and with who heads the units."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission, Seat, may
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import counted
from registry.ownership.forms import WithinForm
from registry.ownership.pages.heads import head_findings, heads_shown
from registry.ownership.pages.narrowing import address, next_address, offered_units, stated, units_of
from registry.ownership.pages.shared import pages
from registry.ownership.rules import KIND_SAID, SEAT_SAID, GapKind
from registry.people.rules import HEAD_SAID, HeadFinding, HeadGap
from registry.portfolio import queries
from registry.portfolio.queries import Finding, Scope
from registry.store.paging import Page, parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.viewkit import day

Choice = TypeVar("Choice", bound=StrEnum)

_HERE = "ownership.findings"
_SAID: dict[str, Any] = {"kind_said": KIND_SAID, "seat_said": SEAT_SAID}


@pages.get("/ownership")
@needs(Permission.SYSTEM_READ)
def findings() -> ResponseReturnValue:
    form = WithinForm(request.args)
    units = offered_units(form)
    fits = form.validate()
    heads, kinds = _chosen("kind", HeadGap, GapKind), _chosen("kind", GapKind, HeadGap)
    scope = Scope(units_of(form) if fits else None, kinds, _chosen("seat", Seat))
    leaving = head_findings(scope.unit_ids)
    counts = queries.findings_count(session(), actor(), scope)
    page = render_template(
        "ownership/findings.html",
        form=form,
        units=units,
        heads=bool(actor().headed_units),
        **_SAID,
        **_of_systems(scope, counts, only_heads=bool(heads) and not kinds),
        **heads_shown(leaving, _wanted(scope, heads)),
        facets=_facets(counts, scope, leaving, heads),
        query=dict(stated(("unit", "mine"))),
        carried=stated(("kind", "seat")),
        filled=_filled(scope),
        first_url=address(_HERE) if "after" in request.args else None,
    )
    return make_response(page, 200 if fits else 422)


def _of_systems(
    scope: Scope, counts: Mapping[tuple[GapKind, Seat], int], *, only_heads: bool
) -> dict[str, Any]:
    """The findings about systems. Where only heads are asked for there are none: no kind of theirs would mean every kind."""
    found = Page([], None) if only_heads else queries.findings_page(session(), actor(), scope, after=_after())
    return {
        "only_heads": only_heads,
        "found": [(finding, _said(finding), *_mended(finding)) for finding in found.items],
        "total": sum(_narrowed(counts, scope).values()),
        "everything": sum(counts.values()),
        "next_url": next_address(_HERE, found.next_after),
    }


def _after() -> tuple[int, str, int, int] | None:
    after = parts_of(request.args.get("after"), (int, str, int, int))
    if after is not None:
        try:
            date.fromisoformat(after[1])
        except ValueError as error:
            raise RuleBroken([Problem("after", "This cursor was not issued here.")]) from error
    return after


def _chosen(name: str, kind: type[Choice], *beside: type[StrEnum]) -> frozenset[Choice]:
    """The choices of this kind that the address names; those of the kinds beside it may stand there as well."""
    named = {value for value in request.args.getlist(name) if value}
    if named - {*kind, *(each for other in beside for each in other)}:
        raise RuleBroken([Problem(name, "Choose one of the list.")])
    return frozenset(each for each in kind if each.value in named)


def _wanted(scope: Scope, heads: frozenset[HeadGap]) -> frozenset[HeadGap]:
    """The kinds of findings about heads that fit what is chosen. A head sits in no seat: a list of seats has none to show."""
    if scope.seats:
        return frozenset()
    return heads if heads or scope.kinds else frozenset(HeadGap)


def _narrowed(counts: Mapping[tuple[GapKind, Seat], int], scope: Scope) -> dict[tuple[GapKind, Seat], int]:
    return {
        (kind, seat): count
        for (kind, seat), count in counts.items()
        if (not scope.kinds or kind in scope.kinds) and (not scope.seats or seat in scope.seats)
    }


def _facets(
    counts: Mapping[tuple[GapKind, Seat], int],
    scope: Scope,
    leaving: Collection[HeadFinding],
    heads: frozenset[HeadGap],
) -> list[dict[str, Any]]:
    """Each choice with what it would show beside what is chosen in the other group."""
    kinds: Counter[str] = Counter()
    seats: Counter[str] = Counter()
    for (kind, seat), count in counts.items():
        kinds[kind] += count if not scope.seats or seat in scope.seats else 0
        seats[seat] += count if kind in scope.kinds or not (scope.kinds or heads) else 0
    kinds.update(each.kind for each in leaving if not scope.seats)
    said = {each: KIND_SAID[each] for each in GapKind} | HEAD_SAID
    return [
        _group("kind", "What is wrong", said, kinds, scope.kinds | heads),
        _group("seat", "Seat", {each: SEAT_SAID[each][0] for each in Seat}, seats, scope.seats),
    ]


def _group(
    name: str, label: str, said: Mapping[Any, str], counts: Counter[str], chosen: frozenset[Any]
) -> dict[str, Any]:
    options = [
        {"value": each.value, "label": words, "count": counts[each], "chosen": each in chosen}
        for each, words in said.items()
    ]
    return {"name": name, "label": label, "options": options, "open": True}


def _filled(scope: Scope) -> list[tuple[str, int, int]]:
    """Each kind of seat with how many of the systems have somebody in it."""
    filled = queries.seats_filled(session(), actor(), scope.unit_ids)
    total = filled.get(Seat.OWNER, 0)
    return [(SEAT_SAID[seat][0], filled.get(seat, 0), total) for seat in Seat]


def _said(finding: Finding) -> str:
    """What is wrong, in a sentence."""
    name, since = finding.held.name if finding.held else "", day(finding.since)
    return {
        GapKind.OWNER_LEFT: f"{name}, who answered for it, left on {since}.",
        GapKind.OWNER_UNCONFIRMED: f"{name} is stated as owner since {since} and has not confirmed it.",
        GapKind.CONFIRMATION_OVERDUE: f"{name} last confirmed it on {since}"
        + (f"; it was due again on {day(finding.due.on)}." if finding.due else "."),
        GapKind.NO_DEPUTY: f"Nobody acts for the owner when the owner is away, since {since}.",
        GapKind.HOLDER_LEFT: f"{name} left on {since}.",
        GapKind.EMPTY_TEAM: f"The team {name} has nobody in it. It has this seat since {since}.",
    }[finding.kind]


def _mended(finding: Finding) -> tuple[str, str, str]:
    """Where the reader mends it: the address, the words of the link, and for how long it has been so."""
    key, number = finding.system.key, finding.system.id
    age = counted(finding.days, "day")
    owners = finding.seat is Seat.OWNER
    if finding.kind is GapKind.OWNER_LEFT and may(actor(), Permission.HANDOVER_OFFER, number):
        return url_for("ownership.offer_form", key=key), "Hand over", age
    if not owners and may(actor(), Permission.SEAT_FILL, number):
        return url_for("ownership.seat_form", key=key, seat=finding.seat.value), "Name somebody", age
    return url_for("ownership.system", key=key), "Open", age
