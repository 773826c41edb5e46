"""The catalogue, and adding a source to it; what the pages of a source share."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.data_sources import actions, queries
from registry.data_sources.forms import SourceForm
from registry.data_sources.models import DataSource
from registry.data_sources.queries import Search
from registry.data_sources.rules.sources import WARN_DAYS, Classification, Stated, expiring, is_keeper
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Forbidden, NotFound, Problem, RuleBroken
from registry.people import queries as people
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number, shown

pages = Blueprint("data_sources", __name__)

PAGE = 50
BOTH = ("GET", "POST")
Choice = TypeVar("Choice", bound=StrEnum)


@pages.get("/data-sources")
@needs(Permission.DATA_SOURCE_READ)
def catalogue() -> ResponseReturnValue:
    unit = query_number("unit")
    search = _search(unit)
    after = parts_of(request.args.get("after"), (str, int))
    found = queries.sources_page(session(), search, after=after, limit=PAGE)
    owners = {source.owner_id for source in found.items if source.owner_id}
    following = _address(after=cursor_of(*found.next_after)) if found.next_after else None
    return render_template(
        "data_sources/list.html",
        sources=[(source, expiring(queries.source_facts(source), clock.today())) for source in found.items],
        owners=people.people_by_id(session(), owners),
        users=queries.users_counted(session(), actor(), [source.id or 0 for source in found.items]),
        total=queries.count(session(), search),
        search=search,
        narrowed=search != Search(),
        units=people.unit_paths(session()),
        unit=unit,
        my_unit=people.unit_of(session(), actor().person_id),
        classes=list(Classification),
        answers=list(Stated),
        days=WARN_DAYS,
        next_url=following,
        first_url=_address() if after else None,
    )


def _search(unit: int | None) -> Search:
    if unit is not None and unit > LARGEST_NUMBER:
        raise NotFound
    ahead = clock.today() + timedelta(days=WARN_DAYS)
    return Search(
        words=request.args.get("q", "").replace("\x00", "").strip()[:200],
        classification=chosen("classification", Classification),
        personal=chosen("personal", Stated),
        expires_by=ahead if request.args.get("expiring") == "1" else None,
        retired=request.args.get("retired") == "1",
        unit_ids=people.unit_with_those_below(session(), unit) if unit is not None else frozenset(),
    )


def chosen(name: str, kind: type[Choice]) -> Choice | None:
    """The filter of that name in the address, or None where it does not narrow. Raises RuleBroken."""
    text = request.args.get(name, "")
    if text and text not in set(kind):
        raise RuleBroken([Problem(name, "Choose one of the list.")])
    return kind(text) if text else None


def _address(**changes: str) -> str:
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "after" and value}
    return url_for("data_sources.catalogue", **(kept | changes))


@pages.route("/data-sources/new", methods=BOTH)
@needs(Permission.DATA_SOURCE_EDIT)
def new() -> ResponseReturnValue:
    form = offered(SourceForm(data=None if sent() else {"owner_id": actor().person_id}))
    source = form.carried_out(lambda: actions.add_source(session(), actor(), form.facts()))
    if source is None:
        return shown("data_sources/edit.html", form, source=None, parts=SourceForm.PARTS, conflict=())
    return back(source, f"{source.name} is in the catalogue as {source.key}.")


def sent() -> bool:
    """Whether this request writes."""
    return request.method == "POST"


def keeps(source: DataSource) -> bool:
    """Whether the reader may change this source."""
    return not actor().looks_back and is_keeper(actor(), source.owner_id, source.steward_id)


def to_keep(key: str) -> DataSource:
    """The source, for those who may change it; locked while it is written."""
    source = queries.by_key(session(), key, lock=sent())
    if not keeps(source):
        raise Forbidden(actions.NOT_KEEPER)
    return source


def offered(form: SourceForm, source: DataSource | None = None) -> SourceForm:
    """The form with everybody who is here to choose from, and whoever is named already."""
    known = (source.owner_id, source.steward_id) if source else ()
    names = people.people_to_choose(session(), clock.today(), kept=known)
    form.owner_id.offer(names)
    form.steward_id.offer(names)
    return form


def back(source: DataSource, said: str) -> ResponseReturnValue:
    """To the source's page, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for(".show", key=source.key), 303)
