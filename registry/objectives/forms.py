"""The objective; a metric; retiring one; an entry of value realised."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.objectives.models import Objective, SuccessMetric
from registry.objectives.rules.metric import UNIT_LIMIT, Aggregation, Direction, Kind, MetricFacts
from registry.objectives.rules.objective import TEXTS, ObjectiveFacts, ValueFacts
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT
from registry.web.formkit import Chosen, Count, Day, Form, Line, Number, Picked, Revision, Text, Wanted

_CURRENCY = "The three-letter ISO 4217 code, such as EUR or USD."


def _words(name: str, rows: int = 3) -> Text:
    label, help_text = TEXTS[name]
    return Text(label, TEXT_LIMIT, f"{help_text} Markdown is understood.", rows=rows)


def _currency() -> Line:
    return Code("Currency", 3, _CURRENCY, render_kw={"autocomplete": "off", "size": 4})


_BETTER: Final = {
    Direction.HIGHER: "Higher",
    Direction.LOWER: "Lower",
    Direction.RANGE: "Within a range",
}


class Code(Line):
    """A code that is written in capitals, however it was typed."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata([text.strip().upper() for text in valuelist])


class ObjectiveForm(Form):
    """What the system is for, in words, and the value expected of it."""

    version = Revision()
    problem = _words("problem", rows=4)
    decision_changed = _words("decision_changed")
    who_acts = _words("who_acts", rows=2)
    done_today = _words("done_today")
    todays_result = _words("todays_result")
    why_ai = _words("why_ai")
    stop_condition = _words("stop_condition")
    expected_value = Number(
        "Value expected per year",
        "Money gained or saved in a normal year of use. Leave it out where the benefit is not money.",
    )
    currency = _currency()

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)

    def facts(self) -> ObjectiveFacts:
        """What was typed, as the rules read it."""
        return ObjectiveFacts(**{each.name: self[each.name].data for each in fields(ObjectiveFacts)})


def objective_shown(objective: Objective | None) -> dict[str, Any]:
    """The objective as the form shows it; revision 0 where there is none yet."""
    if objective is None:
        return {"version": 0}
    values = {each.name: getattr(objective, each.name) for each in fields(ObjectiveFacts)}
    return values | {"version": objective.version}


class MetricForm(Form):
    """One number that tells whether the objective is met."""

    version = Revision(default="0")
    kind = Chosen(
        "What it measures",
        Kind,
        "Time to detect and time to resolve are computed from incidents; nobody types or sends them.",
        empty="Choose a kind",
        validators=[Wanted()],
        said=lambda kind: kind.said,
    )
    name = Line(
        "Name",
        LINE_LIMIT,
        "What people call this number, such as “share of claims sorted right”.",
        required=True,
    )
    unit = Line("Unit", UNIT_LIMIT, "What it counts: %, days, EUR, complaints per 1,000 cases.")
    direction = Chosen("Better when", Direction, empty="Not stated", said=lambda one: _BETTER[one])
    why_appropriate = Text(
        "Why this number",
        TEXT_LIMIT,
        "Why it tells whether the objective is met, and what it does not show. Markdown is understood.",
        rows=3,
    )

    baseline = Number("Baseline", "The value before the system, or without it.")
    baseline_on = Day("Baseline measured on")
    target = Number("Target", "The value that counts as success.")
    target_on = Day("Target to be reached by")

    warn_bound = Chosen("Warning unless", Bound, "While this holds, all is well.", empty="No warning")
    warn_low = Number("Warning: lower bound")
    warn_high = Number("Warning: upper bound")
    breach_bound = Chosen(
        "Breach unless",
        Bound,
        "Where this fails, somebody must act. It is never stricter than the warning.",
        empty="No breach",
    )
    breach_low = Number("Breach: lower bound")
    breach_high = Number("Breach: upper bound")
    minimum_sample = Count(
        "Smallest sample", "A value from fewer cases is shown but neither praised nor blamed."
    )

    aggregation = Chosen(
        "How readings become one value", Aggregation, empty="Not stated", said=lambda one: one.said
    )
    cadence = Chosen(
        "A value is due", Cadence, "When none comes, that itself is reported.", empty="Not stated"
    )
    grace_days = Count("Days of grace", "How late a value may be before its silence is reported.", default=0)
    origin = Line(
        "Where the number comes from",
        LINE_LIMIT,
        "The system, report or survey, so that another can repeat it.",
    )
    number_owner_id = Picked("Owner of the number", "The person who answers for it being right and on time.")
    groups = Text(
        "Groups compared",
        5_000,
        "For fairness: the attributes by which people are compared, one a line, such as age band or region.",
        rows=2,
    )

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)

    def facts(self) -> MetricFacts:
        """What was typed, as the rules read it."""
        values = {each.name: self[each.name].data for each in fields(MetricFacts)}
        values["grace_days"] = values["grace_days"] or 0
        values["groups"] = tuple(line.strip() for line in values["groups"].splitlines() if line.strip())
        return MetricFacts(**values)


_ENUMS: Final = {
    "kind": Kind,
    "direction": Direction,
    "warn_bound": Bound,
    "breach_bound": Bound,
    "aggregation": Aggregation,
    "cadence": Cadence,
}


def metric_shown(metric: SuccessMetric) -> dict[str, Any]:
    """The metric as the form shows it."""
    values = {each.name: getattr(metric, each.name) for each in fields(MetricFacts)}
    return values | {"groups": "\n".join(metric.groups), "version": metric.version}


def metric_opened(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A metric's revision, as the ledger wrote it, in the form's own values; for telling whose change is whose."""
    if state is None:
        return None
    values = dict(state)
    for name, kind in _ENUMS.items():
        values[name] = kind(values[name]) if values.get(name) else None
    return values | {"groups": "\n".join(values.get("groups") or [])}


class RetireForm(Form):
    """Why a metric is no longer used."""

    because = Text(
        "Why it is no longer used",
        TEXT_LIMIT,
        "Kept with the metric, for whoever reads its values later.",
        required=True,
    )


class ValueForm(Form):
    """An entry of value realised."""

    on_day = Day("Up to which day", "The last day of the period in which it was realised.")
    amount = Number("Amount", "Gained or saved in that period. A loss or a correction is a negative amount.")
    currency = _currency()
    source = Line(
        "Where this number comes from",
        LINE_LIMIT,
        "Such as a cost report and its line, or who computed it.",
        required=True,
    )
    note = Text("Note", TEXT_LIMIT, "How it was computed, what it includes. Markdown is understood.", rows=3)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.on_day.flags.required = self.amount.flags.required = self.currency.flags.required = True

    def facts(self) -> ValueFacts:
        """What was typed, as the rules read it."""
        return ValueFacts(**{each.name: self[each.name].data for each in fields(ValueFacts)})
