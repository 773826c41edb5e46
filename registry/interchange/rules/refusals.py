"""Why a row cannot be the draft of a system."""

import re

from registry.interchange.rules.ids import read_id
from registry.interchange.rules.targets import REGISTRY_ID
from registry.interchange.rules.texts import folded
from registry.interchange.rules.values import is_withheld, says_nothing
from registry.interchange.rules.working import SourceRow, Work


def refusal(work: Work) -> str:
    """Why the row becomes no draft, noted among its problems; "" when nothing stands against it.

    Which system of this register the row is about, if it says so, is known of the work afterwards.
    """
    return _flawed(work.row) or _not_a_system(work) or _misnamed(work) or _nameless(work)


def _flawed(row: SourceRow) -> str:
    return next((flaw.message for flaw in row.problems if flaw.refuses), "")


def _not_a_system(work: Work) -> str:
    condition = work.profile.only_when
    if condition is None or folded(work.cell(condition.column)) in condition.says:
        return ""
    reason = condition.when_blank if says_nothing(work.cell(condition.column)) else condition.otherwise
    work.tell(condition.column, reason)
    return reason


def _misnamed(work: Work) -> str:
    """A cell that should hold an id and holds something else: nobody can say which system is meant."""
    columns = work.profile.columns_of(REGISTRY_ID)
    column = next((each for each in columns if not says_nothing(work.cell(each))), "")
    if not column:
        return ""
    work.values[REGISTRY_ID] = work.take(column, read_id(work.cell(column)))
    return "" if work.key else work.problems[-1].message


def _nameless(work: Work) -> str:
    columns = work.profile.columns_of("name")
    column = next(
        (each for each in columns if not says_nothing(work.cell(each))), columns[0] if columns else ""
    )
    if work.key:
        # The id says which system is meant: a cell that says nothing leaves its name as it is.
        if says_nothing(work.cell(column)):
            work.values["name"] = work.key
            work.assumed.add("name")
        return ""
    reason = _objection_to_name(work.cell(column))
    if reason:
        work.tell(column, reason)
    return reason


def _objection_to_name(name: str) -> str:
    if is_withheld(name):
        return "The publisher withheld this row: it has no name under which a system could be registered."
    if says_nothing(name):
        return "The row has no name. Give every system a name in the column that is mapped to it."
    if re.fullmatch(r"[\s\d.,#-]+", name):
        return (
            "The name is only a number. If the headings stand one column aside, "
            "say in a map file which column holds the name."
        )
    return ""
