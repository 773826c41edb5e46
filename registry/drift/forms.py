"""Setting what a feature is compared with, from one of its windows; calling a baseline by another name."""

from collections.abc import Sequence

from registry.drift.models import Distribution
from registry.drift.rules.decoding import LONGEST_NAME, LONGEST_REASON
from registry.kernel.calendar import last_day
from registry.kernel.text import counted
from registry.output.charts.scales import full_day
from registry.web.formkit import Form, Line, Picked, Revision, Text


class BaselineForm(Form):
    """A window of the feature as its baseline, with a name and the reason."""

    window = Picked(
        "Window", "Whose counts it is to be compared with from now on.", empty="Choose one", required=True
    )
    name = Line(
        "Name",
        LONGEST_NAME,
        "What people call it, such as “training data” or “first quarter”.",
        required=True,
    )
    reason = Text(
        "Why this one",
        LONGEST_REASON,
        "Why this is what the feature should look like. It stays with the baseline.",
        rows=3,
    )

    def offer(self, windows: Sequence[Distribution]) -> "BaselineForm":
        """The same with these windows to choose from."""
        self.reason.flags.required = True
        self.window.offer(
            {
                each.id or 0: f"{_span(each)}, {counted(each.n, 'case')}"
                + (f", {each.client_key}" if each.client_key else "")
                for each in windows
            }
        )
        return self


class RenameForm(Form):
    """Another name for the baseline in force."""

    version = Revision(default="0")
    name = Line("Name", LONGEST_NAME, "What people call it.", required=True)

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)


def _span(each: Distribution) -> str:
    first, last = each.window_start.date(), last_day(each.window_start, each.window_end)
    return full_day(last) if first == last else f"{full_day(first)} to {full_day(last)}"
