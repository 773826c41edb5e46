"""A bound on one attribute; one window of counts by group typed in by a person."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from registry.fairness.models import FairnessBound
from registry.fairness.rules.bounds import ATTRIBUTE_LIMIT, GROUP_LIMIT, WORDS_LIMIT, BoundFacts
from registry.fairness.rules.comparing import FEWEST_IN_GROUP
from registry.fairness.rules.decoding import CountIn, Delivery
from registry.fairness.rules.measures import Measure
from registry.fairness.rules.typed import counts_typed
from registry.kernel import clock
from registry.kernel.errors import Problem, RuleBroken
from registry.systems.rules.record import LINE_LIMIT
from registry.web.formkit import Chosen, Count, Day, Form, Line, Number, Revision, Text, Wanted

_LACKING = {
    "attribute": "Say by what people are grouped, such as sex.",
    "to_day": "Give the last day it covers.",
    "source": "Say where the numbers come from.",
}
_PLACES = {"window_end": "to_day", "window_start": "from_day", "supersedes": "because", "source": "source"}


class BoundForm(Form):
    """What is acceptable between the groups of one attribute."""

    version = Revision(default="0")
    attribute = Line(
        "Grouped by", ATTRIBUTE_LIMIT, "As the counts name it, such as sex or age_band.", required=True
    )
    measure = Chosen(
        "Compared by",
        Measure,
        "Each variant is named, because their numbers differ; the table of all measures says what each means.",
        empty="Choose one",
        said=lambda one: Measure(one).said,
        validators=[Wanted()],
    )
    limit = Number(
        "Bound", "At least this for a ratio, such as 0.8; at most this for a difference, such as 0.1."
    )
    reference = Line(
        "Reference group",
        GROUP_LIMIT,
        "For disparate impact and the signed measures: the group others are compared with. The other measures compare "
        "with the group best off; leave it empty.",
    )
    fewest = Count(
        "Smallest group",
        "Groups with fewer cases are shown and never compared. Thirty is the least that says much.",
    )
    why_groups = Text(
        "Why these groups",
        WORDS_LIMIT,
        "A law, a complaint, what is known of the data.",
        rows=2,
        required=True,
    )
    reason = Text(
        "Why this bound", WORDS_LIMIT, "The rule it comes from, or who agreed to it.", rows=2, required=True
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.limit.flags.required = self.fewest.flags.required = True

    @property
    def revision(self) -> int:
        """The revision the form was opened on; 0 where there was no bound."""
        return int(self.version.data or 0)

    def facts(self) -> BoundFacts:
        """What was typed, as the rules read it."""
        return BoundFacts(
            self.attribute.data or "",
            self.measure.data,
            self.limit.data,
            self.reference.data or "",
            self.fewest.data,
            self.why_groups.data or "",
            self.reason.data or "",
        )


def shown_in(bound: FairnessBound | None, attribute: str = "") -> dict[str, Any]:
    """The bound as the form shows it; what is proposed where there is none."""
    if bound is None:
        proposed = BoundFacts(attribute, Measure.IMPACT_RATIO, Decimal("0.8"), "", FEWEST_IN_GROUP)
        return {each.name: getattr(proposed, each.name) for each in fields(BoundFacts)} | {"version": 0}
    return {each.name: getattr(bound, each.name) for each in fields(BoundFacts)} | {"version": bound.version}


def opened_in(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A bound's revision, as the ledger wrote it, in the form's own values."""
    if state is None:
        return None
    values = dict(state)
    return values | {"measure": Measure(state["measure"]), "limit": Decimal(str(state["limit"]))}


class CountsForm(Form):
    """The counts of one attribute over some days."""

    attribute = Line("Grouped by", ATTRIBUTE_LIMIT, "Such as sex or age_band.", required=True)
    groups = Text(
        "Groups",
        20_000,
        "One in each line: its name, how many cases, how many of them selected, with commas between. Or, where it is "
        "known who was rightly selected, four numbers: true positives, false positives, false negatives, true "
        "negatives. Selected means the favourable answer. A question mark as the name stands for the cases whose group nobody recorded.",
        rows=6,
        required=True,
    )
    from_day = Day("From day", "The first day they cover. Left out, they hold for the last day alone.")
    to_day = Day("Up to day", "The last day they cover.")
    source = Line("Where the numbers come from", LINE_LIMIT, "Such as a report and its table.", required=True)
    because = Line(
        "Why they replace what is held", LINE_LIMIT, "Only where other numbers are held for the same days."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.to_day.flags.required = True

    def delivery(self) -> Delivery[CountIn]:
        """What was typed as a delivery. Raises RuleBroken for what is left out and for lines that cannot be read."""
        last, first = self.to_day.data, self.from_day.data
        given = {"attribute": self.attribute.data, "to_day": last, "source": self.source.data}
        lacking = [Problem(name, _LACKING[name]) for name, value in given.items() if not value]
        if first is not None and last is not None and first > last:
            lacking.append(Problem("from_day", "The window starts after it ends."))
        if lacking or last is None:
            raise RuleBroken(lacking)
        start = datetime.combine(first or last, time(), UTC)
        whole = datetime.combine(last + timedelta(days=1), time(), UTC)
        # Of a day that is not over, what there is of it by now.
        end = clock.now() if last == clock.today() else whole
        items = counts_typed(self.attribute.data or "", self.groups.data or "", start, end)
        return Delivery("", self.source.data or "", self.because.data or "", items)


def on_the_form(problems: list[Problem] | tuple[Problem, ...]) -> list[Problem]:
    """The objections to a delivery, each beside the field it was typed into, and each once."""
    told = [
        Problem(_PLACES.get(each.field.rpartition(".")[2], each.field), each.message) for each in problems
    ]
    return list(dict.fromkeys(told))
