"""What a search found, and what has happened since, as JSON."""

from collections.abc import Iterator
from typing import Annotated, Any

from typing_extensions import TypedDict

from registry.audit.queries import HistoryItem
from registry.kernel import clock
from registry.kernel.events import Event
from registry.kernel.text import DATA_SOURCE_PREFIX, SYSTEM_PREFIX, public_key
from registry.portfolio.queries import Hits, Known, Near, Part, Results
from registry.web.describing import Instant, Words


class FoundOut(TypedDict):
    """One thing found. `id` is its public id where it has one; `name` is null where its id was typed; `system` whose it is."""

    id: str | None
    number: int
    name: str | None
    state: str | None
    system: str | None


class FoundGroup(TypedDict):
    """The best of one kind, and whether there are more."""

    kind: str
    items: list[FoundOut]
    more: bool


class NearOut(TypedDict):
    """A name that was nearly typed."""

    kind: str
    number: int
    name: str


class SearchOut(TypedDict):
    """What a search found by kind, those named so before those that mention it; names nearly typed, and the words that were meant."""

    groups: list[FoundGroup]
    nearly: list[NearOut]
    meant: str | None


class ChangeOut(TypedDict):
    """One entry of the ledger: what happened to which thing, and nothing anybody typed. Ask for the thing itself."""

    seq: int
    at: Instant
    event: Annotated[str, Words(Event)]
    kind: str
    number: int | None
    system: str | None


class ChangesOut(TypedDict):
    """What has happened, in its order. `since` is what to ask with next time; with `more` there is more at once."""

    items: list[ChangeOut]
    since: int
    more: bool


def search_out(found: Results) -> SearchOut:
    """Everything a search found."""
    groups = [_group(kind, hits) for kind, hits in _named(found)]
    groups += [parts_out(kind, hits) for kind, hits in found.parts.items()]
    return {
        "groups": [each for each in groups if each["items"]],
        "nearly": [_near(each) for each in found.nearly.names],
        "meant": found.nearly.meant,
    }


def parts_out(kind: str, hits: Hits[Part]) -> FoundGroup:
    """What was found of one kind of thing that belongs to systems."""
    items = [
        _found(
            None,
            part.number,
            part.text,
            str(part.state) if part.state else None,
            public_key(SYSTEM_PREFIX, part.system_id) if part.system_id else None,
        )
        for part in hits.items
    ]
    return {"kind": kind, "items": items, "more": hits.more}


def known_out(known: Known, typed: str) -> SearchOut:
    """The one thing whose public id was typed."""
    prefix = typed.strip().upper().partition("-")[0]
    system = None if known.kind in {"system", "source", "incident"} else known.key
    one = _found(public_key(prefix, known.number), known.number, None, None, system)
    return {
        "groups": [{"kind": known.kind, "items": [one], "more": False}],
        "nearly": [],
        "meant": None,
    }


def change_out(item: HistoryItem) -> ChangeOut:
    """One entry."""
    return {
        "seq": item.seq,
        "at": clock.written(item.at),
        "event": item.event,
        "kind": item.subject_kind,
        "number": item.subject_id,
        "system": public_key(SYSTEM_PREFIX, item.system_id) if item.system_id else None,
    }


def _named(found: Results) -> Iterator[tuple[str, Hits[Any]]]:
    """Each kind of thing with a name, as (public id, number, name, state)."""
    systems = [(each.key, each.id, each.name, each.stage.value) for each in found.systems.items]
    incidents = [(each.key, each.id, each.title, each.status.value) for each in found.incidents.items]
    sources = [
        (public_key(DATA_SOURCE_PREFIX, each.id or 0), each.id, each.name, None)
        for each in found.sources.items
    ]
    yield "system", Hits(systems, found.systems.more)
    yield "incident", Hits(incidents, found.incidents.more)
    yield "person", Hits([(None, each.id, each.name, None) for each in found.people.items], found.people.more)
    yield "unit", Hits([(None, number, path, None) for number, path in found.units.items], found.units.more)
    yield "team", Hits([(None, each.id, each.name, None) for each in found.teams.items], found.teams.more)
    yield "source", Hits(sources, found.sources.more)


def _group(kind: str, hits: Hits[Any]) -> FoundGroup:
    items = [_found(key, number or 0, name, state, None) for key, number, name, state in hits.items]
    return {"kind": kind, "items": items, "more": hits.more}


def _found(key: str | None, number: int, name: str | None, state: str | None, system: str | None) -> FoundOut:
    return {"id": key, "number": number, "name": name, "state": state, "system": system}


def _near(each: Near) -> NearOut:
    return {"kind": each.kind, "number": each.number, "name": each.name}
