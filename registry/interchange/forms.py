"""Uploading a file; mapping its columns; deciding what may be a duplicate; choosing who answers; taking it back; cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import FileField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from registry.interchange.rules.imports import PROFILE_NAME_LIMIT, Choice
from registry.interchange.rules.mapping import FIELDS, FIELDS_PER_COLUMN, MOST_COLUMNS, Choices, How
from registry.kernel.dates import Order
from registry.store.sheets.encodings import ENCODINGS
from registry.systems.rules.record import NAME_LIMIT, SUMMARY_LIMIT, Registration, Visibility
from registry.web.formkit import Chosen, Form, Line, Picked, Revision, Sentences

_LONGEST_NUMBER = 7
_LONGEST_RECORD_NUMBER = 9
_ORDERS: Mapping[Order, str] = {
    Order.UNSTATED: "Only dates that can be read in one way",
    Order.MONTH_FIRST: "7/1/2026 is 1 July: the month comes first",
    Order.DAY_FIRST: "7/1/2026 is 7 January: the day comes first",
}
_PREFIX = "likeness-"


class UploadForm(Form):
    """The file that holds an inventory."""

    file = FileField(
        "Inventory file",
        description="CSV, TSV, XLSX, XLS, ODS, JSON, JSON lines or YAML, as it was exported.",
        render_kw={"required": True},
    )


class MappingForm(Form):
    """How the file is read and which column is which field; the columns themselves are read by `choices_in`."""

    profile = HiddenField()
    sheet = HiddenField()
    encoding = HiddenField()
    heading_row = HiddenField()
    dates = SelectField(
        "How dates are written",
        choices=[SelectChoice(value=order.value, label=said) for order, said in _ORDERS.items()],
    )
    save_as = Line(
        "Save this mapping as",
        PROFILE_NAME_LIMIT,
        "Give it a name to have it offered for the next file with these columns. Empty: it is used for this file alone.",
    )


class CarryForm(Form):
    """Who answers for the systems whose row names nobody who is here."""

    attempt = Revision(default="0")
    steward_id = Picked("Steward", empty="Choose a person", required=True)


def how_in(sent: Mapping[str, Any]) -> How:
    """How the file is to be read, from an address's query or a form; what is no such thing is left to be guessed."""
    encoding, row = str(sent.get("encoding", "")), str(sent.get("heading_row", ""))
    number = int(row) if row.isascii() and row.isdigit() and len(row) <= _LONGEST_NUMBER else None
    sheet = "".join(sign for sign in str(sent.get("sheet", ""))[:200] if sign.isprintable())
    return How(sheet, number or None, encoding if encoding in ENCODINGS else "")


def choices_in(sent: MultiDict[str, str], profile: str, dates: str) -> Choices:
    """The mapping a person sent: for the column named `column-3`, the fields `field-3-0` and `field-3-1`, and `key-3`."""
    columns: dict[str, tuple[str, ...]] = {}
    key = []
    for place in range(MOST_COLUMNS):
        column = sent.get(f"column-{place}", "")[:200]
        if not column:
            continue
        named = [sent.get(f"field-{place}-{part}", "") for part in range(FIELDS_PER_COLUMN)]
        if fields := tuple(dict.fromkeys(name for name in named if name in FIELDS)):
            columns[column] = fields
        if sent.get(f"key-{place}"):
            key.append(column)
    return Choices(profile, columns, tuple(key), Order(dates) if dates in set(Order) else Order.UNSTATED)


def decisions_in(sent: Mapping[str, str]) -> dict[int, Choice]:
    """What was decided of each likeness, by its number."""
    found = {}
    for name, value in sent.items():
        number = name.removeprefix(_PREFIX)
        if name.startswith(_PREFIX) and _is_number(number) and value in set(Choice):
            found[int(number)] = Choice(value)
    return found


def _is_number(text: str) -> bool:
    """Whether a text is a number a record could have: Python refuses to read one of thousands of digits."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_RECORD_NUMBER


def decision_for_all(sent: Mapping[str, str]) -> Choice | None:
    """What was decided for every likeness nobody has decided yet, or None."""
    value = sent.get("all", "")
    return Choice(value) if value in {Choice.SKIP, Choice.CREATE} else None


def encodings() -> Sequence[tuple[str, str]]:
    """The encodings one may choose, with their names."""
    return tuple(ENCODINGS.items())


class CardFileForm(Form):
    """The file that holds a model card."""

    file = FileField(
        "Model card",
        description="A Hugging Face card (Markdown), a Model Card Toolkit card or a CycloneDX ML-BOM (JSON), in UTF-8.",
        render_kw={"required": True},
    )
    config = FileField(
        "Configuration beside it",
        description="The config.json that stands beside a README.md in a repository of Hugging Face, where there is one.",
    )


class CardForm(Form):
    """What a person adds to a card that was read; the card itself comes back as it was sent, and is read again."""

    card = HiddenField()
    config = HiddenField()
    file_name = HiddenField()
    name = Line("Name", NAME_LIMIT, "The name people here use for it.", required=True)
    summary = Sentences(
        "What it does",
        SUMMARY_LIMIT,
        "One or two sentences a colleague from another unit understands.",
        rows=3,
        required=True,
    )
    unit_id = Picked("Unit", "The unit that runs it.", empty="Choose a unit", required=True)
    visibility = Chosen(
        "Who may know of it",
        Visibility,
        "Of a restricted system, the data its card names stand in a note: everybody reads the catalogue.",
        said=lambda one: "Restricted" if one is Visibility.RESTRICTED else "Everybody in the company",
    )

    def registration(self, owner_id: int | None) -> Registration:
        """What was typed, with the person who imports as the owner."""
        return Registration(
            self.name.data or "",
            self.summary.data or "",
            self.unit_id.data,
            owner_id,
            self.visibility.data or Visibility.COMPANY,
        )
