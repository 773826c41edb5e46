"""Every tag with its count; one tag, the systems that carry it and its keeping; the tags of a system."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.annotations import actions, queries
from registry.annotations.forms import AddTagsForm, MergeTagForm, RemoveTagForm, RenameTagForm
from registry.annotations.models import Tag
from registry.annotations.rules.tags import names_in
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound
from registry.kernel.text import counted
from registry.ownership import queries as ownership
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.actions import let_views_follow_tag
from registry.systems.models import System
from registry.systems.queries import Search
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

pages = Blueprint("annotations", __name__)

_PAGE = 50


@pages.get("/tags")
@needs(Permission.SYSTEM_READ)
def tags() -> ResponseReturnValue:
    return render_template("annotations/tags.html", counts=_counts())


def _counts() -> list[tuple[Tag, int]]:
    known = systems.numbers_visible_to(actor())
    return list(queries.tag_counts(session(), known, unused=actor().sees_everything))


@pages.get("/tags/<int:number>")
@needs(Permission.SYSTEM_READ)
def tag(number: int) -> ResponseReturnValue:
    found = _known(number)
    return _tag_page(found, RenameTagForm(data={"name": found.name}), _merging(found))


def _held(number: int, *others: int) -> tuple[Tag, dict[int, Tag]]:
    """The tag as `_known` finds it, and the others there are, all held until this request is done."""
    held = queries.held_tags(session(), {number, *others})
    return _known(number), held


def _known(number: int) -> Tag:
    """The tag, if a system that the reader may know of carries it. Raises NotFound, as for a tag there is not."""
    found = queries.tag_by_id(session(), number)
    if not actor().sees_everything and not queries.carriers(
        session(), number, systems.numbers_visible_to(actor())
    ):
        raise NotFound
    return found


def _merging(found: Tag) -> MergeTagForm:
    form = MergeTagForm()
    form.into_id.offer({each.id or 0: each.name for each, _ in _counts() if each.id != found.id})
    return form


def _tag_page(found: Tag, renaming: Form, merging: Form, troubled: Form | None = None) -> Response:
    after = parts_of(request.args.get("after"), (str, int))
    search = Search(chosen=(("tag", (found.name,)),))
    page = systems.page(session(), actor(), search, after=after, limit=_PAGE)
    following = cursor_of(*page.next_after) if page.next_after else None
    return shown(
        "annotations/tag.html",
        troubled or renaming,
        tag=found,
        systems=page.items,
        owners=ownership.owners_of(session(), [system.id or 0 for system in page.items]),
        total=systems.count(session(), actor(), search),
        next_url=url_for(".tag", number=found.id, after=following) if following else None,
        renaming=renaming,
        merging=merging,
    )


@pages.post("/tags/<int:number>/rename")
@needs(Permission.TAGS_MANAGE)
def rename_tag(number: int) -> ResponseReturnValue:
    found, _ = _held(number)
    form = RenameTagForm()
    done = form.carried_out(lambda: _renamed(found, form.name.data or ""))
    if done is None:
        return _tag_page(found, form, _merging(found))
    flash(f"The tag is called {done.name} now.", "good")
    return redirect(url_for(".tag", number=number), 303)


def _renamed(found: Tag, name: str) -> Tag:
    # Views follow in the same transaction: none is ever seen asking for a tag by a name it no longer has.
    before, views = found.name, systems.views_by_tag(session(), found)
    renamed = actions.rename_tag(session(), actor(), found, name)
    let_views_follow_tag(session(), actor(), views, before, renamed.name)
    return renamed


def _merged(found: Tag, into: Tag | None) -> int:
    before, views = found.name, systems.views_by_tag(session(), found)
    moved = actions.merge_tags(session(), actor(), found, into)
    let_views_follow_tag(session(), actor(), views, before, into.name if into else before)
    return moved


@pages.post("/tags/<int:number>/merge")
@needs(Permission.TAGS_MANAGE)
def merge_tag(number: int) -> ResponseReturnValue:
    found, held = _held(number, request.form.get("into_id", 0, type=int))
    form = _merging(found)
    into = held.get(form.into_id.data or 0)
    moved = form.carried_out(lambda: _merged(found, into))
    if moved is None:
        return _tag_page(found, RenameTagForm(formdata=None, data={"name": found.name}), form, form)
    flash(f"{found.name} is merged. {counted(moved, 'system')} carried it.", "good")
    return redirect(url_for(".tag", number=into.id if into else number), 303)


@pages.post("/tags/<int:number>/remove")
@needs(Permission.TAGS_MANAGE)
def remove_tag(number: int) -> ResponseReturnValue:
    found, _ = _held(number)
    actions.remove_tag(session(), actor(), found)
    flash(f"The tag {found.name} is removed.", "good")
    return redirect(url_for(".tags"), 303)


@pages.post("/systems/<key>/tags")
@needs(Permission.SYSTEM_TAG)
def add_tags(key: str) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SYSTEM_TAG, system.id)
    form = AddTagsForm()
    changed = form.carried_out(lambda: _add(system, form))
    if changed is None:
        return _adding_page(system, form)
    flash("Tagged." if changed else "The system carries that already.", "good")
    return redirect(url_for("systems.show", key=system.key, _anchor="tags"), 303)


def _add(system: System, form: AddTagsForm) -> bool:
    # A line of nothing but commas still names one tag: the empty one, which the rules answer.
    names = names_in(form.tags.data or "") or ("",)
    return actions.retag(session(), actor(), system.id or 0, add=names)


def _adding_page(system: System, form: Form) -> Response:
    context = frame(session(), actor(), system)
    return shown("annotations/add_tags.html", form, **context, known=[each for each, _ in _counts()])


@pages.post("/systems/<key>/tags/remove")
@needs(Permission.SYSTEM_TAG)
def remove_tags(key: str) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SYSTEM_TAG, system.id)
    form = RemoveTagForm()
    names = names_in(form.tags.data or "")
    if form.carried_out(lambda: actions.retag(session(), actor(), system.id or 0, remove=names)):
        flash(f"{', '.join(names)} is taken off.", "good")
    return redirect(url_for("systems.show", key=system.key, _anchor="tags"), 303)
