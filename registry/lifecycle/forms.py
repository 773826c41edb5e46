"""Going on, going down, retiring; stopping and letting go on; asking for autonomy, deciding on it, lowering it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from wtforms import BooleanField
from wtforms.fields.choices import SelectChoice

from registry.kernel.text import worded
from registry.lifecycle.rules.autonomy import Evidence, links_in
from registry.systems.rules.record import AUTONOMY, LINE_LIMIT, TEXT_LIMIT, Stage
from registry.web.confirming import own_password
from registry.web.formkit import Chosen, Form, Line, Picked, Text, Wanted

_KEPT = "Kept with your name."


class AdvanceForm(Form):
    """Going on to the next stage."""

    reason = Line("Note", LINE_LIMIT, "What should be remembered of this step.")


def _offer(field: Any, stages: Mapping[Stage, str]) -> None:
    field.choices = [
        SelectChoice(value="", label="Choose one"),
        *(SelectChoice(value=stage.value, label=said) for stage, said in stages.items()),
    ]


class LowerForm(Form):
    """Going down: back to an earlier stage, restricted, or suspended."""

    to = Chosen("Where it goes", Stage, empty="Choose one", validators=[Wanted()])
    reason = Text("Why", TEXT_LIMIT, _KEPT, rows=3, required=True)

    def offer(self, stages: Iterable[Stage]) -> None:
        """The stages to choose from."""
        said = {
            Stage.RESTRICTED: "Restricted: used for fewer cases, or with more people looking",
            Stage.SUSPENDED: "Suspended: not used for the time being",
        }
        _offer(self.to, {stage: said.get(stage, f"Back to {worded(stage.value)}") for stage in stages})


class RetireForm(Form):
    """Taking a system out of use for good."""

    reason = Text("Why", TEXT_LIMIT, _KEPT, rows=2, required=True)
    plan = Text(
        "How it is taken out of use",
        TEXT_LIMIT,
        "What becomes of data, models, access and contracts, who does the work instead, and by when. "
        "Markdown is understood.",
        rows=6,
    )
    told = BooleanField("Those who answer for what relies on it have been told")


class StopForm(Form):
    """Stopping a system now."""

    reason = Text("Why it has to stop", TEXT_LIMIT, "A sentence is enough.", rows=3, required=True)


class LiftForm(Form):
    """Letting a stopped system go on."""

    to = Chosen("Where it goes on", Stage, empty="Choose one", validators=[Wanted()])
    because = Text(
        "What was found, and why it may go on", TEXT_LIMIT, f"{_KEPT} Markdown is understood.", required=True
    )
    password = own_password()

    def offer(self, stages: Iterable[Stage], before: Stage) -> None:
        """The stages to choose from; `before`: where it was when it was stopped."""
        _offer(
            self.to,
            {
                stage: f"{worded(stage.value).capitalize()}{', where it was' if stage is before else ''}"
                for stage in stages
            },
        )


class AskForm(Form):
    """Asking for one level of autonomy more."""

    text = Text(
        "What shows that it may decide more by itself",
        TEXT_LIMIT,
        "Over which time, on how many cases, compared with what; what happens when it is wrong. "
        "Markdown is understood.",
        rows=6,
        required=True,
    )
    links = Text("Where it can be read", TEXT_LIMIT, "Web addresses, one a line.", rows=2)

    def evidence(self) -> Evidence:
        """What was typed, as the rules read it."""
        return Evidence(self.text.data or "", links_in(self.links.data or ""))


class Verdict(StrEnum):
    """What becomes of a request."""

    GRANT = "grant"
    REFUSE = "refuse"


class DecideForm(Form):
    """Deciding on a request for autonomy."""

    granted = Chosen(
        "Decision",
        Verdict,
        empty="Choose one",
        said=lambda one: "It may decide more by itself" if one is Verdict.GRANT else "It stays as it is",
        validators=[Wanted()],
    )
    because = Text("What you looked at and why", TEXT_LIMIT, _KEPT, required=True)
    password = own_password()


class LessForm(Form):
    """Letting a system decide less by itself."""

    to = Picked("From now on", empty="Choose one", required=True)
    reason = Text("Why", TEXT_LIMIT, _KEPT, rows=3, required=True)

    def offer(self, levels: Iterable[int]) -> None:
        """The levels to choose from."""
        self.to.offer({level: f"{level} — {AUTONOMY[level]}" for level in levels})
