"""What several tests of incidents do: hold the clock, say what went wrong, look at the timeline."""

from datetime import UTC, datetime, timedelta

from registry.audit.queries import verify
from registry.incidents.actions import opening
from registry.incidents.queries.timeline import entries_page
from registry.incidents.rules.kinds import DetectedBy, Pattern, Severity
from registry.incidents.rules.record import IncidentFacts
from registry.kernel import clock

# Later than any day on which the standing cast can have been registered.
NOW = datetime(2090, 3, 3, 12, tzinfo=UTC)
WHOLE = "\n\n".join(
    f"## {heading}\nSomething."
    for heading in ("What happened", "Impact", "Detection", "Causes", "What went well", "Actions")
)


def at(hours):
    """So many hours from the moment the tests stand at; before it where negative."""
    return NOW + timedelta(hours=hours)


def later(hours=0):
    return clock.frozen(at(hours))


def facts(title="Claims of minors were sorted last", **more):
    stated = {"severity": Severity.MINOR, "pattern": Pattern.F1, "detected_by": DetectedBy.STAFF}
    return IncidentFacts(title, **(stated | {"started_at": at(-5), "detected_at": at(-3)} | more))


def opened(session, cast, system=None, by="ada", link=None, **more):
    actor = cast.actor(session, by)
    return opening.open_incident(session, actor, system or cast.triage, facts(**more), link=link)


def timeline(session, incident):
    """What the timeline says, in the order it was written."""
    told = entries_page(session, incident.id, limit=1_000).items
    return [one.entry.text for one in sorted(told, key=lambda one: one.entry.id)]


def is_whole(database):
    """Whether the ledger agrees with every row that stands."""
    with database.transaction(read_only=True) as session:
        return verify(session).problems == []
