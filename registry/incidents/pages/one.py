"""One incident on one screen: where it stands, what it is tied to, what was done, its story."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.actions.holds import SUBJECT
from registry.incidents.models.incidents import Incident, IncidentLink
from registry.incidents.pages.shared import pages, seen
from registry.incidents.queries import incidents as queries
from registry.incidents.queries.beside import Beside, beside
from registry.incidents.queries.corrective import actions_of
from registry.incidents.queries.reports import clock_of, reports_of
from registry.incidents.queries.timeline import entries_counted, entries_page, links_of, place_of
from registry.incidents.queries.visibility import Touched, systems_of
from registry.incidents.render import left_said, span_said
from registry.incidents.rules.corrective import is_overdue
from registry.incidents.rules.kinds import UNCLOSED, EntryKind, Harm, Linked, Severity, Status
from registry.incidents.rules.moves import ways_on
from registry.incidents.rules.post_mortem import HEADINGS, lacking
from registry.kernel import clock
from registry.kernel.actor import Permission, may
from registry.kernel.guard_rails import number_said
from registry.kernel.text import counted
from registry.monitoring.queries.series import series
from registry.monitoring.render import metric_chart
from registry.output.charts.chart import Chart
from registry.output.charts.line import Happening
from registry.packs.queries import current
from registry.people.queries import people_by_id
from registry.store.paging import cursor_of
from registry.versions.queries import holds_for
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.viewkit import ago

# What can be seen of a metric before an incident began and after it was over.
_AROUND: Final = timedelta(days=30)
_MARKS: Final[Mapping[EntryKind, str]] = {
    EntryKind.STATUS: "info",
    EntryKind.SEVERITY: "warn",
    EntryKind.PATTERN: "warn",
    EntryKind.ACTION: "neutral",
    EntryKind.REPORT: "bad",
}


@pages.get("/incidents/<int:number>")
@needs(Permission.SYSTEM_READ)
def show(number: int) -> ResponseReturnValue:
    incident = seen(number)
    touched = systems_of(session(), number)
    named = {incident.lead_id, incident.opened_by_id, incident.resolved_by_id, incident.closed_by_id}
    return render_template(
        "incidents/show.html",
        incident=incident,
        severity=Severity(incident.severity),
        harms=[Harm(one).said for one in incident.harms],
        touched=touched,
        people=people_by_id(session(), {one for one in named if one}),
        involved=queries.involved_in(session(), number),
        spans=_spans(incident),
        missing_control=_control_said(incident.missing_control),
        **_tied(incident),
        **_story(number),
        **_measures(number),
        headings=HEADINGS,
        lacks=lacking(incident.post_mortem),
        **_may(incident, touched),
    )


def _tied(incident: Incident) -> dict[str, Any]:
    links = links_of(session(), incident.id or 0)
    now_there = beside(session(), links)
    return {
        "links": [(link, now_there.get(link.id or 0), _where(link, now_there)) for link in links],
        "chart": _chart(incident, links, now_there),
        "number_said": number_said,
        "window_of": _window_of,
    }


def _window_of(frozen: Mapping[str, str]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(frozen["window_start"]), datetime.fromisoformat(frozen["window_end"])


def _story(number: int) -> dict[str, Any]:
    told = entries_page(session(), number, before=place_of(request.args.get("before")))
    following = cursor_of(*told.next_after) if told.next_after else None
    return {
        "lines": [_line(one) for one in told.items],
        "entries_said": counted(entries_counted(session(), number), "entry", "entries"),
        "next_url": url_for(".show", number=number, before=following) if following else None,
    }


def _control_said(control: str) -> str:
    """A criterion of the baseline with its words; one of an earlier edition by its id alone."""
    words = {one.id: one.says for one in current(session(), "baseline", clock.today()).record}
    return f"{control} {words.get(control, '')}".strip()


def _measures(number: int) -> dict[str, Any]:
    """What is done about it and told of it, and what is held as evidence."""
    now, today = clock.now(), clock.today()
    clocks = [(report, clock_of(report)) for report in reports_of(session(), number)]
    return {
        "measures": [
            (one, is_overdue(one.action.state, one.action.due_on, today))
            for one in actions_of(session(), number)
        ],
        "reports": [
            (report, its, its.standing(now), left_said(its.until, now) if its.sent_at is None else "")
            for report, its in clocks
        ],
        "holds": holds_for(session(), SUBJECT, number),
    }


def _may(incident: Incident, touched: Sequence[Touched]) -> dict[str, Any]:
    """What the reader may do next."""
    numbers = [system.id for _, system in touched]
    works = any(may(actor(), Permission.INCIDENT_WORK, number) for number in numbers)
    closes = any(may(actor(), Permission.INCIDENT_CLOSE, number) for number in numbers)
    resolved = incident.status is Status.RESOLVED
    return {
        "works": works,
        "moves": any(may(actor(), Permission.REPORT_MOVE, number) for number in numbers),
        "changes": works and incident.status in UNCLOSED,
        "ways": ways_on(incident.status) if works else [],
        "closes": closes and resolved and actor().person_id != incident.resolved_by_id,
    }


def _spans(incident: Incident) -> list[tuple[str, str | None, str]]:
    """The intervals in words, those that are still running up to now; None where nobody can say."""
    noticed = incident.detected_at
    over = incident.status not in UNCLOSED
    ends = (
        ("To take on", incident.acknowledged_at),
        ("To stop the harm", incident.mitigated_at),
        ("To resolve", incident.resolved_at),
    )
    began = incident.started_at
    spans: list[tuple[str, str | None, str]] = [
        ("To notice", span_said(noticed - began) if began else None, "from when it began")
    ]
    for label, end in ends:
        if end is not None:
            spans.append((label, span_said(end - noticed), "from when it was noticed"))
        else:
            so_far = None if over else f"not yet, after {span_said(clock.now() - noticed)}"
            spans.append((label, so_far, ""))
    return spans


def _line(told: Any) -> dict[str, Any]:
    entry = told.entry
    return {
        "at": entry.at,
        "ago": ago(entry.at),
        "who": told.by.name if told.by else "the registry",
        "said": entry.text,
        "kind": _MARKS.get(entry.kind, "neutral"),
        "evidence": entry.evidence,
        "written_at": entry.written_at if abs(entry.written_at - entry.at) > timedelta(minutes=1) else None,
    }


def _where(link: IncidentLink, now_there: Mapping[int, Beside]) -> str | None:
    """The address of the page of what a link points to, None where it is no longer there."""
    if link.kind is Linked.DATA_SOURCE:
        return url_for("data_sources.show", key=link.frozen["key"])
    found = now_there.get(link.id or 0)
    if found is None:
        return None
    if link.kind is Linked.ALERT:
        return url_for("alerts.show", number=link.target_id)
    if link.kind is Linked.SNAPSHOT and found.metric is not None:
        return url_for("monitoring.readings", key=found.key, slug=found.metric.slug)
    if link.kind is Linked.FEEDBACK:
        return url_for("feedback.show", key=found.key, number=link.target_id)
    return url_for("dependencies.show", key=found.key, number=link.target_id)


def _chart(
    incident: Incident, links: Sequence[IncidentLink], now_there: Mapping[int, Beside]
) -> Chart | None:
    """The metric of the first reading it is tied to, from before it began until after it was over."""
    for link in links:
        found = now_there.get(link.id or 0)
        if found is None or found.metric is None:
            continue
        since, until = _around(incident, link)
        group = str(link.frozen.get("group") or "")
        readings = series(session(), found.metric.id or 0, since, until, group=group, limit=200)
        return metric_chart(found.metric, readings, _happened(incident, since, until)) if readings else None
    return None


def _around(incident: Incident, link: IncidentLink) -> tuple[datetime, datetime]:
    window = datetime.fromisoformat(str(link.frozen["window_end"]))
    first = min(window, incident.started_at or incident.detected_at)
    last = max(window, incident.resolved_at or clock.now())
    return first - _AROUND, last + _AROUND


def _happened(incident: Incident, since: datetime, until: datetime) -> list[Happening]:
    known = (
        (incident.started_at, "it began"),
        (incident.detected_at, "noticed"),
        (incident.mitigated_at, "harm stopped"),
        (incident.resolved_at, "resolved"),
    )
    days: dict[Any, list[str]] = {}
    for at, what in known:
        if at is not None and since <= at <= until:
            days.setdefault(at.date(), []).append(what)
    return [Happening(day, ", ".join(what)) for day, what in days.items()]
