"""Every card of a search as one file: ask for it, see how far it has come, cancel it, fetch it."""

from collections.abc import Sequence

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.cards.actions import bundling
from registry.cards.models import CardBundle
from registry.cards.pages.shared import pages
from registry.cards.queries import bundles as queries
from registry.cards.rules.bundles import KEPT_FOR, BundleState
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.calendar import day_in_name
from registry.kernel.errors import Forbidden, NotFound, refuse_if
from registry.store.files import Files
from registry.store.paging import cursor_of, parts_of
from registry.systems.queries import by_numbers, listing_from, numbers_in
from registry.systems.rules.search import Listing
from registry.web.doors import needs, orders
from registry.web.downloads import streamed
from registry.web.flask_app import actor, read, session
from registry.web.formkit import Form
from registry.web.past import address_as_of, day_asked, mount

_PAGE = 30
_SHOWN_LEFT_OUT = 50


@pages.get("/cards/bundles")
@needs(Permission.CARD_BUNDLE)
def bundles_list() -> ResponseReturnValue:
    before = parts_of(request.args.get("before"), (int,))
    found = queries.bundles_page(session(), actor(), before=before[0] if before else None, limit=_PAGE)
    following = url_for(".bundles_list", before=cursor_of(*found.next_after)) if found.next_after else None
    return render_template(
        "cards/bundles.html",
        bundles=found.items,
        searched_url=_searched_url,
        kept_for=KEPT_FOR,
        next_url=following,
        first_url=url_for(".bundles_list") if before else None,
    )


def _found() -> tuple[Listing, Sequence[int]]:
    listing, problems = listing_from(request.args)
    refuse_if(problems)
    return listing, numbers_in(session(), actor(), listing.search)


@pages.post("/cards/bundles")
@needs(Permission.CARD_BUNDLE)
@orders(_found)
def ask_bundle() -> ResponseReturnValue:
    listing, numbers = read()
    bundle = bundling.ask(session(), actor(), listing, numbers, day_asked())
    return redirect(url_for(".bundle", number=bundle.id), 303)


@pages.get("/cards/bundles/<int:number>")
@needs(Permission.CARD_BUNDLE)
def bundle(number: int) -> ResponseReturnValue:
    found = queries.own_bundle(session(), actor(), number)
    left_out = queries.left_out(session(), number, _SHOWN_LEFT_OUT)
    return render_template(
        "cards/bundle.html",
        bundle=found,
        searched_url=_searched_url,
        counts=queries.counts(session(), number),
        left_out=left_out,
        systems=by_numbers(session(), actor(), {each.system_id for each in left_out}),
        is_closed=_is_closed(found),
        kept_until=found.finished_at + KEPT_FOR if found.finished_at else None,
        waits=(clock.now() - found.changed_at).total_seconds(),
        button=Form(formdata=None),
    )


@pages.post("/cards/bundles/<int:number>/cancel")
@needs(Permission.CARD_BUNDLE)
def cancel_bundle(number: int) -> ResponseReturnValue:
    bundling.cancel(session(), actor(), queries.own_bundle(session(), actor(), number, lock=True))
    flash("No more cards are made. Those that were are deleted.", "good")
    return redirect(url_for(".bundle", number=number), 303)


@pages.get("/cards/bundles/<int:number>/cards.zip")
@needs(Permission.CARD_BUNDLE)
def bundle_file(number: int) -> ResponseReturnValue:
    found = queries.own_bundle(session(), actor(), number)
    files = Files(current_app.config["REGISTRY_DATA_DIR"], bundling.room_of(number))
    if found.state is not BundleState.READY or not files.has(found.sha256):
        raise NotFound("There is no file to fetch: the cards are not made yet, or are kept no longer.")
    if _is_closed(found):
        raise Forbidden(
            "A system in this file is no longer open to you, so the file is not either. Ask for the cards anew."
        )
    of = day_in_name(found.as_of) or f"-{found.asked_at:%Y-%m-%d}"
    return streamed(files.path(found.sha256), f"cards{of}-{number}.zip")


def _is_closed(found: CardBundle) -> bool:
    """Whether somebody may no longer see what they asked for."""
    return queries.holds_what_is_closed(session(), actor(), found)


def _searched_url(found: CardBundle) -> str:
    """Where the search is looked at again: as it is today, or as of the day its cards are of."""
    searched = f"?{found.search}" if found.search else "?view=all"
    return address_as_of(found.as_of, url_for("systems.register_page").removeprefix(mount()) + searched)
