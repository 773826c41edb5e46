"""One reading typed in by a person."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_wtf.file import FileField

from registry.kernel import clock
from registry.kernel.errors import Problem, RuleBroken
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.systems.rules.record import LINE_LIMIT
from registry.web.formkit import Count, Day, Form, Line, Number

_LACKING = {
    "value": "Give the value.",
    "to_day": "Give the last day it covers.",
    "source": "Say where the number comes from.",
}
_FIELDS = {"window_end": "to_day", "window_start": "from_day", "supersedes": "because"}


class ReadingForm(Form):
    """The value of a metric over some days."""

    value = Number("Value", "The number as it was measured, in the metric's unit.")
    n = Count(
        "Number of cases",
        "From how many cases it was computed. Left out, it cannot be held to a minimum sample.",
    )
    low = Number("Interval from", "The lower end of its uncertainty, if that is known.")
    high = Number("Interval to", "The upper end.")
    from_day = Day("From day", "The first day it covers. Left out, it holds for the last day alone.")
    to_day = Day("Up to day", "The last day it covers.")
    source = Line("Where the number comes from", LINE_LIMIT, "Such as a report and its line.", required=True)
    because = Line(
        "Why it replaces what is held", LINE_LIMIT, "Only where another value is held for the same days."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.value.flags.required = self.to_day.flags.required = True

    def batch(self, slug: str) -> Batch:
        """What was typed as a delivery of one reading. Raises RuleBroken for what is left out."""
        value, last, first = self.value.data, self.to_day.data, self.from_day.data
        if value is None or last is None or not self.source.data:
            given = {"value": value, "to_day": last, "source": self.source.data or None}
            raise RuleBroken([Problem(name, _LACKING[name]) for name in given if given[name] is None])
        if first is not None and first > last:
            raise RuleBroken([Problem("from_day", "The window starts after it ends.")])
        start = datetime.combine(first or last, time(), UTC)
        point = PointIn(slug, start, _end_of(last), value, self.n.data, self.low.data, self.high.data)
        return Batch("", self.source.data or "", self.because.data or "", (point,))


def _end_of(day: date) -> datetime:
    """The end of the day in UTC; of a day that is not over, what there is of it by now."""
    whole = datetime.combine(day + timedelta(days=1), time(), UTC)
    return clock.now() if day == clock.today() else whole


class UploadForm(Form):
    """A file of readings."""

    file = FileField(
        "File",
        description="A table (CSV, XLSX, ODS), a report of Evidently, Great Expectations, MLflow or Prometheus, or the JSON"
        " the API takes.",
        render_kw={"required": True},
    )
    source = Line("Where the readings come from", LINE_LIMIT, "Left out, the tool that made the file.")
    because = Line(
        "Why it replaces what is held", LINE_LIMIT, "Only where other values are held for the same windows."
    )


def on_the_form(problems: list[Problem] | tuple[Problem, ...]) -> list[Problem]:
    """The objections to the one reading of a delivery, each beside the field it was typed into."""
    told = []
    for problem in problems:
        name = problem.field.removeprefix("snapshots.0.")
        told.append(Problem(_FIELDS.get(name, name if name in ReadingForm.__dict__ else ""), problem.message))
    return told
