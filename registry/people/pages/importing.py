"""A people file in the browser: upload, a look at what it would change, import."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.queries import staying_holders
from registry.kernel.actor import Permission, Role
from registry.kernel.errors import Problem, RuleBroken
from registry.ownership.queries import open_seats_counted
from registry.people import actions, queries
from registry.people.forms import PeopleFileForm, PeopleImportForm
from registry.people.models import PeopleUpload
from registry.people.pages.directory import pages
from registry.people.queries import PeopleFile
from registry.people.rules.imports import (
    Leaver,
    Planned,
    Surroundings,
    digest_of,
    plan,
    report,
    stated_leavers,
)
from registry.store.sheets import Limits, SheetRefused
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown

MOST_ROWS = 5_000
_MOST_SHOWN = 500
_MOVED_ON = (
    "The directory has changed since you looked. Look at what the file would change now, then import it."
)


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file as it would be imported now."""

    file: PeopleFile
    around: Surroundings
    planned: Sequence[Planned]
    gone: Sequence[Leaver]

    @property
    def digest(self) -> str:
        """What whoever looked at it has seen."""
        return digest_of(self.planned, (leaver.person_id for leaver in self.gone))

    def report(self, units_made: int = 0) -> dict[str, Any]:
        leavers = [*stated_leavers(self.planned, self.around.known), *self.gone]
        seats = open_seats_counted(session(), {leaver.person_id for leaver in leavers})
        return report(self.planned, leavers, seats, units_made)


@pages.get("/people/import")
@needs(Permission.PEOPLE_EDIT)
def import_form() -> ResponseReturnValue:
    return shown("people/import.html", PeopleFileForm(), most=MOST_ROWS)


@pages.post("/people/import")
@needs(Permission.PEOPLE_EDIT)
def import_upload() -> ResponseReturnValue:
    form = PeopleFileForm()
    kept = form.carried_out(_keep)
    if kept is None:
        return shown("people/import.html", form, most=MOST_ROWS)
    return redirect(url_for("people.import_preview", number=kept.id), 303)


def _keep() -> PeopleUpload:
    """The file that was sent, kept once it is known to be one that can be read. Raises RuleBroken."""
    sent, mapping = request.files.get("file"), request.files.get("mapping")
    name = (sent.filename if sent else "") or "people.csv"
    data, map_data = (each.read() if each else b"" for each in (sent, mapping))
    if data:
        _read(data, name, map_data or None)
    return actions.keep_upload(session(), actor(), name, data, map_data or None)


def _read(data: bytes, name: str, map_data: bytes | None) -> PeopleFile:
    try:
        return queries.people_file(data, name, map_data=map_data, limits=Limits(rows=MOST_ROWS))
    except SheetRefused as refusal:
        raise RuleBroken([Problem("file", refusal.says)]) from refusal


def _looked_at(upload: PeopleUpload, day: date | None) -> _Looked:
    file = _read(upload.data or b"", upload.file_name, upload.map_data)
    staying = staying_holders(session(), Role.ADMINISTRATOR)
    around = queries.surroundings(session(), file, staying=staying, oneself=actor().person_id)
    planned = plan(file.rows, around)
    return _Looked(file, around, planned, queries.absent(session(), file, planned, around, day))


@pages.get("/people/import/<int:number>")
@needs(Permission.PEOPLE_EDIT)
def import_preview(number: int) -> ResponseReturnValue:
    upload = queries.upload_by_id(session(), number, actor().person_id)
    if upload.result is not None:
        return render_template(
            "people/import_result.html", upload=upload, result=upload.result, most_shown=_MOST_SHOWN
        )
    return _preview_page(upload, PeopleImportForm())


def _preview_page(upload: PeopleUpload, form: PeopleImportForm) -> Response:
    looked = _looked_at(upload, None)
    changed = [one for one in looked.planned if one.changes or one.new_unit]
    form.seen.raw_data, form.seen.data = None, looked.digest
    return shown(
        "people/import_preview.html",
        form,
        upload=upload,
        result=looked.report(),
        warnings=looked.file.warnings,
        columns=[(target, ", ".join(names)) for target, names in looked.file.mapping.columns.items()],
        changed=changed[:_MOST_SHOWN],
        new_units=sorted({" / ".join(one.new_unit) for one in changed if one.new_unit}),
        most_shown=_MOST_SHOWN,
    )


@pages.post("/people/import/<int:number>")
@needs(Permission.PEOPLE_EDIT)
def import_apply(number: int) -> ResponseReturnValue:
    upload = queries.upload_by_id(session(), number, actor().person_id, lock=True)
    form = PeopleImportForm()
    if upload.result is None and form.carried_out(lambda: _apply(upload, form)) is None:
        return _preview_page(upload, form)
    flash(f"{upload.file_name} is imported. The ledger has every change.", "good")
    return redirect(url_for("people.import_preview", number=number), 303)


def _apply(upload: PeopleUpload, form: PeopleImportForm) -> dict[str, Any]:
    looked = _looked_at(upload, form.last_day.data)
    if form.seen.data != looked.digest:
        raise RuleBroken([Problem("", _MOVED_ON)])
    made = actions.import_people(
        session(),
        actor(),
        file_name=upload.file_name,
        kind=looked.file.mapping.kind,
        planned=looked.planned,
        units=looked.around.units,
        leavers=looked.gone,
    )
    result = looked.report(made)
    actions.finish_upload(session(), actor(), upload, result)
    return result
