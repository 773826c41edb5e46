"""What the register is narrowed to and how it is shown; the words of an address that say so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

WORDS_LIMIT = 200
_MOST_WORDS = 8
VALUE_LIMIT = 300
MOST_VALUES = 50
NOT_STATED = "none"
"""The value that stands in an address for "nothing is stated", where the values are words of ours."""

NO_TEXT_STATED = " none"
"""The same where a value is whatever somebody wrote, "none" included: what is written never begins with a space."""

EVERY_SYSTEM = "all"
"""The view that is nobody's: the whole register."""

COLUMNS: dict[str, str] = {
    "unit": "Unit",
    "owner": "Accountable owner",
    "ownership": "Ownership",
    "deputy": "Deputy",
    "stage": "Stage",
    "tier": "Tier",
    "autonomy": "Autonomy",
    "kind": "Kind",
    "vendor": "Vendor",
    "tags": "Tags",
    "alerts": "Open alerts",
    "incidents": "Open incidents",
    "actions": "Overdue actions",
    "feedback": "Feedback to answer",
    "review": "Newest review",
    "seats": "Empty seats",
    "visibility": "Visibility",
    "registered": "Registered on",
    "changed": "Last changed",
}
USUAL_COLUMNS = ("unit", "owner", "stage", "tier")

Chosen = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What the register is narrowed to. Empty fields do not narrow.

    `chosen` holds the values picked in each facet: any of a facet's values, all of the facets. `unit_ids`
    narrows to exactly these units, their sub-units not included; it never stands in an address.
    """

    words: str = ""
    chosen: Chosen = ()
    unit_ids: frozenset[int] = frozenset()

    def values(self, facet: str) -> tuple[str, ...]:
        """What is picked in one facet."""
        return next((values for name, values in self.chosen if name == facet), ())

    def without(self, facet: str, value: str) -> "Search":
        """The same search with one picked value put back."""
        kept = (
            (name, tuple(each for each in values if (name, each) != (facet, value)))
            for name, values in self.chosen
        )
        return replace(self, chosen=tuple((name, values) for name, values in kept if values))

    def without_facet(self, facet: str) -> "Search":
        """The same search with everything picked in that facet put back."""
        return replace(self, chosen=tuple(picked for picked in self.chosen if picked[0] != facet))

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != Search()


@dataclass(frozen=True, slots=True)
class Listing:
    """How a search is shown: by which column it is sorted, which way, and which columns are there."""

    search: Search = Search()
    sort: str = "name"
    descending: bool = False
    columns: tuple[str, ...] = USUAL_COLUMNS
    view: str = ""
    """The number of the saved view this began as, or "all"; empty where neither was asked for."""

    @property
    def sort_said(self) -> str:
        """The order as it stands in an address: "name", or "-name" the other way round."""
        return f"-{self.sort}" if self.descending else self.sort


def address_of(listing: Listing) -> list[tuple[str, str]]:
    """The parameters that bring exactly this list back, each state having one way to be written."""
    pairs = [("q", listing.search.words)] if listing.search.words else []
    pairs += [(name, value) for name, values in listing.search.chosen for value in values]
    if listing.sort_said != Listing().sort_said:
        pairs.append(("sort", listing.sort_said))
    if listing.columns != USUAL_COLUMNS:
        pairs += [("col", column) for column in listing.columns or ("none",)]
    if listing.view:
        pairs.append(("view", listing.view))
    return pairs


def kept_as(listing: Listing) -> str:
    """The state of the register as a saved view keeps it: its parameters, without the view it may have begun as."""
    return urlencode(address_of(replace(listing, view="")))


def columns_from(names: Collection[str]) -> tuple[str, ...]:
    """The columns asked for, in the order of the register; the usual ones when none is asked for."""
    if not names:
        return USUAL_COLUMNS
    return tuple(column for column in COLUMNS if column in names)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search, once each, in the order typed; at most eight, and no longer than a name."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text[:WORDS_LIMIT])
    return tuple(dict.fromkeys(plain.split()))[:_MOST_WORDS]


def storable(texts: Iterable[str]) -> bool:
    """Whether these texts could be compared with anything a database holds."""
    return all(len(text) <= VALUE_LIMIT and text.isprintable() for text in texts)
