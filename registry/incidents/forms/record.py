"""Opening an incident, editing what it states, judging it anew, moving it on."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, ClassVar, Final

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from registry.incidents.forms.instants import Instant
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.incidents import facts_of
from registry.incidents.rules.kinds import DetectedBy, Harm, Kind, Pattern, Severity
from registry.incidents.rules.record import ENTRY_LIMIT, PROSE_LIMIT, IncidentFacts
from registry.systems.rules.record import LINE_LIMIT
from registry.web.formkit import Chosen, Count, Form, Line, Picked, Revision, Text, Wanted

_MARKDOWN = "Markdown is understood."
Parts = tuple[tuple[str, str, tuple[str, ...]], ...]
# What is shown below each choice.
ANCHORS: Final[Mapping[str, str]] = {str(one.value): one.anchor for one in Severity}
MEANINGS: Final[Mapping[str, str]] = {one.value: one.means for one in Kind}


class Harms(SelectMultipleField):
    """Any of the harms, as check-boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, description: str, **options: Any) -> None:
        choices = [SelectChoice(value=one.value, label=one.said) for one in Harm]
        super().__init__(label, choices=choices, description=description, **options)


class HowBad(RadioField):
    """One of the severities; `.data` is a Severity or None."""

    def __init__(self, label: str, description: str = "", **options: Any) -> None:
        choices = [SelectChoice(value=str(one.value), label=f"{one.value} {one.said}") for one in Severity]
        super().__init__(
            label,
            [Wanted()],
            choices=choices,
            coerce=_severity,
            description=description,
            validate_choice=False,
            **options,
        )

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = _severity(valuelist[0]) if valuelist else None


def _severity(value: Any) -> Severity | None:
    text = str(value.value) if isinstance(value, Severity) else str(value)
    return next((one for one in Severity if str(one.value) == text), None)


class Means(RadioField):
    """One of the kinds of incident, each with what it means; `.data` is a Kind or None."""

    def __init__(self, label: str, **options: Any) -> None:
        choices = [SelectChoice(value=one.value, label=one.said) for one in Kind]
        super().__init__(
            label,
            [Wanted()],
            choices=choices,
            coerce=_kind,
            default=Kind.INCIDENT,
            validate_choice=False,
            **options,
        )

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = _kind(valuelist[0]) if valuelist else None


def _kind(value: Any) -> Kind | None:
    return next((one for one in Kind if one.value == value), None)


class EditForm(Form):
    """What an incident states, apart from its judgement."""

    version = Revision(default="0")
    title = Line("What went wrong", LINE_LIMIT, "In a line, without blame.", required=True)
    summary = Text(
        "What happened so far", PROSE_LIMIT, f"What is known, what it did to whom. {_MARKDOWN}", rows=4
    )
    kind = Means("What it is")
    detected_by = Chosen(
        "Noticed first by", DetectedBy, empty="Choose one", said=lambda one: one.said, validators=[Wanted()]
    )
    started_at = Instant("Began", "Left out, nobody knows yet when it began; it then counts as unknown.")
    detected_at = Instant("Noticed", "When somebody, or monitoring, saw it first.", required=True)
    harms = Harms("Harm", "What was harmed, or could have been.")
    affected_count = Count("How many were affected", "People or cases, as far as it is known.")
    affected_people = Text("Who was affected", PROSE_LIMIT, "Which people, and how they notice.", rows=2)
    lead_id = Picked("Lead", "Sees to it that it goes on. Holds a seat on a system it touches.")

    PARTS: ClassVar[Parts] = (
        ("What went wrong", "", ("title", "summary", "kind")),
        ("How it was noticed", "", ("detected_by", "started_at", "detected_at")),
        ("What it did", "", ("harms", "affected_count", "affected_people")),
        ("Who sees to it", "", ("lead_id",)),
    )

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)

    def facts(self, incident: Incident | None = None) -> IncidentFacts:
        """What was typed, as the rules read it; instants of `incident` that were not touched stay as exact as they are."""
        values = {each.name: self[each.name].data for each in fields(IncidentFacts) if each.name in self}
        values["harms"] = tuple(self.harms.data or ())
        if incident is not None:
            values["started_at"] = self.started_at.kept(incident.started_at)
            values["detected_at"] = self.detected_at.kept(incident.detected_at)
        return IncidentFacts(**values)


