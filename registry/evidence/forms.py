"""A piece of evidence; a newer file of one; withdrawing one."""

from typing import Any

from wtforms import FileField

from registry.evidence.models import Evidence
from registry.evidence.rules.record import NOTE_LIMIT, TITLE_LIMIT, EvidenceFacts, Kind
from registry.web.formkit import Chosen, Day, Form, Line, Revision, Text, Wanted

_STATED = ("title", "kind", "valid_until", "note")


class StatedForm(Form):
    """What is stated of a piece of evidence."""

    title = Line(
        "Title", TITLE_LIMIT, "By which people will find it, such as “Bias test, May 2026”.", required=True
    )
    kind = Chosen("Kind", Kind, empty="Choose one", validators=[Wanted()])
    valid_until = Day("Valid until", "Its last good day. Left out, it does not expire.")
    note = Text("Note", NOTE_LIMIT, "What it shows and where to look in it. Markdown is understood.", rows=3)

    def facts(self) -> EvidenceFacts:
        """What was typed, as the rules read it."""
        return EvidenceFacts(
            self.title.data or "", self.kind.data, self.valid_until.data, self.note.data or ""
        )


class AddForm(StatedForm):
    """A piece of evidence with its first file."""

    file = FileField("File", render_kw={"required": True})


class EvidenceForm(StatedForm):
    """What is stated of a piece of evidence that is kept, and the revision it was read at."""

    version = Revision(default="0")

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)


class ReviseForm(Form):
    """A newer file of a piece of evidence."""

    file = FileField("File", render_kw={"required": True})
    valid_until = Day("Valid until", "The last good day of the newer file. Left out, it does not expire.")
    note = Text("What is new in it", NOTE_LIMIT, "Kept with the file.", rows=2)


class WithdrawForm(Form):
    """Why a piece of evidence no longer counts."""

    version = Revision(default="0")
    because = Text(
        "Why it no longer counts", NOTE_LIMIT, "Shown wherever the evidence is.", rows=3, required=True
    )

    @property
    def revision(self) -> int:
        """The revision its reader saw."""
        return int(self.version.data or 0)


def evidence_shown(evidence: Evidence) -> dict[str, Any]:
    """The evidence as the form shows it."""
    return {name: getattr(evidence, name) for name in (*_STATED, "version")}


def evidence_opened(state: dict[str, Any] | None) -> dict[str, Any] | None:
    """A revision of the record, as the ledger wrote it, in the form's own values; for telling whose change is whose."""
    return {**state, "kind": Kind(state["kind"])} if state else None
