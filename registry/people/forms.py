"""Forms of people, units and teams, and of the roles an administrator gives."""

import re
from collections.abc import Iterable
from typing import Any

from wtforms import FileField, HiddenField

from registry.kernel.actor import Role
from registry.people.models import BusinessUnit, Person, Team
from registry.people.rules import EMAIL_LIMIT, NAME_LIMIT, Function, PersonFacts, same_email
from registry.web.confirming import own_password
from registry.web.formkit import Chosen, Day, Form, Line, Picked, Revision, Text, Wanted

_MEMBERS_LIMIT = 60_000
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")


class NewPersonForm(Form):
    """Somebody who is not in the directory yet."""

    name = Line("Name", NAME_LIMIT, required=True, render_kw={"autocomplete": "off"})
    email = Line(
        "E-mail",
        EMAIL_LIMIT,
        "They sign in with it.",
        required=True,
        render_kw={"autocomplete": "off", "inputmode": "email"},
    )
    job_title = Line("Function", NAME_LIMIT, "What they do, such as credit risk analyst.")
    unit_id = Picked("Unit", empty="No unit")
    active_from = Day("First day", "Empty when it does not matter.")

    def facts(self) -> PersonFacts:
        """What was typed, as the rules read it."""
        return PersonFacts(
            name=self.name.data or "",
            email=self.email.data or "",
            job_title=self.job_title.data or "",
            unit_id=self.unit_id.data,
            active_from=self.active_from.data,
        )


class PersonForm(NewPersonForm):
    """What is recorded of somebody, apart from their last day. Whoever changes an address, which signs in, says who they are."""

    version = Revision()
    password = own_password()


class LeavingForm(Form):
    """Somebody's last day."""

    active_to = Day("Last day", "Up to and including this day they can sign in and answer for systems.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.active_to.flags.required = True


class PeopleFileForm(Form):
    """A file of people, and perhaps one that says which of its columns is which."""

    file = FileField(
        "File",
        description="CSV, TSV, XLSX, ODS or JSON with names and e-mail addresses, as your personnel system exports it.",
        render_kw={"required": True},
    )
    mapping = FileField(
        "Map file", description="Only where the headings are not understood: YAML that names the columns."
    )


class PeopleImportForm(Form):
    """Importing the file that was looked at, with a last day for those it lacks or without."""

    last_day = Day("Their last day", "Empty: nobody who is missing is marked as left.")
    seen = HiddenField()


class NewUnitForm(Form):
    """A unit of the organisation."""

    name = Line("Name", NAME_LIMIT, required=True)
    parent_id = Picked("Below", "The unit it belongs to.", empty="Nothing: it stands at the top")
    head_id = Picked("Head", "Sees every restricted system of this unit and of those below.")


class UnitForm(NewUnitForm):
    """The same for one that exists. `moving` is the unit above for which the preview of the move was shown."""

    version = Revision()
    moving = HiddenField()

    def moves(self, parent_id: int | None) -> bool:
        """Whether the unit is to stand elsewhere and what that changes has not been shown yet."""
        wanted = self.parent_id.data
        return bool(wanted != parent_id and self.moving.data != f"to {wanted or 0}")


class PastDayForm(Form):
    """A day in the past, read from the address."""

    on = Day("On this day")

    class Meta:
        """It changes nothing, so it needs no token against forged requests."""

        csrf = False

    def __init__(self, arguments: Any) -> None:
        super().__init__(formdata=arguments)


class NewTeamForm(Form):
    """A team and who is in it."""

    name = Line("Name", NAME_LIMIT, required=True)
    function = Chosen(
        "Function", Function, "What it does for the systems it looks after.", validators=[Wanted()]
    )
    unit_id = Picked("Unit", empty="No unit")
    leader_id = Picked("Leader")
    deputy_id = Picked("Deputy", "Stands in for the leader.")
    member_ids = Text(
        "Members",
        _MEMBERS_LIMIT,
        "One e-mail address a line. Leader and deputy are members in any case.",
        rows=6,
    )

    def emails(self) -> list[str]:
        """The addresses typed as members, once each, in the order typed."""
        lines = (self.member_ids.data or "").replace(";", "\n").splitlines()
        return list(dict.fromkeys(email for email in map(_email_in, lines) if email))

    def stated(self, found: dict[str, int]) -> dict[str, Any]:
        """What was typed, as the actions take it; `found` maps e-mail addresses to people."""
        return {
            "name": self.name.data or "",
            "function": self.function.data or Function.OTHER,
            "leader_id": self.leader_id.data,
            "deputy_id": self.deputy_id.data,
            "unit_id": self.unit_id.data,
            "member_ids": frozenset(found.values()),
        }


class TeamForm(NewTeamForm):
    """The same for one that exists."""

    version = Revision()


class RoleForm(Form):
    """A role in the whole organisation. Everybody is a member already, so that one is not offered."""

    role = Chosen("Role", Role, empty="Choose a role", validators=[Wanted()])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.role
        field.choices = [choice for choice in field.choices if choice.value != Role.MEMBER.value]


class WithdrawalForm(Form):
    """The role to take away."""

    role = HiddenField()


def person_stated(person: Person) -> dict[str, Any]:
    """A person as the form shows them."""
    return {
        "name": person.name,
        "email": person.email,
        "job_title": person.job_title,
        "unit_id": person.unit_id,
        "active_from": person.active_from,
        "version": person.version,
    }


def unit_stated(unit: BusinessUnit) -> dict[str, Any]:
    """A unit as the form shows it."""
    return {"name": unit.name, "parent_id": unit.parent_id, "head_id": unit.head_id, "version": unit.version}


def team_stated(team: Team, members: Iterable[Person]) -> dict[str, Any]:
    """A team as the form shows it."""
    return {
        "name": team.name,
        "function": team.function,
        "unit_id": team.unit_id,
        "leader_id": team.leader_id,
        "deputy_id": team.deputy_id,
        "member_ids": "\n".join(f"{person.name} <{person.email}>" for person in members),
        "version": team.version,
    }


def _email_in(line: str) -> str:
    bracketed = _IN_BRACKETS.search(line)
    return same_email(bracketed.group(1) if bracketed else line.strip(" ,"))