class OpenForm(EditForm):
    """A new incident: what it states, and a first judgement of it."""

    severity = HowBad("How bad it is", "A first judgement; it can be changed later, with a reason.")
    pattern = Chosen(
        "Pattern of failure",
        Pattern,
        "What it comes closest to, as far as one can tell today.",
        empty="Choose one",
        said=lambda one: one.said,
        validators=[Wanted()],
    )

    PARTS: ClassVar[Parts] = (
        ("What went wrong", "", ("title", "severity", "pattern", "summary")),
        ("How it was noticed", "", ("detected_by", "started_at", "detected_at")),
        ("What it did", "", ("kind", "harms", "affected_count", "affected_people")),
        ("Who sees to it", "", ("lead_id",)),
    )


def shown_of(incident: Incident) -> dict[str, Any]:
    """The incident as the form shows it."""
    facts = facts_of(incident)
    values = {each.name: getattr(facts, each.name) for each in fields(IncidentFacts)}
    return values | {"harms": list(facts.harms), "version": incident.version}


def opened_on(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An incident's revision, as the ledger wrote it, in the form's own values; for telling whose change is whose."""
    if state is None:
        return None
    told = {"kind": _kind(state.get("kind")), "detected_by": _detected_by(state.get("detected_by"))}
    return {**state, **told, **{name: _instant(state.get(name)) for name in ("started_at", "detected_at")}}


def _detected_by(value: Any) -> DetectedBy | None:
    return next((one for one in DetectedBy if one.value == value), None)


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


class JudgeForm(Form):
    """How bad it is, which pattern it is, what would have prevented it; and what speaks for that."""

    version = Revision(default="0")
    severity = HowBad("How bad it is")
    pattern = Chosen("Pattern of failure", Pattern, said=lambda one: one.said)
    missing_control = SelectField(
        "What would have prevented it", description="A criterion of the baseline.", validate_choice=False
    )
    because = Text(
        "What speaks for it",
        ENTRY_LIMIT,
        "What was found, and by whom. It stands in the timeline.",
        required=True,
    )

    def offer(self, controls: Mapping[str, str], kept: str) -> None:
        """The criteria to choose from, each with its words; the one that is named may be of an earlier edition."""
        first = SelectChoice(value="", label="Not known yet")
        named = {kept: "(of an earlier baseline)"} if kept and kept not in controls else {}
        self.missing_control.choices = [
            first,
            *(SelectChoice(value=one, label=f"{one} {says}") for one, says in {**controls, **named}.items()),
        ]

    @property
    def control(self) -> str | None:
        """The criterion that was chosen, "" for none; None where the request does not say."""
        return self.missing_control.data if self.missing_control.raw_data else None


class MoveForm(Form):
    """When it came about, and what there is to say of it."""

    at = Instant("When", "Left out, it is now.")
    because = Text("What was found or done", ENTRY_LIMIT, "It stands in the timeline.", rows=3)

    @property
    def taken_on_by_then(self) -> bool:
        """Whether it had been taken on earlier than is said; nobody asks that of taking it on itself."""
        return False


class OnwardForm(MoveForm):
    """The same for what comes after somebody has taken it on, which may have been said too late."""

    earlier = BooleanField(
        "It had been taken on by then",
        description="Tick this where somebody saw to it before they said so here; the time to take it on follows.",
    )

    @property
    def taken_on_by_then(self) -> bool:
        """Whether that was ticked."""
        return bool(self.earlier.data)


class BackForm(Form):
    """Why it is not over after all."""

    because = Text("Why it is not over after all", ENTRY_LIMIT, required=True, rows=3)


class CloseForm(Form):
    """That it is over; and why, where an authority has still to be told."""

    because = Text(
        "Why it is closed before the authority is told", ENTRY_LIMIT, "It stands in the timeline.", rows=3
    )

    def __init__(self, *args: object, has_to_tell: bool, **options: object) -> None:
        super().__init__(*args, **options)
        if not has_to_tell:
            del self.because

    @property
    def reason(self) -> str:
        """The reason, "" where none is asked for."""
        field = self._fields.get("because")
        return str(field.data or "") if field else ""
