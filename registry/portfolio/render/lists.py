"""Lists of the register as files to take away; why AI fails as a map; amounts in words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from registry.incidents.rules.kinds import Severity
from registry.incidents.rules.moves import POST_MORTEM_FROM
from registry.kernel.text import counted as in_words
from registry.output.charts.chart import Chart, Reading
from registry.output.charts.heat import Field, Line, Tone, heat_map
from registry.output.charts.sparkline import sparkline
from registry.output.tables import Cell, as_of, to_csv
from registry.ownership.queries import Held
from registry.ownership.rules import SEAT_SAID
from registry.portfolio.queries import Answered
from registry.portfolio.queries.causes import Causes
from registry.portfolio.rules import causes as counted
from registry.portfolio.rules.figures import Money
from registry.portfolio.rules.kept import Trend

_FEWEST = 3
_SAID = {
    "in_use": "Systems in use",
    "high_risk": "High or prohibited tier",
    "below_gate": "Out of compliance",
    "measured": "With live metrics",
    "grave": "Severe incidents",
}
_HEADINGS = ("Id", "System", "Unit", "Seat", "Held by", "E-mail", "From", "To", "Confirmed")


def causes_map(causes: Causes) -> Chart:
    """Incidents by pattern of failure and month: how many, on the colour of the worst of them."""
    lines = [Line(row.pattern.said, [_field(each) for each in row.incidents]) for row in causes.rows]
    columns = [f"{month.begin:%b %y}" for month in causes.months]
    return heat_map("causes", "Incidents by pattern and month", columns=columns, lines=lines)


def _field(field: counted.Field) -> Field:
    if field.worst is None:
        return Field("0", Tone.NONE, "no incident")
    tone = (
        Tone.BAD
        if field.worst >= Severity.SEVERE
        else Tone.WARN
        if field.worst >= POST_MORTEM_FROM
        else Tone.SLIGHT
    )
    return Field(str(field.count), tone, in_words(field.count, "incident"), f"worst severity {field.worst}")


def sparks(trends: Mapping[str, Trend]) -> dict[str, Chart]:
    """A small chart of each number of which at least three days are known."""
    return {
        name: sparkline(
            f"trend-{place}",
            _SAID.get(name, name),
            readings=[Reading(float(value), day) for day, value in trend.points],
        )
        for place, (name, trend) in enumerate(trends.items())
        if len(trend.points) >= _FEWEST
    }


def money_said(money: Money) -> str:
    """An amount as it is read in a sum, in whole units of its currency: "1,250,000 EUR"."""
    return f"{money.amount:,.0f} {money.currency}"


def owners_csv(
    answered: Sequence[Answered],
    seats: Mapping[int, Sequence[Held]],
    units: Mapping[int, str],
    day: date | None = None,
) -> bytes:
    """Who answered for each system, and who held its other seats where those are given: one row per holder.

    Instants are in UTC; an empty "To" is a period that still runs, an empty "Confirmed" one nobody has confirmed. `day` is
    the past day whose register knew so.
    """
    return to_csv(*as_of(day, _HEADINGS, _rows(answered, seats, units)))


def _rows(
    answered: Sequence[Answered], seats: Mapping[int, Sequence[Held]], units: Mapping[int, str]
) -> Iterator[Sequence[Cell]]:
    for each in answered:
        owner = Held(each.assignment, each.owner, None)
        for held in (owner, *seats.get(each.system.id or 0, ())):
            row = held.assignment
            yield (
                each.system.key,
                each.system.name,
                units.get(each.system.unit_id, ""),
                SEAT_SAID[row.seat][0],
                held.name,
                held.person.email if held.person else "",
                row.from_at.isoformat(),
                row.to_at.isoformat() if row.to_at else "",
                row.accepted_at.isoformat() if row.accepted_at else "",
            )
