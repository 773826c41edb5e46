"""A risk; accepting what is left of one; closing one."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from registry.packs.rules import PATTERNS
from registry.risks.models import Risk
from registry.risks.rules import IMPACTS, LIKELIHOODS, TITLE_LIMIT, AcceptanceFacts, RiskFacts, Status
from registry.systems.rules.record import TEXT_LIMIT
from registry.web.confirming import own_password
from registry.web.formkit import Day, Form, Line, Picked, Revision, Text


class LevelField(Picked):
    """A level from 1 to 5, each with its anchor in words."""

    def __init__(self, label: str, anchors: Mapping[int, str], description: str = "", **options: Any) -> None:
        super().__init__(label, description, empty="Choose a level", **options)
        self.offer({number: f"{number} {said}" for number, said in anchors.items()})


class RiskForm(Form):
    """Everything stated of a risk."""

    version = Revision(default="0")
    title = Line("Title", TITLE_LIMIT, "By which people will know it.", required=True)
    cause = Text("Cause", TEXT_LIMIT, "What would bring it about.", rows=2, required=True)
    event = Text("Event", TEXT_LIMIT, "What would happen.", rows=2, required=True)
    consequence = Text("Consequence", TEXT_LIMIT, "What that would mean, and for whom.", rows=2)
    pattern = SelectField(
        "How AI fails this way",
        choices=[
            SelectChoice(value="", label="None of the six"),
            *(SelectChoice(value=key, label=f"{key} {said}") for key, said in PATTERNS.items()),
        ],
        default="",
    )
    likelihood = LevelField("Likelihood without controls", LIKELIHOODS, required=True)
    impact = LevelField("Impact without controls", IMPACTS, required=True)
    controls = Text("Controls", TEXT_LIMIT, "What keeps it from happening, or from mattering.", rows=3)
    residual_likelihood = LevelField("Likelihood that is left", LIKELIHOODS, "With the controls in place.")
    residual_impact = LevelField("Impact that is left", IMPACTS, "With the controls in place.")
    owner_id = Picked("Who watches it", empty="Choose a person", required=True)
    review_on = Day("Looked at again on", "Needed unless it is closed.")
    status = SelectField(
        "Status",
        choices=[
            SelectChoice(value=Status.OPEN.value, label="Open: nothing is being done about it yet"),
            SelectChoice(value=Status.MITIGATING.value, label="Mitigating: controls are being put in place"),
            SelectChoice(value=Status.CLOSED.value, label="Closed: it went away"),
        ],
        default=Status.OPEN.value,
    )
    closed_because = Text("Why it is closed", TEXT_LIMIT, "Only where it is.", rows=2)

    # The page shows the risk in these parts, in this order.
    PARTS = (
        ("What could go wrong", ("title", "cause", "event", "consequence", "pattern")),
        ("How large it is without any control", ("likelihood", "impact")),
        ("What is done about it", ("controls", "residual_likelihood", "residual_impact")),
        ("Who watches it", ("owner_id", "review_on", "status", "closed_because")),
    )

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)

    def facts(self) -> RiskFacts:
        """What was typed, as the rules read it."""
        values = {each.name: self[each.name].data for each in fields(RiskFacts)}
        return RiskFacts(**values | {"status": Status(self.status.data or Status.OPEN)})


class AcceptForm(Form):
    """Why what is left of a risk is borne, and until when."""

    version = Revision(default="0")
    because = Text("Why it is borne", TEXT_LIMIT, "Kept for good, with your name.", rows=3, required=True)
    until = Day(
        "Up to and with", "At most a year; then it counts as open again.", render_kw={"required": True}
    )
    password = own_password()

    @property
    def revision(self) -> int:
        """The revision its reader saw."""
        return int(self.version.data or 0)

    def facts(self) -> AcceptanceFacts:
        """What was typed, as the rules read it."""
        return AcceptanceFacts(self.because.data or "", self.until.data)


class CloseForm(Form):
    """Why a risk went away."""

    version = Revision(default="0")
    because = Text(
        "Why it is closed",
        TEXT_LIMIT,
        "What made it go away. Kept for good, with your name.",
        rows=3,
        required=True,
    )
    password = own_password()

    @property
    def revision(self) -> int:
        """The revision its reader saw."""
        return int(self.version.data or 0)


def risk_shown(risk: Risk) -> dict[str, Any]:
    """The risk as the form shows it; that it is accepted is not for the form to say."""
    values = {each.name: getattr(risk, each.name) for each in fields(RiskFacts)}
    return values | {"version": risk.version, "status": _offered(risk.status)}


def risk_opened(state: dict[str, Any] | None) -> dict[str, Any] | None:
    """A risk's revision, as the ledger wrote it, in the form's own values; for telling whose change is whose."""
    return {**state, "status": _offered(Status(state["status"]))} if state else None


def _offered(status: Status) -> str:
    return Status.OPEN.value if status is Status.ACCEPTED else status.value
