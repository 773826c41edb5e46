"""What a map file says, entry by entry: columns, texts and wordings, with every mistake told where it stands."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry.interchange.rules.targets import TARGETS, Reader
from registry.interchange.rules.texts import folded, one_line
from registry.kernel.text import listed
from registry.systems.rules.record import AUTONOMY, Kind, Stage

_WORDED: Final[Mapping[str, frozenset[Any]]] = {
    "stage": frozenset(str(stage) for stage in Stage),
    "kind": frozenset(str(kind) for kind in Kind),
    "autonomy": frozenset(AUTONOMY),
}
_NOT_A_TABLE: Final = "Words are a table such as “Productive: live”, for stage, kind, autonomy and tags only."


@dataclass(frozen=True, slots=True)
class MapProblem:
    """One thing wrong with a map file: the entry it stands under, and what to do."""

    entry: str
    message: str


@dataclass(slots=True)
class Statement:
    """A document while it is read. `columns` are those of the file at hand, or None for a profile made for any."""

    document: Mapping[str, Any]
    wordings: Mapping[str, Mapping[str, Any]]
    columns: Sequence[str] | None
    problems: list[MapProblem] = field(default_factory=list)

    def tell(self, entry: str, message: str) -> None:
        """Note a mistake under the entry it was made in."""
        self.problems.append(MapProblem(entry, message))

    def text(self, entry: str) -> str:
        """One line of text, "" when there is none."""
        value = self.document.get(entry)
        if isinstance(value, Mapping | list):
            self.tell(entry, "Write one line of text here.")
            return ""
        return "" if value is None else one_line(str(value))

    def items(self, entry: str) -> list[Any]:
        """What stands under the entry as a list, whether it is written as one or as a single value."""
        value = self.document.get(entry, [])
        return value if isinstance(value, list) else [value]

    def texts(self, entry: str) -> tuple[str, ...]:
        """A list of single lines."""
        items = self.items(entry)
        if any(isinstance(item, Mapping | list) for item in items):
            self.tell(entry, "Write a list of texts here.")
            return ()
        return tuple(one_line(str(item)) for item in items)

    def column(self, entry: str, value: Any) -> str:
        """The column as the file spells it; "" and a note when the file has none of that name."""
        if value is None:
            return ""
        if isinstance(value, Mapping | list):
            self.tell(entry, "Name a column here, as text.")
            return ""
        wanted = str(value)
        if self.columns is None:
            return wanted
        found = next((column for column in self.columns if folded(column) == folded(wanted)), "")
        if not found:
            self.tell(entry, f"The file has no column “{wanted}”.{nearest(wanted, self.columns)}")
        return found

    def words(self, target: str, given: Any) -> Mapping[str, Any] | None:
        """A table of wordings, with those the house knows behind it; None when the document brings none."""
        if given is None:
            return None
        if not isinstance(given, Mapping) or TARGETS[target] not in (Reader.WORD, Reader.TAGS):
            self.tell(target, _NOT_A_TABLE)
            return None
        table = {folded(str(word)): self.meant(target, value) for word, value in given.items()}
        return {**self.wordings.get(target, {}), **table}

    def meant(self, target: str, value: Any) -> Any:
        """A value of stage, kind or autonomy as the field takes it; any other field takes what is given."""
        if value is None or target not in _WORDED:
            return value
        found = int(value) if target == "autonomy" and str(value) in {"1", "2", "3", "4", "5"} else value
        if isinstance(found, Mapping | list) or found not in _WORDED[target]:
            allowed = listed([str(each) for each in sorted(_WORDED[target], key=str)], "or")
            self.tell(target, f"“{value}” is no {target}; use {allowed}.")
        return found


def wordings_of(document: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Tables of wordings by field, ready to be looked up. Raises ValueError for a value the field does not have."""
    statement = Statement({}, {}, None)
    tables = {
        target: {folded(word): statement.meant(target, value) for word, value in table.items()}
        for target, table in document.items()
    }
    if statement.problems:
        raise ValueError("; ".join(problem.message for problem in statement.problems))
    return tables


def nearest(wanted: str, known: Sequence[str]) -> str:
    """A sentence that asks for the known word most like the one that was written, or nothing."""
    found = difflib.get_close_matches(wanted.casefold(), [each.casefold() for each in known], n=1, cutoff=0.6)
    near = next((each for each in known if found and each.casefold() == found[0]), None)
    return f" Do you mean “{near}”?" if near else ""
