"""A version; a source it was trained on; approving, putting live and withdrawing one; two to compare; a day."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from registry.data_sources.rules.sources import NAME_LIMIT
from registry.systems.rules.record import TEXT_LIMIT
from registry.versions.models import ModelVersion
from registry.versions.rules.record import ARTIFACT_LIMIT, DIGEST_LIMIT, LABEL_LIMIT, TrainedOn, VersionFacts
from registry.versions.rules.standing import WHOLE
from registry.web.formkit import Chosen, Count, Day, Form, Line, Picked, Revision, Text, Wanted

_MARKDOWN = "Markdown is understood."


class Answer(StrEnum):
    """Yes or no, where an answer is owed."""

    YES = "yes"
    NO = "no"


_SIGNIFICANT: Final[Mapping[Answer, str]] = {
    Answer.YES: "Yes: it may decide differently, or was evaluated anew",
    Answer.NO: "No: the same decisions, such as a repaired package",
}


class VersionForm(Form):
    """Everything stated of a version but the data it was trained on, which its page names one by one."""

    version = Revision(default="0")
    label = Line(
        "Label", LABEL_LIMIT, "As people and pipelines name it, such as 2.1 or 2026-11-rc1.", required=True
    )
    changed = Text(
        "What changed",
        TEXT_LIMIT,
        f"Since the version before; of a first version, what it is. {_MARKDOWN}",
        required=True,
    )
    because = Text(
        "Why",
        TEXT_LIMIT,
        f"Why it was trained again: drift, new data, a finding, a schedule. {_MARKDOWN}",
        rows=3,
    )
    significant = Chosen(
        "Significant change",
        Answer,
        "A significant change needs evaluation results before it is approved.",
        empty="Choose one",
        said=lambda one: _SIGNIFICANT[one],
        validators=[Wanted()],
    )
    artifact = Line(
        "Artifact",
        ARTIFACT_LIMIT,
        "Where the model itself is kept: an address, a path, a name in a model store.",
    )
    digest = Line(
        "Digest of the artifact",
        DIGEST_LIMIT,
        "Its SHA-256 as 64 hex digits, or another as “algorithm:hex digits”. It proves which file was meant.",
    )
    evaluation = Text(
        "Evaluation results",
        TEXT_LIMIT,
        f"Measured on what, by whom, with which results, for which groups. {_MARKDOWN}",
        rows=6,
    )

    # The page shows the version in these parts, in this order.
    PARTS: Final = (
        ("What it is", ("label", "changed", "because", "significant")),
        ("The model itself", ("artifact", "digest")),
        ("How well it works", ("evaluation",)),
    )

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)

    def facts(self, trained_on: tuple[TrainedOn, ...] = ()) -> VersionFacts:
        """What was typed, as the rules read it, with the data the version was trained on."""
        stated: dict[str, Any] = {name: self[name].data or "" for _, names in self.PARTS for name in names}
        chosen = self.significant.data
        stated["significant"] = None if chosen is None else chosen is Answer.YES
        return VersionFacts(**stated, trained_on=trained_on)


def version_shown(model: ModelVersion) -> dict[str, Any]:
    """The version as the form shows it."""
    names = ("version", *(name for _, names in VersionForm.PARTS for name in names))
    return _answered({name: getattr(model, name) for name in names})


def version_opened(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A version's revision, as the ledger wrote it, in the form's own values; for telling whose change is whose."""
    return None if state is None else _answered(state)


def _answered(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "significant": Answer.YES if values.get("significant") else Answer.NO}


class SourceForm(Form):
    """A source of the catalogue that a version was trained on, and the period of its data."""

    source = Line(
        "Source",
        NAME_LIMIT,
        "Its name or its id, such as DS-0007.",
        required=True,
        render_kw={"list": "known-sources", "autocomplete": "off"},
    )
    from_on = Day("Data from")
    to_on = Day("Data to")


class DropForm(Form):
    """Which of a version's sources was named by mistake."""

    row = Count("Source")


class ApproveForm(Form):
    """A button, and the revision that its reader saw."""

    version = Revision(default="0")

    @property
    def revision(self) -> int:
        """The revision the page was opened on."""
        return int(self.version.data or 0)


class LiveForm(Form):
    """How much of the system's use a version gets, and who has the rest."""

    share = Count("Share of use", f"{WHOLE} unless another version has the rest: champion and challenger.")
    beside = Picked("The rest goes to", empty="Nobody: it is live alone")


class WithdrawForm(Form):
    """Why a version is no longer to be used."""

    because = Text(
        "Why it is withdrawn", TEXT_LIMIT, "Needed when it is live; it stays with the version.", rows=3
    )


class AskedForm(Form):
    """Something asked in the address: it changes nothing, so it needs no token against forged requests."""

    class Meta:
        """Read from the address."""

        csrf = False


class DayForm(AskedForm):
    """A day, to ask what was live on it."""

    on = Day("On this day")


class PairForm(AskedForm):
    """Two versions to compare."""

    a = Picked("From", empty="Choose a version")
    b = Picked("To", empty="Choose a version")
