"""The editions there are, a look at what a new one would change and for whom, and adopting it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, RuleBroken
from registry.lifecycle.rules import KNOWN
from registry.packs import actions, queries, rules
from registry.packs.forms import AdoptForm, EditionForm
from registry.packs.rules import UNCLASSIFIED, Change, Objection, Pack
from registry.people import queries as people
from registry.systems import queries as systems
from registry.systems.models import System
from registry.systems.rules.record import Stage
from registry.systems.rules.search import NOT_STATED, Search
from registry.web.doors import needs, takes_files
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.security import as_download

pages = Blueprint("packs", __name__)

_MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class _Edition:
    """One line of the list of editions."""

    pack: Pack
    state: str
    added_at: object = None
    added_by_id: int | None = None


@pages.get("/packs")
@needs(Permission.PACK_ADOPT)
def editions() -> ResponseReturnValue:
    every, today = queries.editions(session()), clock.today()
    ours = {(each.pack_id, each.edition): each for each in queries.added(session())}
    lines = []
    for pack in sorted(every, key=lambda each: (each.id, each.effective_from)):
        added = ours.get((pack.id, pack.edition))
        by = (added.added_at, added.added_by_id) if added else (None, None)
        lines.append(_Edition(pack, _state(every, pack, today), *by))
    who = {each.added_by_id for each in ours.values() if each.added_by_id}
    return render_template(
        "packs/editions.html",
        lines=lines,
        unread=[each for each in ours.values() if each.pack is None],
        people=people.people_by_id(session(), who),
    )


def _state(every: Sequence[Pack], pack: Pack, today: date) -> str:
    if pack.effective_from > today:
        return "to come"
    return "in force" if rules.current(every, pack.id, today) is pack else "superseded"


@pages.get("/packs/<pack_id>/<edition>.yaml")
@needs(Permission.FRAMEWORK_READ)
def text(pack_id: str, edition: str) -> Response:
    """An edition as it was written."""
    found = queries.text_of(session(), pack_id, edition)
    if found is None:
        raise NotFound
    return as_download(Response(found, mimetype="application/yaml"), f"{pack_id}-{edition}.yaml")


@pages.get("/packs/new")
@needs(Permission.PACK_ADOPT)
def new() -> ResponseReturnValue:
    return shown("packs/new.html", EditionForm(), objections=())


@pages.post("/packs/new")
@needs(Permission.PACK_ADOPT)
@takes_files
def look() -> ResponseReturnValue:
    form = EditionForm()
    sent = request.files.get("file")
    data = sent.read() if sent else b""
    if data:
        try:
            form.text.data = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            form.form_errors.append("This file is not UTF-8. Save it as UTF-8 and send it again.")
            return shown("packs/new.html", form, objections=())
    if not form.validate_on_submit():
        return shown("packs/new.html", form, objections=())
    return _looked_at(form.written, form)


@pages.post("/packs/adopt")
@needs(Permission.PACK_ADOPT)
@takes_files
def adopt() -> ResponseReturnValue:
    form = AdoptForm()
    written = form.written
    pack, objections = actions.checked(session(), written, KNOWN)
    before = _before(pack) if pack else None
    if pack is None or objections or form.against.data != _said(before):
        # Refused, or another edition came between: what would change is another list than the one looked at.
        return _looked_at(written, EditionForm(data={"text": written}))
    try:
        row = actions.adopt(session(), actor(), written, KNOWN)
    except RuleBroken as refused:
        form.take(refused.problems)
        return shown("packs/new.html", EditionForm(data={"text": written}), objections=())
    flash(f"{row.pack_id} {row.edition} is added.", "good")
    return redirect(url_for(".editions"), 303)


def _looked_at(written: str, form: EditionForm) -> ResponseReturnValue:
    pack, objections = actions.checked(session(), written, KNOWN)
    if pack is None or objections:
        return _refused(form, objections)
    before = _before(pack)
    changes = rules.changes(before, pack)
    count, some, search = _for_whom(changes)
    return render_template(
        "packs/preview.html",
        form=AdoptForm(formdata=None, data={"text": written, "against": _said(before)}),
        pack=pack,
        before=before,
        changes=changes,
        is_over=pack.effective_from < clock.today(),
        count=count,
        systems=some,
        register_url=url_for("systems.register_page", **_picked(search)),
        to_all=rules.touches_all(changes),
    )


def _picked(search: Search) -> dict[str, Any]:
    return dict(search.chosen)


def _refused(form: EditionForm, objections: Sequence[Objection]) -> Response:
    return shown("packs/new.html", form, objections=objections)


def _before(pack: Pack) -> Pack | None:
    return rules.before(queries.editions(session()), pack)


def _said(pack: Pack | None) -> str:
    return pack.said if pack else ""


def _for_whom(changes: Sequence[Change]) -> tuple[int, Sequence[System], Search]:
    """How many systems the changes touch, the first of them by name, and the search that finds them all."""
    stages = tuple(stage.value for stage in Stage if stage is not Stage.RETIRED)
    tiers = tuple(
        NOT_STATED if tier == UNCLASSIFIED else tier for tier in sorted(rules.tiers_touched(changes))
    )
    chosen = (("stage", stages),) if rules.touches_all(changes) else (("stage", stages), ("tier", tiers))
    search = Search(chosen=chosen)
    if not rules.touches_all(changes) and not tiers:
        return 0, [], search
    found = systems.page(session(), actor(), search, limit=_MOST_LISTED)
    return systems.count(session(), actor(), search), found.items, search
