"""What is already held at the places of a batch."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from registry.drift.models import DISTRIBUTION, Distribution
from registry.drift.queries.windows import stands

# A place within a feature that has a number by now.
At = tuple[int, datetime, datetime, str]


def held_at(session: Session, places: Iterable[At]) -> Mapping[At, Distribution]:
    """The standing distribution at each of these places that has one; in one statement."""
    wanted = set(places)
    if not wanted:
        return {}
    query = sa.select(Distribution).where(
        DISTRIBUTION.c.feature_id.in_({number for number, *_ in wanted}),
        DISTRIBUTION.c.window_end.in_({end for _, _, end, _ in wanted}),
        stands(DISTRIBUTION),
    )
    found = {
        (each.feature_id, each.window_start, each.window_end, each.client_key): each
        for each in session.scalars(query)
    }
    return {place: found[place] for place in wanted & found.keys()}
