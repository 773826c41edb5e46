"""Registration in four fields; the whole record; a saved view."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from registry.systems.models import System
from registry.systems.rules.record import (
    AUTONOMY,
    LINE_LIMIT,
    LONG_TEXTS,
    MAX_LINKS,
    NAME_LIMIT,
    SUMMARY_LIMIT,
    TEXT_LIMIT,
    Kind,
    Link,
    Registration,
    Reversibility,
    SystemFacts,
    Visibility,
)
from registry.web.formkit import Chosen, Count, Day, Form, Line, Picked, Revision, Sentences, Text

_MARKDOWN = "Markdown is understood."
_SUMMARY_FITS = f"At most {SUMMARY_LIMIT} characters; a line break becomes a space."


def _visibility() -> Chosen:
    return Chosen(
        "Who may know of it",
        Visibility,
        "Restricted systems are visible only to those who hold a seat on them, the heads of their unit, "
        "reviewers, auditors and administrators.",
        said=lambda one: {
            Visibility.COMPANY: "Everybody in the company",
            Visibility.RESTRICTED: "Restricted",
        }[one],
    )


class RegisterForm(Form):
    """Four things first; everything else can follow."""

    name = Line("Name", NAME_LIMIT, "The name people use for it.", required=True)
    summary = Sentences(
        "What it does",
        SUMMARY_LIMIT,
        f"One or two sentences a colleague from another unit understands. {_SUMMARY_FITS}",
        rows=3,
        required=True,
    )
    unit_id = Picked("Unit", "The unit that runs it.", empty="Choose a unit", required=True)
    owner_id = Picked(
        "Accountable owner",
        "The one person who answers for it. They are asked to confirm.",
        empty="Choose a person",
        required=True,
    )
    visibility = _visibility()

    def registration(self) -> Registration:
        """What was typed, as the rules read it."""
        return Registration(
            name=self.name.data or "",
            summary=self.summary.data or "",
            unit_id=self.unit_id.data,
            owner_id=self.owner_id.data,
            visibility=self.visibility.data or Visibility.COMPANY,
        )


class Levels(SelectField):
    """The autonomy level."""

    def __init__(self, label: str, description: str, **options: Any) -> None:
        named = [
            SelectChoice(value=str(level), label=f"{level} — {said}") for level, said in AUTONOMY.items()
        ]
        super().__init__(
            label,
            choices=[SelectChoice(value="", label="Not stated"), *named],
            coerce=lambda value: int(value) if value not in {None, ""} else None,
            description=description,
            **options,
        )

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in AUTONOMY:
            raise ValidationError("Choose one of the list.")


class RecordForm(Form):
    """Everything the owner states of a system."""

    version = Revision()
    name = Line("Name", NAME_LIMIT, required=True)
    summary = Sentences(
        "Summary",
        SUMMARY_LIMIT,
        f"What it does, in one or two sentences. {_SUMMARY_FITS}",
        rows=3,
        required=True,
    )
    unit_id = Picked("Unit", empty="Choose a unit", required=True)
    visibility = _visibility()
    description = Text("Description", TEXT_LIMIT, _MARKDOWN, rows=6)
    kind = Chosen("Kind", Kind, empty="Not stated", said=lambda kind: kind.said)
    technique = Line(
        "Technique", LINE_LIMIT, "Such as gradient boosting, retrieval with a language model, rules."
    )
    modality = Line("Modality", LINE_LIMIT, "What goes in and comes out: text, images, tables, speech.")
    links = Text(
        "Links",
        60_000,
        f"One a line, at most {MAX_LINKS}: a label, a space, the address. Code, documents, tickets.",
        rows=3,
    )

    intended_use = Text("Intended use", TEXT_LIMIT, f"What it is meant for. {_MARKDOWN}", rows=4)
    out_of_scope = Text(
        "Out of scope", TEXT_LIMIT, "What it must not be used for, and foreseeable misuse.", rows=4
    )
    users = Text("Users", TEXT_LIMIT, "Who works with its output.", rows=2)
    affected_people = Text(
        "People affected", TEXT_LIMIT, "Who is touched by what it decides or suggests.", rows=2
    )
    affected_count = Count("How many people affected a year")
    volume_per_day = Count("Outputs a day")

    autonomy = Levels("Autonomy", "How far it decides by itself.")
    reversibility = Chosen(
        "Reversibility",
        Reversibility,
        "Whether a decision taken on its output can be undone.",
        empty="Not stated",
        said=lambda one: one.said,
    )
    oversight_plan = Text(
        "Oversight plan", TEXT_LIMIT, "Who watches it, what they look at, how they stop it.", rows=4
    )
    complaints_contact = Line(
        "Contact for complaints and appeals", LINE_LIMIT, "An address people can write to."
    )
    known_limitations = Text("Known limitations", TEXT_LIMIT, "What it does badly, and for whom.", rows=4)

    deployed_where = Line(
        "Where it runs", LINE_LIMIT, "Such as own data centre, a cloud region, a vendor's service."
    )
    regions = Line("Languages and regions", LINE_LIMIT)
    in_service_on = Day("First in service on")
    legal_roles = Text(
        "Legal role per jurisdiction", TEXT_LIMIT, "Such as: EU — deployer; UK — provider.", rows=2
    )

    vendor_name = Line("Vendor", LINE_LIMIT, "Empty when it is our own.")
    vendor_contract = Line("Contract", LINE_LIMIT, "Its number or where it is kept.")
    vendor_data_access = Text("Vendor's access to our data", TEXT_LIMIT, rows=2)
    vendor_exit = Text("How we would leave the vendor", TEXT_LIMIT, rows=2)

    # The page shows the record in these parts, in this order.
    PARTS = (
        (
            "What it is",
            (
                "name",
                "summary",
                "unit_id",
                "visibility",
                "description",
                "kind",
                "technique",
                "modality",
                "links",
            ),
        ),
        (
            "Use",
            ("intended_use", "out_of_scope", "users", "affected_people", "affected_count", "volume_per_day"),
        ),
        (
            "Oversight",
            ("autonomy", "reversibility", "oversight_plan", "complaints_contact", "known_limitations"),
        ),
        ("Where it runs", ("deployed_where", "regions", "in_service_on", "legal_roles")),
        ("Vendor", ("vendor_name", "vendor_contract", "vendor_data_access", "vendor_exit")),
    )

    def facts(self) -> SystemFacts:
        """What was typed, as the rules read it."""
        values = {each.name: self[each.name].data for each in fields(SystemFacts)}
        for name in LONG_TEXTS:
            values[name] = values[name] or ""
        values["links"] = links_in(self.links.data or "")
        values["visibility"] = values["visibility"] or Visibility.COMPANY
        return SystemFacts(**values)


def stated(system: System) -> dict[str, Any]:
    """The record as the form shows it."""
    values = {each.name: getattr(system, each.name) for each in fields(SystemFacts)}
    values["links"] = _lines(system.links)
    return values | {"version": system.version}


def stated_then(base: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A record as the ledger wrote it, with its values as the form has them; None stays None."""
    if base is None:
        return None
    values = {each.name: base[each.name] for each in fields(SystemFacts) if each.name in base}
    kinds: dict[str, Callable[[str], Any]] = {
        "kind": Kind,
        "visibility": Visibility,
        "reversibility": Reversibility,
        "in_service_on": date.fromisoformat,
    }
    for name, read in kinds.items():
        if values.get(name):
            values[name] = read(values[name])
    values["links"] = _lines(values.get("links", []))
    return values


def _lines(links: Sequence[Mapping[str, str]]) -> str:
    return "\n".join(f"{link['label']} {link['url']}" for link in links)


def links_in(text: str) -> tuple[Link, ...]:
    """Links typed one a line: the last word is the address, what stands before it the label."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if words:
            found.append(Link(" ".join(words[:-1]) or words[-1], words[-1]))
    return tuple(found)
