"""Which models are the same as before under another name, what a version states as a candidate, and what MLflow says that the register does not"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from registry.kernel.text import shortened
from registry.mlflow.rules.answers import READY
from registry.versions.rules.record import ARTIFACT_LIMIT, LABEL_LIMIT, VersionFacts
from registry.versions.rules.standing import State

_PRODUCTION: Final = "Production"
Identity = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A model by its own number here: when it was created over there (milliseconds since 1970), and its versions."""

    number: int
    created: int
    versions: frozenset[Identity]


def renamed(missing: Sequence[Known], new: Sequence[Known]) -> list[tuple[int, int]]:
    """Which of the models that are missing are back under a name that is new, as pairs of their numbers.

    MLflow renames a model by name alone: when it and its versions were created stays, and so do their runs. A pair is one that
    was created in the same millisecond and has a version in common, or of which neither has any; and whatever could be
    paired with two is paired with none, for that would be guessing.
    """
    pairs = [(old.number, one.number) for old in missing for one in new if _alike(old, one)]
    left, right = Counter(old for old, _ in pairs), Counter(one for _, one in pairs)
    return [(old, one) for old, one in pairs if left[old] == right[one] == 1]


def _alike(old: Known, new: Known) -> bool:
    if old.created != new.created:
        return False
    return bool(old.versions & new.versions) or not (old.versions or new.versions)


def label_of(model: str, number: int) -> str:
    """What a version is called here: by its model and number, since a system may have several models."""
    ending = f" v{number}"
    flat = " ".join(part for part in model.replace("/", " ").split() if part.strip("."))
    return f"{shortened(flat or 'model', LABEL_LIMIT - len(ending))}{ending}"


def not_ready(status: str) -> str:
    """Why a version of this status is no candidate yet, or ""."""
    if status in {"", READY}:
        return ""
    return f"MLflow has not finished registering it: {status}."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a version comes from: the server by name, the model, its number, what is said of it and where it is kept."""

    server: str
    model: str
    number: int
    description: str
    source: str
    page: str


def candidate_from(origin: Origin) -> VersionFacts:
    """What a version states when it comes from MLflow.

    Whether a change is significant is a person's word. Until one is given it counts as one, so that it cannot be approved
    without evaluation results; whoever knows better edits the candidate.
    """
    said = (
        origin.description or f"Version {origin.number} of {origin.model}; MLflow holds no description of it."
    )
    because = (
        f"Registered in MLflow ({origin.server}) as [version {origin.number} of {_plain(origin.model)}](<{origin.page}>). "
        "Whether the change is significant was not said there, so it counts as significant until somebody edits it."
    )
    return VersionFacts(
        label_of(origin.model, origin.number),
        changed=said,
        because=because,
        artifact=_without_secret(origin.source),
        significant=True,
    )


def _plain(name: str) -> str:
    """A name as it may stand inside the brackets of a link."""
    return name.replace("[", "(").replace("]", ")").replace("\\", "/")


def _without_secret(source: str) -> str:
    """Where the model is kept; nothing where the address holds who asks, or a question, which may be signed, or is too long."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return ""
    has_secret = "@" in parts.netloc or (bool(parts.netloc) and bool(parts.query))
    return "" if has_secret or len(source) > ARTIFACT_LIMIT else " ".join(source.split())


def proposal(stage: str, aliases: Sequence[str], wanted: str, state: State | None) -> str:
    """What MLflow says is in use and the register does not, as a sentence; "" where they agree.

    Only said, never done: what is approved and live is decided by people.
    """
    marks = [f"@{wanted}"] if wanted and wanted in aliases else []
    marks += ["in the stage Production"] if stage == _PRODUCTION else []
    if not marks or state is None or state is State.LIVE:
        return ""
    steps = {
        State.CANDIDATE: "here it is a candidate that nobody has approved",
        State.APPROVED: "here it is approved and not live",
        State.WITHDRAWN: "here it was withdrawn",
    }
    return f"MLflow has it {' and '.join(marks)}; {steps[state]}."
