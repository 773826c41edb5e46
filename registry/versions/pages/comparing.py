"""Two versions of a system side by side: the fields that differ, and the data only one of them learned from."""

from collections.abc import Mapping
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from registry.data_sources.models import DataSource
from registry.kernel.actor import Permission
from registry.systems import queries as systems
from registry.systems.models import System
from registry.versions import queries
from registry.versions.forms import PairForm
from registry.versions.pages.system import pages
from registry.versions.rules.comparing import Comparison, compared
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number
from registry.web.systemkit import frame


@pages.get("/systems/<key>/versions/compare")
@needs(Permission.SYSTEM_READ)
def compare(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    known = _offered(found)
    # Without a word about which, the newest beside the one before it.
    newest = dict(zip(("b", "a"), known, strict=False)) if len(known) > 1 else {}
    form = PairForm(formdata=request.args or None, data=newest)
    form.a.offer(known)
    form.b.offer(known)
    chosen = form.a.data is not None and form.b.data is not None and form.validate()
    body = render_template(
        "versions/compare.html",
        **frame(session(), actor(), found),
        form=form,
        known=known,
        **(_pair(found, form.a.data, form.b.data) if chosen else {"before": None}),
    )
    return make_response(body, 422 if form.errors else 200)


def _offered(found: System) -> dict[int, str]:
    """The newest versions, and those that the address names however old. Raises NotFound for another system's."""
    known = queries.labels_of(session(), found.id or 0)
    for name in ("a", "b"):
        number = query_number(name)
        if number is not None and number not in known:
            known[number] = queries.by_number(session(), found.id or 0, number).label
    return known


def _pair(found: System, first: int, second: int) -> dict[str, Any]:
    before, after = (queries.by_number(session(), found.id or 0, number) for number in (first, second))
    learned = queries.learned_by(session(), [first, second])
    sources = {source.id or 0: source for each in learned.values() for _, source in each}
    found_out = compared(queries.facts_of(before, learned[first]), queries.facts_of(after, learned[second]))
    return {
        "before": before,
        "after": after,
        "fields": found_out.fields,
        "sources": _sources(found_out, sources),
    }


def _sources(found_out: Comparison, sources: Mapping[int, DataSource]) -> list[tuple[str, DataSource, Any]]:
    """Each source with its period and where it is: in the later version only, the earlier only, or in both.

    The two periods of a source that both learned from stand one below the other, the earlier version's first.
    """
    again = found_out.on_both_sides
    told = [("before", each) for each in found_out.removed if each.source_id in again]
    told += [("after", each) for each in found_out.added if each.source_id in again]
    told.sort(key=lambda one: one[1].source_id)
    told += [("added", each) for each in found_out.added if each.source_id not in again]
    told += [("removed", each) for each in found_out.removed if each.source_id not in again]
    told += [("both", each) for each in found_out.kept]
    return [(where, sources[each.source_id], each) for where, each in told]
