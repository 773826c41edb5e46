"""What happened on the systems somebody may see, as entries of a feed."""

from sqlmodel import Session

from registry.audit.queries import HistoryItem
from registry.feeds.render.atom import Entry
from registry.kernel.actor import Actor
from registry.kernel.text import listed, shortened, worded
from registry.portfolio.queries.changes import newest_changes
from registry.systems.models import System
from registry.systems.queries import by_numbers
from registry.web.addresses import whole_url

_MOST = 60
_SAID = 300
_FEW_FIELDS = 8


def entries_of(session: Session, who: Actor) -> list[Entry]:
    """The newest entries, newest first; deliveries of measurements, which pipelines send by the hour, are left out."""
    found = newest_changes(session, who, limit=_MOST)
    systems = by_numbers(session, who, {each.system_id for each in found if each.system_id})
    return [_entry(each, systems[each.system_id or 0]) for each in found if each.system_id in systems]


def _entry(item: HistoryItem, system: System) -> Entry:
    return Entry(
        item.seq,
        item.at,
        item.actor or "The registry",
        f"{system.key} {system.name}: {_words(item.event)}",
        _says(item),
        whole_url("systems.history", key=system.key),
        item.event,
    )


def _says(item: HistoryItem) -> str:
    said = [f"{_words(name)}: {text}" for name, text in item.said.items()]
    fields = sorted(
        {_words(each.column) for one in item.objects for each in one.changes if one.verb == "changed"}
    )
    if fields:
        more = len(fields) - _FEW_FIELDS
        shown = [*fields[:_FEW_FIELDS], *([f"{more} more"] if more > 0 else [])]
        said.append(f"Changed: {listed(shown)}")
    return shortened(". ".join(said), _SAID)


def _words(name: str) -> str:
    return worded(name.replace(".", " "))
