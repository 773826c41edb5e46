"""The notes of a system: reading, writing, correcting, withdrawing."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.annotations import actions, queries
from registry.annotations.forms import NoteForm, WithdrawForm
from registry.annotations.models import Note
from registry.annotations.pages.tags import pages
from registry.annotations.rules import notes as rules
from registry.kernel.actor import Permission, Role, may, require
from registry.kernel.errors import Conflict, Forbidden
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

_PAGE = 20


@pages.get("/systems/<key>/notes")
@needs(Permission.SYSTEM_READ)
def notes(key: str) -> ResponseReturnValue:
    return _notes_page(systems.by_key(session(), actor(), key), NoteForm(formdata=None))


def _notes_page(system: System, form: Form) -> Response:
    before = parts_of(request.args.get("before"), (int,))
    page = queries.notes_page(session(), system.id or 0, before=before[0] if before else None, limit=_PAGE)
    following = cursor_of(*page.next_after) if page.next_after else None
    return shown(
        "annotations/notes.html",
        form,
        **frame(session(), actor(), system),
        notes=page.items,
        may_write=may(actor(), Permission.NOTE_WRITE, system.id),
        administers=Role.ADMINISTRATOR in actor().roles,
        next_url=url_for(".notes", key=system.key, before=following) if following else None,
        first_url=url_for(".notes", key=system.key) if before else None,
    )


@pages.post("/systems/<key>/notes")
@needs(Permission.NOTE_WRITE)
def write_note(key: str) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key)
    require(actor(), Permission.NOTE_WRITE, system.id)
    form = NoteForm()
    note = form.carried_out(
        lambda: actions.write_note(session(), actor(), system.id or 0, form.body.data or "")
    )
    if note is None:
        return _notes_page(system, form)
    flash("Noted.", "good")
    return redirect(url_for(".notes", key=system.key, _anchor=f"note-{note.id}"), 303)


@pages.get("/systems/<key>/notes/<int:number>/correct")
@needs(Permission.NOTE_WRITE)
def correct_note_form(key: str, number: int) -> ResponseReturnValue:
    system, note = _mine(key, number)
    return _correct_page(system, note, NoteForm(data={"body": note.body, "version": note.version}))


@pages.post("/systems/<key>/notes/<int:number>/correct")
@needs(Permission.NOTE_WRITE)
def correct_note(key: str, number: int) -> ResponseReturnValue:
    system, note = _mine(key, number, lock=True)
    form = NoteForm()
    try:
        saved = form.carried_out(lambda: _correct(note, form))
    except Conflict as conflict:
        form.form_errors.append(
            f"{conflict.says} It now reads as shown below the form; save again to replace it."
        )
        form.version.data, form.version.raw_data = note.version, None
        return _correct_page(system, note, form)
    if saved is None:
        return _correct_page(system, note, form)
    flash("Corrected. The history keeps how it read before.", "good")
    return redirect(url_for(".notes", key=system.key, _anchor=f"note-{number}"), 303)


def _mine(key: str, number: int, *, lock: bool = False) -> tuple[System, Note]:
    system, note = _found(key, number, lock=lock)
    if not rules.may_correct(author_id=note.author_id, actor_id=actor().person_id):
        raise Forbidden("Only its author can correct a note. Write one of your own beside it.")
    return system, note


def _correct(note: Note, form: NoteForm) -> Note:
    return actions.correct_note(
        session(), actor(), note, form.body.data or "", version=form.version.data or 0
    )


def _found(key: str, number: int, *, lock: bool = False) -> tuple[System, Note]:
    system = systems.by_key(session(), actor(), key)
    note = queries.note_by_id(session(), system.id or 0, number, lock=lock)
    require(actor(), Permission.NOTE_WRITE, system.id)
    return system, note


def _correct_page(system: System, note: Note, form: Form) -> Response:
    return shown("annotations/correct.html", form, **frame(session(), actor(), system), note=note)


@pages.get("/systems/<key>/notes/<int:number>/withdraw")
@needs(Permission.NOTE_WRITE)
def withdraw_note_form(key: str, number: int) -> ResponseReturnValue:
    system, note = _withdrawable(key, number)
    return _withdraw_page(system, note, WithdrawForm(formdata=None))


@pages.post("/systems/<key>/notes/<int:number>/withdraw")
@needs(Permission.NOTE_WRITE)
def withdraw_note(key: str, number: int) -> ResponseReturnValue:
    system, note = _withdrawable(key, number, lock=True)
    form = WithdrawForm()
    done = form.carried_out(lambda: actions.withdraw_note(session(), actor(), note, form.because.data or ""))
    if done is None:
        return _withdraw_page(system, note, form)
    flash("Withdrawn. Your reason stands in its place.", "good")
    return redirect(url_for(".notes", key=system.key, _anchor=f"note-{number}"), 303)


def _withdrawable(key: str, number: int, *, lock: bool = False) -> tuple[System, Note]:
    system, note = _found(key, number, lock=lock)
    administers = Role.ADMINISTRATOR in actor().roles
    if not rules.may_withdraw(author_id=note.author_id, actor_id=actor().person_id, administers=administers):
        raise Forbidden("Only its author or an administrator can withdraw a note.")
    return system, note


def _withdraw_page(system: System, note: Note, form: Form) -> Response:
    return shown("annotations/withdraw.html", form, **frame(session(), actor(), system), note=note)
