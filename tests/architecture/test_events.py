"""Every event is recorded by some action, and somebody has decided what follows from it: named jobs, or nothing."""

import ast

from registry.kernel.events import Event
from registry.kernel.log_only import LOG_ONLY
from registry.wiring import FOLLOW_UPS, SCHEDULE
from tests.architecture.tree import PACKAGE, parsed, parts_named

TABLE = PACKAGE / "kernel" / "log_only.py"


def named_in(tree: ast.AST) -> set[Event]:
    """The events a piece of code names one by one: Event.SYSTEM_EDITED."""
    return {
        Event[node.attr]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) == "Event"
        and node.attr in Event.__members__
    }


def listed_as(name: str, module: ast.Module) -> set[Event]:
    """The events named in the value of one of a module's tables."""
    for node in module.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return named_in(node)
    raise AssertionError(f"there is no table {name}")


def test_every_event_is_recorded_by_an_action():
    recorded = set().union(*(named_in(parsed(path)) for path in parts_named("actions")))
    assert set(Event) - recorded == set()


def test_it_is_decided_for_every_event_what_follows():
    # Named one by one: a set worked out as "all the others" would decide for each new event that nothing follows.
    listed = listed_as("LOG_ONLY", parsed(TABLE))
    assert listed == LOG_ONLY
    assert listed | FOLLOW_UPS.keys() == set(Event)
    assert listed & FOLLOW_UPS.keys() == set()


def test_what_follows_is_a_job_of_a_feature():
    handlers = [*SCHEDULE, *(handler for handlers in FOLLOW_UPS.values() for handler in handlers)]
    assert handlers
    for handler in handlers:
        assert ".jobs" in handler.__module__, handler


def test_a_table_worked_out_from_the_rest_lists_nothing():
    told = "LOG_ONLY: frozenset[Event] = frozenset(Event) - FOLLOW_UPS.keys()\nOTHER = {Event.SYSTEM_EDITED}"
    assert listed_as("LOG_ONLY", ast.parse(told)) == set()
    assert listed_as("OTHER", ast.parse(told)) == {Event.SYSTEM_EDITED}
