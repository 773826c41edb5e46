"""The pages of a change to several systems: choose, preview, apply."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from registry.annotations import queries as annotations
from registry.kernel.actor import Permission, may, says_why_not
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.ownership import queries as ownership
from registry.people import queries as people
from registry.systems import queries
from registry.systems.forms.bulk import FieldsForm, HandOverForm, SeatForm, TagsForm
from registry.systems.models import System
from registry.systems.pages.bulk.plans import (
    PERMISSIONS,
    FieldsPlan,
    HandOverPlan,
    Plan,
    SeatPlan,
    TagsPlan,
    known_people,
)
from registry.systems.pages.bulk.steps import applied, previewed
from registry.systems.pages.register import pages
from registry.systems.rules import bulk as rules
from registry.systems.rules.bulk import Step, Task
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown

_FORMS: Mapping[Task, type[Form]] = {
    Task.FIELDS: FieldsForm,
    Task.TAGS: TagsForm,
    Task.HAND_OVER: HandOverForm,
    Task.SEAT: SeatForm,
}
# Beside a system stands whom it alone is offered to: to-AI-0042.
_BESIDE = "to-"


@dataclass(frozen=True, slots=True)
class Selection:
    """The systems of a change, by name; those ticked; how many ids named nothing the person may see."""

    systems: Sequence[System]
    ticked: frozenset[str]
    unknown: int

    @property
    def chosen(self) -> list[System]:
        """The systems that are ticked."""
        return [system for system in self.systems if system.key in self.ticked]

    @property
    def keys(self) -> list[str]:
        """Their public ids, ticked or not."""
        return [system.key for system in self.systems]


@pages.get("/systems/bulk")
@needs(Permission.SYSTEM_READ)
def bulk() -> ResponseReturnValue:
    task, selection = _task(request.args), _selection(_keys(request.args))
    return _choosing_page(task, selection, _form(task, formdata=None))


@pages.post("/systems/bulk")
@needs(Permission.SYSTEM_READ)
def bulk_step() -> ResponseReturnValue:
    task, selection = _task(request.form), _selection(request.form.getlist("offered"), lock=True)
    form, step = _form(task), request.form.get("step", "preview")
    if step == "choose":
        return make_response(_choosing_page(task, selection, form), 200)
    plan = form.carried_out(lambda: _plan(task, form, selection))
    if plan is None:
        return _choosing_page(task, selection, form)
    # The ids first: a preview is taken back, and the rows it touched would each be read again.
    offered, chosen = selection.keys, selection.chosen
    if step == "apply":
        return _steps_page(task, offered, applied(plan, chosen, _seen()), done=True)
    return _steps_page(task, offered, previewed(plan, chosen), done=False)


def _task(given: Any) -> Task:
    name = given.get("task", Task.FIELDS.value)
    if name not in set(Task):
        raise RuleBroken([Problem("task", "There is no such change.")])
    return Task(name)


def _keys(given: Any) -> list[str]:
    """The public ids in an address: those it names, or with `all` those of every system in the search it states."""
    if given.get("all"):
        search = queries.search_from(given)
        return [
            public_key(SYSTEM_PREFIX, number) for number in queries.numbers_in(session(), actor(), search)
        ]
    return list(dict.fromkeys(given.getlist("key")))


def _selection(offered: Sequence[str], *, lock: bool = False) -> Selection:
    refuse_if(rules.problems_with_selection(len(set(offered))))
    found = queries.by_keys(session(), actor(), offered, lock=lock)
    ticked = set(request.form.getlist("key")) if lock else {system.key for system in found}
    return Selection(found, frozenset(ticked), len(set(offered)) - len(found))


def _form(task: Task, **options: Any) -> Form:
    form = _FORMS[task](**options)
    if task is Task.FIELDS:
        form["unit_id"].offer(people.unit_paths(session()))
    elif task is Task.HAND_OVER:
        form["to_id"].offer(known_people())
    elif task is Task.SEAT:
        form["person_id"].offer(known_people())
        form["team_id"].offer({team.id or 0: team.name for team in people.teams(session())})
    return form


def _beside() -> dict[str, str]:
    """The addresses typed beside systems, by key."""
    typed = {
        name.removeprefix(_BESIDE): text.strip()
        for name, text in request.form.items()
        if name.startswith(_BESIDE)
    }
    return {key: text for key, text in typed.items() if text}


def _plan(task: Task, form: Any, selection: Selection) -> Plan:
    """How the task goes about it. Raises RuleBroken for what is wrong with all systems alike."""
    systems = selection.chosen
    beside = {system.key: text for system in systems if (text := _beside().get(system.key))}
    checks: Mapping[Task, Callable[[], list[Problem]]] = {
        Task.FIELDS: lambda: rules.problems_with_fields(form.values, form.emptied),
        Task.TAGS: lambda: rules.problems_with_tags(*form.names),
        Task.HAND_OVER: lambda: rules.problems_with_hand_over(
            form.reason.data or "", len(beside) + (form.to_id.data is not None)
        ),
        Task.SEAT: lambda: rules.problems_with_seat(person_id=form.person_id.data, team_id=form.team_id.data),
    }
    nobody = [] if systems else [Problem("", "Tick at least one system.")]
    refuse_if([*nobody, *checks[task]()])
    if task is Task.FIELDS:
        return FieldsPlan(form, systems)
    if task is Task.TAGS:
        return TagsPlan(form, systems)
    return SeatPlan(form, systems) if task is Task.SEAT else HandOverPlan(form, systems, beside)


def _seen() -> dict[str, str]:
    """What the person saw of each system before they agreed, by key."""
    parts = (text.partition(" ") for text in request.form.getlist("seen"))
    return {key: seen for key, _, seen in parts}


def _choosing_page(task: Task, selection: Selection, form: Form) -> Response:
    numbers = [system.id or 0 for system in selection.systems]
    permission = PERMISSIONS[task]
    allowed = {system.key for system in selection.systems if may(actor(), permission, system.id)}
    known = queries.numbers_visible_to(actor()) if task is Task.TAGS else None
    return shown(
        "systems/bulk/choose.html",
        form,
        task=task,
        selection=selection,
        allowed=allowed,
        why_not=says_why_not(permission),
        owners=ownership.owners_of(session(), numbers),
        offers=ownership.offers_out(session(), numbers) if task is Task.HAND_OVER else {},
        units=people.unit_paths(session()),
        tags=annotations.tags_of(session(), numbers),
        known_tags=[tag.name for tag, _ in annotations.tag_counts(session(), known)]
        if known is not None
        else [],
        beside=_beside(),
        most=rules.MOST_SYSTEMS,
    )


_OWN = frozenset({"csrf_token", "step", "seen", "key", "offered"})


def _steps_page(task: Task, offered: Sequence[str], steps: Sequence[Step], *, done: bool) -> Response:
    kept = [(name, text) for name, text in request.form.items(multi=True) if name not in _OWN]
    order = list(rules.Outcome)
    page = render_template(
        "systems/bulk/steps.html",
        task=task,
        offered=offered,
        steps=sorted(steps, key=lambda step: (order.index(step.outcome), step.name)),
        counts=rules.counts(steps),
        offered_to=rules.offered_said(steps),
        kept=kept,
        done=done,
    )
    return make_response(page)
