"""plan(): how each row of a people file ends and what it changes; who may have left."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.rows import Ending, RowProblem, tallied
from registry.kernel.text import listed
from registry.people.rules.directory import PersonFacts, problems_with_last_day
from registry.people.rules.drafts import PersonDraft, RowRead
from registry.people.rules.unit_paths import Path, UnitIndex

# How long an uploaded file waits for somebody to go on with it.
UPLOAD_KEPT: Final = timedelta(days=1)
_PLAIN: Final = ("name", "job_title", "active_from", "active_to")
_UNITS_NAMED: Final = 4
LAST_ADMINISTRATOR: Final = (
    "No administrator would stay, so no last day is noted. Give somebody else the role first."
)
ONESELF: Final = "Ask another administrator to note that you leave."


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is in the directory already; `before` is what the file of this kind said of them last time."""

    person_id: int
    facts: PersonFacts
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """How one row ends. `changes` holds the fields to write, `unit` the unit there is, `new_unit` the path of one to make."""

    row: int
    ending: Ending
    draft: PersonDraft | None = None
    person_id: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    unit: int | None = None
    new_unit: Path = ()
    # Whether what the file says differs from last time, if only by its being the first time.
    news: bool = False
    problems: tuple[RowProblem, ...] = ()

    @property
    def leaves(self) -> bool:
        """Whether this row notes a last day."""
        return self.changes.get("active_to") is not None


def digest_of(planned: Iterable[Planned], gone: Iterable[int]) -> str:
    """A hash of everything a plan would do and of who is missing: equal to the one that was shown, it does just that."""
    steps = [
        [
            one.row,
            one.ending.value,
            one.person_id,
            list(one.new_unit),
            sorted([name, None if value is None else str(value)] for name, value in one.changes.items()),
        ]
        for one in planned
    ]
    return sha256_hex(canonical([steps, sorted(gone)]))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rows are judged against. `staying` are the administrators without a last day; `oneself` is who imports."""

    known: Mapping[str, Known]
    units: UnitIndex
    today: date
    staying: frozenset[int] = frozenset()
    oneself: int | None = None
    column_of: Mapping[str, str] = field(default_factory=dict)


def plan(reads: Sequence[RowRead], around: Surroundings) -> list[Planned]:
    """The end of every row, in the order of the rows.

    A row that says what an earlier one says is its duplicate; one that speaks of the same person and says otherwise is
    refused, since nobody can tell which is right. What the file leaves blank stays as it is, and what it says as it
    said it last time was entered differently by people since, and stays as well.
    """
    planner = _Planner(around)
    return [planner.end_of(read) for read in reads]


class _Planner:
    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self.staying = set(around.staying)
        self.seen: dict[str | int, PersonDraft] = {}

    def end_of(self, read: RowRead) -> Planned:
        if read.draft is None:
            return Planned(read.row, Ending.REFUSED, problems=read.problems)
        known = self.around.known.get(read.draft.email)
        who = known.person_id if known else read.draft.email
        earlier = self.seen.setdefault(who, read.draft)
        if earlier is not read.draft:
            return self._again(read, read.draft, earlier)
        ended = self._changed(read, read.draft, known) if known else self._created(read, read.draft)
        return self._guarded(ended, known)

    def _again(self, read: RowRead, draft: PersonDraft, earlier: PersonDraft) -> Planned:
        if replace(draft, row=0) == replace(earlier, row=0):
            return Planned(read.row, Ending.DUPLICATE, draft, problems=read.problems)
        said = f"Row {earlier.row} speaks of the same person and says otherwise. Keep the one that is right."
        return self._refused(read.row, draft, "email", draft.email, said, read.problems)

    def _created(self, read: RowRead, draft: PersonDraft) -> Planned:
        changes: dict[str, Any] = {name: getattr(draft, name) for name in _PLAIN}
        changes["email"] = draft.email
        unit, new, problems = self._placed(draft)
        if unit is not None:
            changes["unit_id"] = unit
        draft = replace(draft, unit=()) if problems else draft
        return Planned(
            read.row, Ending.CREATED, draft, None, changes, unit, new, True, read.problems + problems
        )

    def _changed(self, read: RowRead, draft: PersonDraft, known: Known) -> Planned:
        said, before = draft.stated(), known.before or {}
        fresh = {name for name, value in said.items() if before.get(name) != value}
        changes: dict[str, Any] = {
            name: getattr(draft, name)
            for name in _PLAIN
            if name in fresh and getattr(draft, name) != getattr(known.facts, name)
        }
        unit, new, problems = self._placed(draft) if "unit" in fresh else (None, (), ())
        if unit is not None and unit != known.facts.unit_id:
            changes["unit_id"] = unit
        if problems:
            # Left open today; when the tree has changed, the same words may mean one unit alone.
            draft, fresh = replace(draft, unit=()), fresh - {"unit"}
        left = known.facts.active_to
        if left is not None and left < self.around.today and draft.active_to is None:
            back = (
                f"The directory says {known.facts.name} left on {left.isoformat()}, and the file gives no last day. "
                "If they are back, take the last day back on their page."
            )
            problems += (self._problem(draft.row, "active_to", "", back),)
        ending = Ending.UPDATED if changes or new else Ending.UNCHANGED
        news = known.before is None or bool(fresh)
        return Planned(
            read.row, ending, draft, known.person_id, changes, unit, new, news, read.problems + problems
        )

    def _placed(self, draft: PersonDraft) -> tuple[int | None, Path, tuple[RowProblem, ...]]:
        """The unit a path means, or the path of one to make, or why it stays open."""
        if not draft.unit:
            return None, (), ()
        found = self.around.units.meant(draft.unit)
        home = found or self.around.units.home_of(draft.unit)
        if len(home) > 1:
            named = [f"“{' / '.join(self.around.units.paths[each])}”" for each in home[:_UNITS_NAMED]]
            said = f"This may mean {listed(named, 'or')}. Write the whole path; the unit is left as it is."
            return None, (), (self._problem(draft.row, "unit", " / ".join(draft.unit), said),)
        return (found[0], (), ()) if found else (None, draft.unit, ())

    def _guarded(self, planned: Planned, known: Known | None) -> Planned:
        """The row, unless the last day it notes may not be noted."""
        if known is None or not planned.leaves or planned.draft is None:
            return planned
        day = planned.changes["active_to"]
        said = "".join(
            problem.message
            for problem in problems_with_last_day(
                planned.changes.get("active_from", known.facts.active_from), day
            )
        )
        if known.person_id == self.around.oneself:
            said = ONESELF
        elif not said and self.staying == {known.person_id}:
            said = LAST_ADMINISTRATOR
        if said:
            return self._refused(
                planned.row, planned.draft, "active_to", day.isoformat(), said, planned.problems
            )
        self.staying.discard(known.person_id)
        return planned

    def _refused(
        self,
        row: int,
        draft: PersonDraft,
        name: str,
        value: str,
        said: str,
        before: tuple[RowProblem, ...],
    ) -> Planned:
        return Planned(row, Ending.REFUSED, draft, problems=(*before, self._problem(row, name, value, said)))

    def _problem(self, row: int, name: str, value: str, said: str) -> RowProblem:
        return RowProblem(row, self.around.column_of.get(name, ""), value, said)


@dataclass(frozen=True, slots=True)
class Brought:
    """Somebody whom an earlier file of this kind brought; `email` as that file had it."""

    person_id: int
    name: str
    email: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who leaves or may have left. `absent`: the file no longer names them; `says` why no day is noted."""

    person_id: int
    name: str
    email: str
    last_day: date | None
    absent: bool = False
    first_day: date | None = None
    says: str = ""


