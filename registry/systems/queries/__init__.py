"""By key; the one visible_to clause; search, filter, sort, count and page the register."""

from registry.systems.queries.attending import COLUMNS_ATTENDED, Attended, attended
from registry.systems.queries.counts import Counted, counted
from registry.systems.queries.facets import FACETS, Facet
from registry.systems.queries.filters import FILTERS
from registry.systems.queries.lines import (
    Line,
    Shown,
    deputies_in,
    every_line,
    lines,
    page,
    sorted_page,
)
from registry.systems.queries.reading import (
    listing_from,
    lost_in,
    place_at,
    place_from,
    search_from,
    sorted_from,
    still_there,
)
from registry.systems.queries.records import (
    by_key,
    by_keys,
    by_number,
    by_numbers,
    count_by_unit,
    every_system,
    facts_of,
    held_by,
    number_by_key,
    restricted_count,
)
from registry.systems.queries.searching import count, every_word, numbers_in, numbers_of
from registry.systems.queries.sorts import SORTS
from registry.systems.queries.views import preferred_view, view_by_id, views_by_tag, views_for
from registry.systems.queries.visibility import (
    numbers_known_to,
    numbers_visible_to,
    restricted_headed_by,
    visible_to,
)
from registry.systems.rules.search import Search

__all__ = [
    "COLUMNS_ATTENDED",
    "FACETS",
    "FILTERS",
    "SORTS",
    "Attended",
    "Counted",
    "Facet",
    "Line",
    "Search",
    "Shown",
    "attended",
    "by_key",
    "by_keys",
    "by_number",
    "by_numbers",
    "count",
    "count_by_unit",
    "counted",
    "deputies_in",
    "every_line",
    "every_system",
    "every_word",
    "facts_of",
    "held_by",
    "lines",
    "listing_from",
    "lost_in",
    "number_by_key",
    "numbers_in",
    "numbers_known_to",
    "numbers_of",
    "numbers_visible_to",
    "page",
    "place_at",
    "place_from",
    "preferred_view",
    "restricted_count",
    "restricted_headed_by",
    "search_from",
    "sorted_from",
    "sorted_page",
    "still_there",
    "view_by_id",
    "views_by_tag",
    "views_for",
    "visible_to",
]
