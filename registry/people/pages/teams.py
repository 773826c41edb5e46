"""Teams, and one team: its people and what it looks after."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.audit import queries as audit
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.kernel.text import listed
from registry.ownership import queries as ownership
from registry.ownership.rules import SEAT_SAID
from registry.people import actions, queries
from registry.people.forms import NewTeamForm, TeamForm, team_stated
from registry.people.models import Team
from registry.people.pages.directory import pages, with_people, with_units
from registry.people.rules import is_active
from registry.systems import queries as systems
from registry.web.conflicts import merge
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, query_number, shown

_NAMED_IN_A_SENTENCE = 5


@pages.get("/teams")
@needs(Permission.PEOPLE_READ)
def teams() -> ResponseReturnValue:
    found = queries.teams(session())
    return render_template(
        "people/teams.html",
        teams=found,
        leaders=queries.people_by_id(session(), {team.leader_id for team in found if team.leader_id}),
        members_in=queries.members_by_team(session(), clock.today()),
        units=queries.unit_paths(session()),
    )


@pages.get("/teams/<int:number>")
@needs(Permission.PEOPLE_READ)
def team(number: int) -> ResponseReturnValue:
    found = queries.team_by_id(session(), number)
    seats, today = ownership.seats_of_team(session(), number), clock.today()
    members = queries.team_members(session(), number)
    known = systems.by_numbers(session(), actor(), {seat.system_id for seat in seats})
    return render_template(
        "people/team.html",
        team=found,
        members=members,
        members_here=sum(is_active(one.active_from, one.active_to, today) for one in members),
        unit=queries.unit_paths(session()).get(found.unit_id or 0),
        held=[(known[seat.system_id], seat) for seat in seats if seat.system_id in known],
        seat_said=SEAT_SAID,
        today=today,
    )


@pages.get("/teams/new")
@needs(Permission.PEOPLE_EDIT)
def team_new() -> ResponseReturnValue:
    return shown("people/team_new.html", _offered(NewTeamForm(data={"unit_id": query_number("unit")})))


@pages.post("/teams/new")
@needs(Permission.PEOPLE_EDIT)
def team_add() -> ResponseReturnValue:
    form = NewTeamForm()
    _offered(form)
    added = form.carried_out(lambda: actions.add_team(session(), actor(), **form.stated(_found(form))))
    if added is None:
        return shown("people/team_new.html", form)
    flash(f"{added.name} is a team now.", "good")
    return redirect(url_for("people.team", number=added.id), 303)


@pages.get("/teams/<int:number>/edit")
@needs(Permission.PEOPLE_EDIT)
def team_edit_form(number: int) -> ResponseReturnValue:
    found = queries.team_by_id(session(), number)
    return _edit_page(found, TeamForm(data=_stated(found)))


@pages.post("/teams/<int:number>/edit")
@needs(Permission.PEOPLE_EDIT)
def team_edit(number: int) -> ResponseReturnValue:
    found = queries.team_by_id(session(), number)
    form = TeamForm()
    _offered(form)
    try:
        saved = form.carried_out(lambda: _save(found, form))
    except Conflict:
        base = audit.state_of(session(), "team", number, form.version.data)
        return make_response(_edit_page(found, form, merge(form, _stated(found), base)), 409)
    if saved is None:
        return _edit_page(found, form)
    flash("Saved.", "good")
    return redirect(url_for("people.team", number=number), 303)


def _save(found: Team, form: TeamForm) -> Team:
    stated = form.stated(_found(form))
    return actions.edit_team(session(), actor(), found, **stated, version=form.version.data)


def _found(form: NewTeamForm) -> dict[str, int]:
    """The people behind the addresses typed. Raises RuleBroken naming those nobody has."""
    emails = form.emails()
    found = queries.people_by_email(session(), emails)
    unknown = [email[:100] for email in emails if email not in found]
    if unknown:
        named = listed(unknown[:_NAMED_IN_A_SENTENCE])
        more = (
            f" and {len(unknown) - _NAMED_IN_A_SENTENCE} more" if len(unknown) > _NAMED_IN_A_SENTENCE else ""
        )
        raise RuleBroken([Problem("member_ids", f"Nobody in the directory has the address {named}{more}.")])
    return found


def _stated(found: Team) -> dict[str, Any]:
    return team_stated(found, queries.team_members(session(), found.id or 0))


def _edit_page(found: Team, form: Form, conflict: Any = ()) -> Response:
    return shown("people/team_edit.html", _offered(form), team=found, conflict=conflict)


def _offered(form: Form) -> Form:
    return with_people(with_units(form), "leader_id", "deputy_id")
