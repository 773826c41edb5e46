"""What a system is made from and fed with: its uses of sources, attaching one, ending one."""

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.data_sources import actions, queries
from registry.data_sources.forms import AttachForm, EndForm
from registry.data_sources.models import DataUse
from registry.data_sources.pages.catalogue import BOTH, pages, sent
from registry.data_sources.rules.sources import Purpose, SourceFacts, expiring, gaps
from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Problem, RuleBroken
from registry.lifecycle.rules import Standing
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame


@pages.get("/systems/<key>/data")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    return _system_page(systems.by_key(session(), actor(), key), AttachForm(formdata=None))


@pages.post("/systems/<key>/data")
@needs(Permission.DATA_USE_EDIT)
def system_attach(key: str) -> ResponseReturnValue:
    found = _to_feed(key)
    form = AttachForm()
    use = form.carried_out(lambda: _attached(found, form))
    if use is None:
        return _system_page(found, form)
    flash("Attached.", "good")
    return redirect(url_for(".system", key=found.key), 303)


def _attached(found: System, form: AttachForm) -> DataUse:
    """Attach the source that was meant; where the person says so, add it to the catalogue first."""
    typed = form.source.data or ""
    source = queries.source_meant(session(), typed) if typed else None
    if source is None and typed and form.is_new.data:
        source = actions.add_source(session(), actor(), SourceFacts(name=typed, owner_id=actor().person_id))
    if source is None:
        says = "The catalogue has no source of this name or id. Choose one it offers, or tick that it is new."
        raise RuleBroken([Problem("source", says if typed else "Name the source, or give its id.")])
    return actions.attach(
        session(), actor(), found.id or 0, source, form.purpose.data, note=form.note.data or ""
    )


def _system_page(found: System, form: AttachForm) -> Response:
    framed = frame(session(), actor(), found)
    number, today = found.id or 0, clock.today()
    mends = may(actor(), Permission.DATA_USE_EDIT, number)
    uses = [
        (use, source, expiring(queries.source_facts(source), today), gaps(queries.source_facts(source)))
        for use, source in queries.uses_of(session(), number)
    ]
    return shown(
        "data_sources/system.html",
        form,
        **framed,
        asked=_asked(framed["record"], has_uses=bool(uses), mends=mends),
        uses=sorted(uses, key=lambda row: list(Purpose).index(row[0].purpose)),
        ended=queries.uses_of(session(), number, ended=True),
        known=queries.offered_names(session()),
        may_edit=mends,
    )


def _asked(record: Standing, *, has_uses: bool, mends: bool) -> list[dict[str, Any]]:
    """The data's part of the checklist, each line with the part of the page that mends it for those who may."""
    return [
        {
            "holds": item.holds,
            "says": item.says,
            "pattern": item.pattern,
            "url": f"#{item.field or ('uses' if has_uses else 'attach')}" if mends else None,
        }
        for item in record.items
        if item.tab == "data"
    ]


@pages.route("/systems/<key>/data/<int:number>/end", methods=BOTH)
@needs(Permission.DATA_USE_EDIT)
def system_end_use(key: str, number: int) -> ResponseReturnValue:
    found = _to_feed(key)
    use, source = queries.use_by_id(session(), found.id or 0, number, lock=sent())
    form = EndForm()
    ended = form.carried_out(lambda: actions.end_use(session(), actor(), use, form.because.data or ""))
    if ended is None:
        return shown(
            "data_sources/end_use.html", form, **frame(session(), actor(), found), use=use, source=source
        )
    flash(f"{found.name} no longer uses {source.name} for this purpose.", "good")
    return redirect(url_for(".system", key=found.key), 303)


def _to_feed(key: str) -> System:
    """The system, locked while something is attached to it, so that a use is begun only once."""
    found = systems.by_key(session(), actor(), key, lock=sent())
    require(actor(), Permission.DATA_USE_EDIT, found.id)
    return found
