"""Ask every system that a change touches to be reconsidered: a schema, a check not met, a contract, a test that failed."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from sqlmodel import Session

from registry.audit import queries as audit
from registry.data_sources import queries as data_sources
from registry.data_sources.models import QualityCheck, QualityResult
from registry.dependencies import actions, queries
from registry.dependencies.models import Dependency
from registry.dependencies.rules.reconsider import Ask, Cause, quality_missed, schema_changed
from registry.dependencies.rules.touches import touches
from registry.kernel.actor import the_registry
from registry.kernel.errors import RuleBroken
from registry.kernel.guard_rails import number_said
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.store.session import Database
from registry.systems import queries as systems
from registry.systems.rules.record import Stage

# The worker sees every system: whom a change touches does not depend on who made it.
_WORKER = the_registry("worker")


def on_source_edited(database: Database, payload: dict[str, Any]) -> None:
    """Where the schema of a source has another version now, ask everybody it touches."""
    with database.transaction(read_only=True) as session:
        moved = _moved(session, payload["seq"], "data_source", "schema_version")
        if moved is None:
            return
        source_id = payload["subject_id"]
        detail = schema_changed(*moved)
        ask = Ask(Cause.SCHEMA_CHANGED, payload["seq"], data_source_id=source_id, detail=detail)
        touched = _by_source(session, source_id)
    _ask_each(database, touched, ask)


def on_quality_result(database: Database, payload: dict[str, Any]) -> None:
    """Where a result does not meet its check, ask everybody the source touches."""
    with database.transaction(read_only=True) as session:
        result = session.get(QualityResult, payload["subject_id"])
        check = session.get(QualityCheck, result.quality_check_id) if result and not result.met else None
        if result is None or check is None:
            return
        measured = f"{number_said(result.value)} {check.unit}".strip()
        detail = quality_missed(check.rule, measured, data_sources.check_rail(check).said(check.unit))
        ask = Ask(Cause.QUALITY_MISSED, payload["seq"], data_source_id=check.data_source_id, detail=detail)
        touched = _by_source(session, check.data_source_id)
    _ask_each(database, touched, ask)


def on_dependency_edited(database: Database, payload: dict[str, Any]) -> None:
    """Where the contract of a dependency has another version now, ask everybody it touches."""
    with database.transaction(read_only=True) as session:
        dependency = queries.dependency_by_number(session, payload["subject_id"])
        if dependency is None or _moved(session, payload["seq"], "dependency", "contract_version") is None:
            return
        ask = Ask(Cause.CONTRACT_CHANGED, payload["seq"], dependency_id=dependency.id)
        touched = _by_dependency(session, dependency)
    _ask_each(database, touched, ask)


def on_dependency_tested(database: Database, payload: dict[str, Any]) -> None:
    """Where a test has failed, ask everybody the dependency touches."""
    with database.transaction(read_only=True) as session:
        test = queries.trial_by_number(session, payload["subject_id"])
        if test is None or test.passed:
            return
        dependency = queries.dependency_by_number(session, test.dependency_id)
        if dependency is None:
            return
        ask = Ask(Cause.TEST_FAILED, payload["seq"], dependency_id=dependency.id)
        touched = _by_dependency(session, dependency)
    _ask_each(database, touched, ask)


def _moved(session: Session, seq: int, kind: str, column: str) -> tuple[str, str] | None:
    """The values of one column before and after an entry of the ledger, or None where it did not change it."""
    entry = audit.entries_at(session, [seq]).get(seq)
    found = [
        (str(change.before or ""), str(change.after or ""))
        for one in (entry.objects if entry else ())
        for change in one.changes
        if (one.kind, change.column) == (kind, column)
    ]
    return found[0] if found else None


def _by_source(session: Session, source_id: int) -> list[int]:
    users = {system.id or 0 for _, system in data_sources.used_by(session, _WORKER, source_id)}
    return _running(session, touches(queries.graph(session, _WORKER), users))


def _by_dependency(session: Session, dependency: Dependency) -> list[int]:
    start = queries.receiver_of(dependency)
    return _running(session, touches(queries.graph(session, _WORKER), [start]))


def _running(session: Session, numbers: Collection[int]) -> list[int]:
    # What is retired relies on nothing any more, and nobody is asked about what was withdrawn.
    found = systems.by_numbers(session, _WORKER, set(numbers))
    return sorted(number for number, system in found.items() if system.stage is not Stage.RETIRED)


def _ask_each(database: Database, numbers: Collection[int], ask: Ask) -> None:
    """Each in a transaction of its own. A job may run twice: the same entry asks once."""
    for number in numbers:
        with suppress(RuleBroken), database.transaction() as session:
            if systems.by_keys(session, _WORKER, [public_key(SYSTEM_PREFIX, number)], lock=True):
                actions.ask_again(session, _WORKER, number, ask)
