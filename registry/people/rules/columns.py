"""Which column of a people file is which field: guessed from the usual headings in English and German, or mapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry.kernel.dates import DateStyle, Order
from registry.kernel.errors import Problem
from registry.kernel.text import counted, listed, slug
from registry.people.rules.directory import tidy_line

USUAL_KIND: Final = "people"
_KIND_LIMIT: Final = 60
_COLUMNS_SHOWN: Final = 30
_ABOUT: Final = frozenset({"id", "dates"})
_ORDERS: Final = {"": Order.UNSTATED, "day_first": Order.DAY_FIRST, "month_first": Order.MONTH_FIRST}

FIELDS: Final[Mapping[str, str]] = {
    "name": "the whole name",
    "first_name": "the first name",
    "last_name": "the last name",
    "email": "the e-mail address",
    "job_title": "what the person does",
    "unit": "the unit, alone or as a path such as “Bank / Retail”",
    "parent_unit": "the unit above it",
    "first_day": "the first day here",
    "last_day": "the last day here",
}

# Headings as `slug` writes them: "E-Mail-Adresse" is "e-mail-adresse", "Übergeordnete Einheit" is "ubergeordnete-einheit".
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        *("name", "full-name", "fullname", "display-name", "displayname", "employee-name", "employee"),
        *("person", "person-name", "vollstandiger-name", "anzeigename", "mitarbeiter", "mitarbeitername"),
        *("mitarbeiterin", "name-vorname", "vor-und-nachname", "vor-und-zuname"),
    ),
    "first_name": ("first-name", "firstname", "given-name", "givenname", "forename", "vorname", "rufname"),
    "last_name": (
        *("last-name", "lastname", "surname", "family-name", "sn", "nachname", "familienname", "zuname"),
    ),
    "email": (
        *("email", "e-mail", "mail", "email-address", "e-mail-address", "mail-address", "work-email"),
        *("work-e-mail", "business-email", "userprincipalname", "user-principal-name", "emailadresse"),
        *("email-adresse", "e-mail-adresse", "mailadresse", "mail-adresse", "dienstliche-e-mail"),
    ),
    "job_title": (
        *("job-title", "jobtitle", "title", "position", "role", "job", "function", "job-function"),
        *("funktion", "stelle", "stellenbezeichnung", "berufsbezeichnung", "rolle", "tatigkeit"),
    ),
    "unit": (
        *("unit", "unit-path", "business-unit", "department", "dept", "organisation-unit"),
        *("organizational-unit", "organisational-unit", "org-unit", "organisation", "organization"),
        *("division", "einheit", "organisationseinheit", "oe", "abteilung", "bereich", "fachbereich"),
    ),
    "parent_unit": (
        *("parent-unit", "parent", "unit-parent", "parent-department", "parent-org-unit"),
        *("ubergeordnete-einheit", "ubergeordnete-abteilung", "ubergeordneter-bereich", "ubergeordnete-oe"),
    ),
    "first_day": (
        *("active-from", "first-day", "start-date", "start", "hire-date", "hired-on", "entry-date", "joined"),
        *("date-of-joining", "eintritt", "eintrittsdatum", "aktiv-ab", "aktiv-von", "beginn", "von"),
        *("erster-tag", "from", "valid-from", "gultig-ab", "gultig-von"),
    ),
    "last_day": (
        *("active-to", "active-until", "last-day", "end-date", "end", "leaving-date", "exit-date", "left-on"),
        *("termination-date", "date-of-leaving", "austritt", "austrittsdatum", "aktiv-bis", "ende", "bis"),
        *(
            "leaves",
            "leaves-on",
            "leaving",
            "leaver",
            "exit",
            "last-working-day",
            "termination",
            "austritt-am",
        ),
        *("letzter-tag", "to", "until", "valid-to", "gultig-bis"),
    ),
}
_MANAGERS: Final = frozenset(
    {"manager", "manager-name", "manager-email", "line-manager", "reports-to", "supervisor"}
    | {"vorgesetzter", "vorgesetzte", "fuhrungskraft", "leitung", "direct-manager"}
)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which columns each field is read from, the first that states anything counting; how dates are written.

    `kind` tells files of one source from those of another: who is missing from a file is looked for among the people
    that earlier files of its kind brought.
    """

    columns: Mapping[str, tuple[str, ...]]
    kind: str = USUAL_KIND
    dates: DateStyle = field(default_factory=DateStyle)
    remarks: tuple[str, ...] = ()

    def column(self, target: str) -> str:
        """The first column of a field, to point at; "" when the file has none for it."""
        return next(iter(self.columns.get(target, ())), "")


