"""What one row becomes: the draft of a system, or a refusal, each with everything that has to be told."""

from dataclasses import dataclass, fields
from typing import Any

from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.dates import PartialDate
from registry.kernel.rows import RowProblem
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.systems.rules.record import Kind, Link, Stage

Problem = RowProblem


@dataclass(frozen=True, slots=True)
class DataDraft:
    """Data the row says the system uses. `purpose` is one of targets.PURPOSES, `personal_data` yes, no or unknown."""

    name: str
    description: str
    purpose: str
    personal_data: str = "unknown"


@dataclass(frozen=True, slots=True)
class Draft:
    """A system as its row describes it. Long texts are Markdown that shows the source's text as it stands.

    `source_facts` holds, column by column, the unchanged text of every filled cell that no field carries word for
    word, so that nothing the source says is lost.
    """

    row: int
    profile: str
    key: str
    name: str
    summary: str
    description: str = ""
    unit: tuple[str, ...] = ()
    stage: Stage = Stage.PROPOSED
    kind: Kind | None = None
    technique: str = ""
    modality: str = ""
    intended_use: str = ""
    users: str = ""
    affected_people: str = ""
    affected_count: int | None = None
    out_of_scope: str = ""
    autonomy: int | None = None
    volume_per_day: int | None = None
    vendor_name: str = ""
    vendor_contract: str = ""
    vendor_data_access: str = ""
    vendor_exit: str = ""
    deployed_where: str = ""
    regions: str = ""
    legal_roles: str = ""
    in_service_on: PartialDate | None = None
    retired_on: PartialDate | None = None
    links: tuple[Link, ...] = ()
    known_limitations: str = ""
    complaints_contact: str = ""
    oversight_plan: str = ""
    owner_name: str = ""
    owner_email: str = ""
    tags: tuple[str, ...] = ()
    objective_problem: str = ""
    objective_outputs: str = ""
    data_sources: tuple[DataDraft, ...] = ()
    source_facts: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    # The id of the system of this register that the row is about, such as AI-0042; and the fields it says nothing of,
    # which a new system would get all the same and one that is here keeps as they are.
    registry_id: str = ""
    assumed: frozenset[str] = frozenset()

    @property
    def registry_number(self) -> int | None:
        """The number in `registry_id`; None for a row that names no system of this register."""
        return number_of(SYSTEM_PREFIX, self.registry_id)

    @property
    def digest(self) -> str:
        """The SHA-256 of everything the row says, whatever its place in the file: equal digests, equal content."""
        content = {
            each.name: _plain(getattr(self, each.name))
            for each in fields(self)
            if each.name not in _NOT_CONTENT
        }
        return sha256_hex(canonical(content))

    @property
    def stated(self) -> frozenset[str]:
        """The fields the row says anything about; the others must not overwrite what a person has entered."""
        return frozenset(
            each.name
            for each in fields(self)
            if each.name not in _NOT_CONTENT and getattr(self, each.name) not in (None, "", ())
        )


# An id says which system is meant and nothing about it: rows that earlier imports read keep their digests.
_NOT_CONTENT = frozenset({"row", "profile", "key", "problems", "registry_id", "assumed"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that becomes no system, and why. `digest` tells rows apart that are refused alike."""

    row: int
    reason: str
    digest: str
    problems: tuple[Problem, ...]


def cells_digest(cells: dict[str, str]) -> str:
    """The SHA-256 of a row's filled cells as they stand."""
    return sha256_hex(canonical({column: cell for column, cell in cells.items() if cell.strip()}))


def _plain(value: Any) -> Any:
    """A value as canonical JSON takes it."""
    if isinstance(value, PartialDate):
        return [value.said, value.remark]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Link | DataDraft):
        return [getattr(value, each.name) for each in fields(value)]
    return value
