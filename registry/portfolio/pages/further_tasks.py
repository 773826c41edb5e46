"""The lines of the desk about what only reviewers settle, risks, seats whose holder has left, imports begun, and the machinery."""

from datetime import date

from flask import url_for

from registry.audit import queries as audit
from registry.interchange.models import InventoryImport
from registry.interchange.rules.imports import ImportState
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, may
from registry.kernel.events import Event
from registry.kernel.text import counted, shortened, worded
from registry.ownership.rules import GapKind, end_of
from registry.portfolio.queries import unsettled
from registry.portfolio.queries.findings import Finding as Gap
from registry.portfolio.rules import Task, Urgency
from registry.reviews.models.reviews import Finding, ReviewCondition
from registry.reviews.models.words import Waiver
from registry.risks.models import Risk
from registry.systems.models import System
from registry.web.flask_app import session
from registry.web.viewkit import day
from registry.worker import queries as worker
from registry.worker.rules import JobState


def of_the_rest(who: Actor) -> list[Task]:
    """What waits beside the features' own lists, in a fixed number of statements for each person."""
    found = unsettled.for_reviewer(session(), who, clock.today())
    return [
        *(_decide_waiver(*each) for each in found.waivers),
        *(_verify(*each) for each in found.findings),
        *(_call_met(*each) for each in found.conditions),
        *(_look_at_risk(*each) for each in unsettled.risks_for(session(), who, clock.today())),
        *map(_fill_seat, unsettled.seats_for(session(), who)),
        *map(_go_on_importing, unsettled.imports_for(session(), who)),
        *_of_machinery(who),
    ]


def _decide_waiver(waiver: Waiver, system: System) -> Task:
    return Task(
        Urgency.ANSWER,
        f"Decide on a waiver of {system.name}",
        f"{waiver.key}: {shortened(waiver.subject_said or waiver.subject, 160)}. Asked for until {day(waiver.until)}.",
        None,
        url_for("reviews.decide_waiver", number=waiver.id),
        "Read and decide",
        waiver.asked_at,
        "waivers to decide",
    )


def _verify(finding: Finding, system: System) -> Task:
    return Task(
        Urgency.DUE,
        f"Verify: {shortened(finding.title, 160)}",
        f"A finding on {system.name}, said to be mended: {shortened(finding.resolved_note, 200)}",
        None,
        url_for("reviews.show", number=finding.review_id, _anchor="findings"),
        "Read and verify",
        finding.resolved_at,
        "findings to verify",
    )


def _call_met(condition: ReviewCondition, system: System) -> Task:
    late = condition.due_on < clock.today()
    return Task(
        Urgency.OVERDUE if late else Urgency.DUE,
        f"Say whether it is met: {shortened(condition.text, 160)}",
        f"The approval of {system.name} stands under this condition.",
        end_of(condition.due_on),
        url_for("reviews.show", number=condition.review_id, _anchor="conditions"),
        "Look and say",
        None,
        "conditions to call met",
    )


def _look_at_risk(risk: Risk, system: System, accepted_until: date | None) -> Task:
    until = accepted_until or risk.review_on
    late = until is not None and until < clock.today()
    why = "What is left of it was accepted up to that day." if accepted_until else "You watch it."
    return Task(
        Urgency.OVERDUE if late else Urgency.DUE,
        f"Look again at the risk: {shortened(risk.title, 160)}",
        f"{risk.key} of {system.name}. {why}",
        end_of(until) if until else None,
        url_for("risks.show", number=risk.id),
        "Look at it",
        None,
        "risks to look at again",
    )


def _fill_seat(gap: Gap) -> Task:
    seat = worded(gap.seat.value)
    name = gap.held.name if gap.held else "Somebody"
    why = f"{name} has left." if gap.kind is GapKind.HOLDER_LEFT else f"Nobody is in the team {name}."
    return Task(
        Urgency.GAP,
        f"Find somebody for the {seat}'s seat on {gap.system.name}",
        f"{why} Name another, or end it.",
        None,
        url_for("ownership.system", key=gap.system.key),
        "Fill the seat",
        gap.since,
        "seats to fill again",
    )


def _go_on_importing(begun: InventoryImport) -> Task:
    mapping = begun.state is ImportState.MAPPING
    return Task(
        Urgency.COMPLETE,
        f"Go on with the import of {shortened(begun.file_name, 80)}",
        "Its columns are not mapped yet."
        if mapping
        else "It is checked; nothing of it is on the register yet.",
        None,
        url_for("interchange.show", number=begun.id),
        "Go on with it",
        begun.changed_at,
        "imports to go on with",
    )


def _of_machinery(who: Actor) -> list[Task]:
    """What an administrator or auditor sees to: a ledger that does not verify, work that was given up."""
    return [
        *(_of_ledger() if may(who, Permission.AUDIT_READ) else ()),
        *(_of_jobs() if may(who, Permission.JOBS_READ) else ()),
    ]


def _of_ledger() -> list[Task]:
    last = audit.entries(session(), event=Event.LEDGER_VERIFIED, limit=1)
    if not last or last[0].said.get("result") != "not whole":
        return []
    return [
        Task(
            Urgency.CRITICAL,
            "The ledger does not verify",
            shortened(last[0].said.get("first problem", "Something in it is not as it was written."), 300),
            None,
            url_for("audit.verification"),
            "Look at it",
            last[0].at,
        )
    ]


def _of_jobs() -> list[Task]:
    failed = worker.counts(session())[JobState.FAILED]
    if not failed:
        return []
    return [
        Task(
            Urgency.OVERDUE,
            f"Look at {counted(failed, 'job')} that were given up"
            if failed > 1
            else "Look at a job that was given up",
            "The worker tried several times. What it was to do has not been done.",
            None,
            url_for("worker.jobs"),
            "Show them",
        )
    ]
