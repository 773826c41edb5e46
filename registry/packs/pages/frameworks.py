"""The frameworks in force, the controls of one with what is stated of them, and stating it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict, NotFound
from registry.packs import actions, queries, rules
from registry.packs.forms import StatementForm, statement_opened, statement_shown
from registry.packs.models import ControlStatement
from registry.packs.render import statement_csv
from registry.packs.rules import OUTCOMES, ROLES, Control, Pack
from registry.people import queries as people
from registry.people.models import Person
from registry.portfolio.queries import met_by_systems
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.downloads import name_of_day
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.past import day_asked
from registry.web.security import as_download

frameworks = Blueprint("frameworks", __name__)

_HISTORY = 20


@frameworks.get("/frameworks")
@needs(Permission.FRAMEWORK_READ)
def overview() -> ResponseReturnValue:
    every = queries.editions(session())
    today = clock.today()
    found = rules.frameworks_on(every, today)
    coming = [pack for pack in every if pack.is_framework and pack.effective_from > today]
    return render_template(
        "packs/frameworks.html",
        frameworks=found,
        coverage=queries.coverages(session(), found, met_by_systems(session(), actor())),
        coming=sorted(coming, key=lambda pack: (pack.effective_from, pack.id)),
    )


@frameworks.get("/frameworks/<pack_id>")
@needs(Permission.FRAMEWORK_READ)
def show(pack_id: str) -> ResponseReturnValue:
    framework = _framework(pack_id)
    stated = queries.statements(session(), pack_id)
    met = met_by_systems(session(), actor()).get(pack_id)
    facts = {each: queries.facts_of(row) for each, row in stated.items()}
    return render_template(
        "packs/framework.html",
        framework=framework,
        coverage=rules.coverage(framework, facts, met),
        met=met or {},
        stated=stated,
        people=_owners(stated.values()),
        otherwise=_otherwise(framework, stated),
        outcomes=OUTCOMES,
        roles=ROLES,
    )


def _framework(pack_id: str) -> Pack:
    found = queries.framework_on(session(), pack_id, clock.today())
    if found is None:
        raise NotFound
    return found


def _otherwise(framework: Pack, stated: Mapping[str, ControlStatement]) -> dict[str, str]:
    by = {control_id: row.edition for control_id, row in stated.items()}
    return rules.stated_otherwise(framework, queries.editions(session(), framework.id), by)


def _owners(stated: Any) -> dict[int, Person]:
    return people.people_by_id(session(), {row.owner_id for row in stated if row.owner_id})


@frameworks.get("/frameworks/<pack_id>/statement.csv")
@needs(Permission.FRAMEWORK_READ)
def statement(pack_id: str) -> Response:
    """The statement of applicability as a file."""
    framework = _framework(pack_id)
    stated = queries.statements(session(), pack_id)
    names = {number: person.name for number, person in _owners(stated.values()).items()}
    content = statement_csv(framework, stated, names, day_asked())
    name = name_of_day(f"statement-of-applicability-{pack_id}", "csv")
    return as_download(Response(content, mimetype="text/csv"), name)


@frameworks.get("/frameworks/<pack_id>/controls/<control_id>")
@needs(Permission.FRAMEWORK_READ)
def control(pack_id: str, control_id: str) -> ResponseReturnValue:
    framework, found = _found(pack_id, control_id)
    row = queries.statement_on(session(), pack_id, control_id)
    return _page(framework, found, row, _offered(StatementForm(data=statement_shown(row)), row))


@frameworks.post("/frameworks/<pack_id>/controls/<control_id>")
@needs(Permission.APPLICABILITY_STATE)
def state(pack_id: str, control_id: str) -> ResponseReturnValue:
    framework, found = _found(pack_id, control_id)
    row = queries.statement_on(session(), pack_id, control_id, lock=True)
    form = _offered(StatementForm(), row)
    version = form.version.data or 0
    try:
        saved = form.carried_out(
            lambda: actions.state(session(), actor(), framework, found, form.facts(), version=version)
        )
    except Conflict:
        opened = (
            audit.state_of(session(), "control_statement", row.id or 0, version) if row and version else None
        )
        rows = merge(form, statement_shown(row), statement_opened(opened))
        return make_response(_page(framework, found, row, form, rows), 409)
    if saved is None:
        return _page(framework, found, row, form)
    flash(f"{control_id} is stated.", "good")
    return redirect(url_for(".show", pack_id=pack_id), 303)


def _found(pack_id: str, control_id: str) -> tuple[Pack, Control]:
    framework = _framework(pack_id)
    found = framework.control(control_id)
    if found is None:
        raise NotFound
    return framework, found


def _offered(form: StatementForm, row: ControlStatement | None) -> StatementForm:
    kept = (row.owner_id,) if row else ()
    form.owner_id.offer(people.people_to_choose(session(), clock.today(), kept=kept))
    return form


def _page(
    framework: Pack,
    found: Control,
    row: ControlStatement | None,
    form: StatementForm,
    conflict: Sequence[Any] = (),
) -> Response:
    every = queries.editions(session())
    today = clock.today()
    practices = {each.id: each for pack in every for each in pack.practices}
    others = rules.served_with(rules.frameworks_on(every, today), framework.id, found)
    history = audit.history_of(session(), "control_statement", row.id or 0, limit=_HISTORY) if row else ()
    return shown(
        "packs/control.html",
        form,
        framework=framework,
        control=found,
        statement=row,
        people=_owners([row] if row else []),
        practices=[practices[each] for each in found.practices if each in practices],
        others=others,
        elsewhere=queries.statements_of(session(), [pack.id for pack, _ in others]),
        history=history,
        otherwise=_otherwise(framework, {found.id: row} if row else {}),
        outcomes=OUTCOMES,
        roles=ROLES,
        conflict=conflict,
    )
