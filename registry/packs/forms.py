"""Stating how a control is answered; a file of an edition, looked at and adopted."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from wtforms import FileField, HiddenField

from registry.packs.models import ControlStatement
from registry.packs.rules import Implementation, StatementFacts
from registry.packs.rules.reading import MOST_CHARACTERS
from registry.packs.rules.statements import TEXT_LIMIT
from registry.web.formkit import Chosen, Form, Picked, Revision, Text, Wanted


class Applies(StrEnum):
    """Whether a control applies to the organisation."""

    YES = "yes"
    NO = "no"


class StatementForm(Form):
    """One line of the statement of applicability."""

    applicable = Chosen("Applies to us", Applies, empty="Not stated yet", validators=[Wanted()])
    because = Text(
        "Why", TEXT_LIMIT, "Why it applies, or why it does not. An auditor asks for the second.", rows=3
    )
    how = Text("How it is answered", TEXT_LIMIT, "What is done and where it can be seen.")
    status = Chosen(
        "State",
        Implementation,
        "How much of that is done.",
        empty="Not stated yet",
        said=lambda one: one.said,
    )
    owner_id = Picked("Who answers for it", "The person an auditor would turn to.")
    version = Revision(default=0)

    def facts(self) -> StatementFacts:
        """What was typed, as the rules read it."""
        applicable = self.applicable.data
        return StatementFacts(
            applicable=None if applicable is None else applicable is Applies.YES,
            because=self.because.data or "",
            how=self.how.data or "",
            status=self.status.data,
            owner_id=self.owner_id.data,
        )


def statement_shown(row: ControlStatement | None) -> dict[str, Any]:
    """What a form about this control shows at first."""
    if row is None:
        return {"version": 0}
    return {
        "applicable": Applies.YES if row.applicable else Applies.NO,
        "because": row.because,
        "how": row.how,
        "status": row.status,
        "owner_id": row.owner_id,
        "version": row.version,
    }


def statement_opened(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The state of a row in the ledger as the form showed it to whoever opened it then; None where nothing was stated."""
    if state is None:
        return None
    return {
        "applicable": Applies.YES if state["applicable"] else Applies.NO,
        "because": state["because"],
        "how": state["how"],
        "status": Implementation(state["status"]) if state["status"] else None,
        "owner_id": state["owner_id"],
    }


class EditionForm(Form):
    """An edition as a file or as text; the text is kept when it is refused."""

    file = FileField("File", description="YAML in UTF-8. It takes the place of the text below.")
    text = Text(
        "Or its text",
        MOST_CHARACTERS,
        "Begin from the edition in force: download it, change it, give it a new edition and day.",
        rows=18,
    )

    @property
    def written(self) -> str:
        """The text with the line ends of a file: a browser sends those of a letter."""
        text = (self.text.data or "").replace("\r\n", "\n")
        return text if text.endswith("\n") else f"{text}\n"


class AdoptForm(Form):
    """Adopting the text that was looked at, against the edition it was compared with."""

    text = HiddenField()
    against = HiddenField()

    @property
    def written(self) -> str:
        """The text that was looked at."""
        return (self.text.data or "").replace("\r\n", "\n")
