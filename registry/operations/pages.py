"""/metrics: how the registry stands and what it has served, for Prometheus and those that read its form."""

import hmac
import logging
from collections.abc import Iterator, Mapping

from flask import Blueprint, Response, current_app, request

from registry.audit.queries.replicas import replica_stands
from registry.kernel import clock
from registry.kernel.errors import NotFound
from registry.operations import queries
from registry.operations.rules import CONTENT_TYPE, Family, Sample, exposed, histogram
from registry.store.replicas import Look, Source, Told
from registry.web import requests, tallies
from registry.web.doors import no_database, public
from registry.web.flask_app import database
from registry.web.viewkit import VERSION

log = logging.getLogger("registry.operations")

pages = Blueprint("operations", __name__)

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


@pages.get("/metrics")
@public
@no_database
def metrics() -> Response:
    """Everything, also while the database does not answer: that is told then. To anybody else there is no such address."""
    if not _may_read():
        raise NotFound
    families = (*_of_the_process(), *_of_the_registry())
    return Response(exposed(families), content_type=CONTENT_TYPE)


def _may_read() -> bool:
    """Whoever holds the token, where one is set; else whoever asks from this machine itself, through no proxy."""
    token: str = current_app.config["REGISTRY_METRICS_TOKEN"]
    if token:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode())
    through = any(request.headers.get(name) for name in _FORWARDED)
    return request.remote_addr in _LOOPBACK and not through


def _of_the_process() -> Iterator[Family]:
    counts = requests.tallies_of(current_app)
    served = list(counts.all_served())
    yield Family(
        "registry_build_info",
        "gauge",
        "The running release; always 1.",
        (Sample(1, {"version": VERSION}),),
    )
    yield Family(
        "registry_requests_total",
        "counter",
        "Requests answered, by endpoint and status; status 0 is any that is not listed by itself.",
        tuple(
            Sample(count, {"endpoint": endpoint, "status": str(status)})
            for endpoint, one in served
            for status, count in one.statuses.items()
        ),
    )
    yield Family(
        "registry_request_seconds",
        "histogram",
        "How long requests took, by endpoint.",
        tuple(
            sample
            for endpoint, one in served
            for sample in histogram(tallies.BOUNDS, one.buckets, one.seconds, {"endpoint": endpoint})
        ),
    )
    for name, says in (
        ("snapshots", "Readings taken in that were not known before."),
        ("deliveries", "Deliveries of readings that brought any."),
    ):
        yield Family(f"registry_{name}_total", "counter", says, (Sample(counts.total(name)),))
    for name, says in (
        ("pool_size", "Connections to the database that the serving processes keep, at most."),
        ("pool_in_use", "Connections to the database in use when a request ended last."),
    ):
        yield Family(f"registry_database_{name}", "gauge", says, (Sample(counts.gauge(name)),))


def _of_the_registry() -> Iterator[Family]:
    try:
        with database().transaction(read_only=True) as session:
            found = queries.standing(session, clock.now())
        replica = replica_stands(database())
    except Exception as error:  # noqa: BLE001 - see below
        # Whatever is wrong, the numbers of the process must still be told.
        log.warning("the database does not answer: %s", type(error).__name__)
        yield _database_up(answers=False)
        return
    yield _database_up(answers=True)
    yield Family(
        "registry_jobs",
        "gauge",
        "Jobs that wait, are being done or were given up.",
        tuple(Sample(count, {"state": state.value}) for state, count in found.jobs.items()),
    )
    for name, says, counted in (
        ("letters", "Letters on their way or given up, by state.", found.letters),
        (
            "webhook_deliveries",
            "Deliveries to webhooks on their way or given up, by state.",
            found.deliveries,
        ),
    ):
        yield Family(
            f"registry_{name}",
            "gauge",
            says,
            tuple(Sample(count, {"state": state.value}) for state, count in counted.items()),
        )
    age, checkpoint_age = found.oldest_due_age, found.checkpoint_age
    one = (
        ("registry_queue_age_seconds", "How long the job has waited that has waited longest.", age),
        ("registry_workers", "Worker processes seen within half a minute.", found.workers),
        ("registry_ledger_entries", "Entries of the ledger.", found.ledger_entries),
        ("registry_untold_entries", "Entries nobody has been told of yet.", found.untold_entries),
        ("registry_checkpoint_entries", "Entries under the newest checkpoint.", found.checkpoint_size),
        (
            "registry_checkpoint_age_seconds",
            "Seconds since the newest checkpoint was signed.",
            checkpoint_age,
        ),
    )
    for name, says, value in one:
        yield Family(name, "gauge", says, () if value is None else (Sample(value),))
    yield Family(
        "registry_open_alerts",
        "gauge",
        "Alerts that are not resolved, by severity.",
        tuple(Sample(count, {"severity": severity.value}) for severity, count in found.open_alerts.items()),
    )
    yield from _of_long_reads(found.long_reads, replica)


def _of_long_reads(told: Mapping[Source, Told], replica: Look | None) -> Iterator[Family]:
    """Of where long questions were put, and how the replica stands; nothing where there never was one."""
    if told:
        yield Family(
            "registry_long_reads_total",
            "counter",
            "Questions of reports and cards by the hundred, by where they were answered.",
            tuple(Sample(each.count, {"source": source.value}) for source, each in told.items()),
        )
        yield Family(
            "registry_long_reads_entry",
            "gauge",
            "The entry of the ledger that a source had come to when it answered last.",
            tuple(Sample(each.seq, {"source": source.value}) for source, each in told.items()),
        )
    if replica is None:
        return
    usable = not replica.trouble
    for name, says, value in (
        ("up", "Whether the replica answered, as one of this database.", int(usable)),
        ("behind_entries", "Entries of the ledger that the replica lacked.", replica.behind),
        (
            "lag_seconds",
            "How long the first entry had been there that the replica lacked.",
            replica.lag_seconds,
        ),
    ):
        yield Family(
            f"registry_replica_{name}", "gauge", says, (Sample(value),) if usable or name == "up" else ()
        )


def _database_up(*, answers: bool) -> Family:
    return Family(
        "registry_database_up",
        "gauge",
        "Whether the database answered this question.",
        (Sample(int(answers)),),
    )