def guessed(columns: Sequence[str]) -> ColumnMap:
    """The map that a file's headings suggest. What it lacks, `problems_with_map` says."""
    by_heading: dict[str, list[str]] = {}
    for column in columns:
        by_heading.setdefault(_heading(column), []).append(column)
    found = {
        target: tuple(column for heading in usual for column in by_heading.get(heading, ()))[:3]
        for target, usual in _USUAL.items()
    }
    if found["first_name"] and not found["last_name"] and found["name"]:
        # "Vorname" beside "Name": the name is the last name then.
        found["last_name"], found["name"] = found["name"], ()
    read = {target: names for target, names in found.items() if names}
    return ColumnMap(read, remarks=_remarks(columns, read))


def _heading(column: str) -> str:
    # Headings that appear twice are numbered by the reader: "Name (2)" is another column, not a name.
    return slug(column)


def _remarks(columns: Sequence[str], read: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What is to be said of the columns that no field is read from: nobody may take them for read."""
    taken = {column for names in read.values() for column in names}
    left = [column for column in columns if column not in taken]
    managers = [f"“{column}”" for column in left if _heading(column) in _MANAGERS]
    others = [f"“{column}”" for column in left if _heading(column) not in _MANAGERS]
    remarks = []
    if managers:
        remarks.append(f"{listed(managers)} is not read: who leads a unit is named on the unit's own page.")
    if others:
        more = len(others) - _COLUMNS_SHOWN
        shown = [*others[:_COLUMNS_SHOWN], *([counted(more, "more column")] if more > 0 else [])]
        remarks.append(f"Not read: {listed(shown)}. If it matters, say in a map file what it holds.")
    return tuple(remarks)


def mapped(document: Any, columns: Sequence[str]) -> tuple[ColumnMap | None, list[Problem]]:
    """The map that a map file declares for a file with these columns, or every reason why it declares none."""
    if not isinstance(document, Mapping):
        return None, [Problem("", "A map file is a list of entries such as “email: Mail address”.")]
    there = {tidy_line(column).casefold(): column for column in reversed(columns)}
    problems, found = [], {}
    for entry, value in document.items():
        if entry in _ABOUT:
            continue
        wanted = [tidy_line(str(one)) for one in (value if isinstance(value, list) else [value])]
        missing = [one for one in wanted if one.casefold() not in there]
        if entry not in FIELDS:
            problems.append(Problem(str(entry), f"There is no field of this name. Use {listed([*FIELDS])}."))
        elif missing:
            said = f"The file has no column “{missing[0][:100]}”. {_has(columns)}"
            problems.append(Problem(str(entry), said))
        else:
            found[str(entry)] = tuple(there[one.casefold()] for one in wanted)
    kind, order = document.get("id") or USUAL_KIND, document.get("dates") or ""
    if not isinstance(kind, str) or not slug(kind) or len(kind) > _KIND_LIMIT:
        problems.append(Problem("id", f"Name this kind of file in at most {_KIND_LIMIT} characters."))
    if str(order) not in _ORDERS:
        problems.append(Problem("dates", "Write day_first or month_first."))
    if problems:
        return None, problems
    style = DateStyle(_ORDERS[str(order)])
    return ColumnMap(found, slug(str(kind)), style, _remarks(columns, found)), []


def problems_with_map(mapping: ColumnMap, columns: Sequence[str]) -> list[Problem]:
    """What a people file must have: an e-mail address, and a name whole or in two parts."""
    problems = []
    if not mapping.column("email"):
        problems.append(
            Problem("email", f"No column holds e-mail addresses, which tell people apart. {_has(columns)}")
        )
    if not mapping.column("name") and not mapping.column("last_name"):
        problems.append(Problem("name", f"No column holds the people's names. {_has(columns)}"))
    return problems


def _has(columns: Sequence[str]) -> str:
    named = listed([f"“{column}”" for column in columns[:_COLUMNS_SHOWN]])
    return f"Say which does in a map file; there are {named}."