def stated_leavers(planned: Iterable[Planned], known: Mapping[str, Known]) -> list[Leaver]:
    """The people whose last day the file states and the directory did not have."""
    return [
        Leaver(one.person_id, known[one.draft.email].facts.name, one.draft.email, one.changes["active_to"])
        for one in planned
        if one.ending is Ending.UPDATED and one.leaves and one.person_id is not None and one.draft
    ]


def absent_leavers(
    brought: Iterable[Brought], emails: Collection[str], people: Collection[int]
) -> list[Leaver]:
    """Those whom earlier files brought, who have no last day, and whom no row speaks of, whether it was used or refused."""
    return [
        Leaver(one.person_id, one.name, one.email, None, absent=True, first_day=one.first_day)
        for one in brought
        if one.last_day is None and one.person_id not in people and one.email not in emails
    ]


def with_last_day(
    leavers: Sequence[Leaver], day: date, staying: frozenset[int], oneself: int | None
) -> list[Leaver]:
    """The leavers with the day to be noted, apart from who imports and from the last administrator who stays."""
    left, noted = set(staying), []
    for one in leavers:
        says = " ".join(problem.message for problem in problems_with_last_day(one.first_day, day))
        if one.person_id == oneself:
            says = ONESELF
        elif not says and left == {one.person_id}:
            says = LAST_ADMINISTRATOR
        if not says:
            left.discard(one.person_id)
        noted.append(replace(one, last_day=None if says else day, says=says))
    return noted


def report(
    planned: Sequence[Planned], leavers: Sequence[Leaver], seats: Mapping[int, int], units_made: int
) -> dict[str, Any]:
    """What came of an import: the five counts, the leavers with the seats they hold, every problem by row and column."""
    return asdict(tallied(one.ending for one in planned)) | {
        "units_made": units_made,
        "leavers": [
            {
                "person": leaver.person_id,
                "name": leaver.name,
                "email": leaver.email,
                "last_day": leaver.last_day.isoformat() if leaver.last_day else None,
                "absent": leaver.absent,
                "says": leaver.says,
                "seats": seats.get(leaver.person_id, 0),
            }
            for leaver in leavers
        ],
        "problems": [asdict(problem) for one in planned for problem in one.problems],
    }
