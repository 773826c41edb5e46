"""/scim/v2: users as the company's directory service keeps them (RFC 7644), by a token with a scope of its own."""

import json
from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import UnsupportedMediaType

from registry.identity import schemas
from registry.identity.actions import provisioning
from registry.identity.models import ProvisionedPerson
from registry.identity.queries import known
from registry.identity.rules.scim import (
    USER,
    USUALLY_AT_ONCE,
    User,
    filter_in,
    patched,
    slice_in,
    user_in,
)
from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.kernel.strict_json import decoded
from registry.people import actions as people
from registry.people.models import Person
from registry.people.rules import PersonFacts
from registry.store.columns import LARGEST_NUMBER
from registry.web.doors import needs
from registry.web.flask_app import actor, session

PREFIX = "/scim/v2"
_KINDS = frozenset({"application/scim+json", "application/json"})

api = Blueprint("scim", __name__)


@api.get("/ServiceProviderConfig")
@needs(Permission.PEOPLE_EDIT)
def service() -> Response:
    """What this door can do."""
    return _reply(schemas.service(_base()))


@api.get("/ResourceTypes")
@needs(Permission.PEOPLE_EDIT)
def types() -> Response:
    """The types of resources there are: users."""
    return _reply(schemas.listed([schemas.user_type(_base())], total=1))


@api.get("/ResourceTypes/User")
@needs(Permission.PEOPLE_EDIT)
def user_type() -> Response:
    """The type of resource that users are."""
    return _reply(schemas.user_type(_base()))


@api.get("/Schemas")
@needs(Permission.PEOPLE_EDIT)
def schemas_list() -> Response:
    """The schemas there are: that of a user."""
    return _reply(schemas.listed([schemas.user_schema(_base())], total=1))


@api.get(f"/Schemas/{USER}")
@needs(Permission.PEOPLE_EDIT)
def user_schema() -> Response:
    """What is kept of a user."""
    return _reply(schemas.user_schema(_base()))


@api.get("/Users")
@needs(Permission.PEOPLE_EDIT)
def users() -> Response:
    """People by number, all or those with a user name or an external id."""
    _admit()
    start, count = slice_in(
        request.args.get("startIndex", "1"), request.args.get("count", str(USUALLY_AT_ONCE))
    )
    narrowed = filter_in(request.args.get("filter", ""))
    found, total = known.users(session(), narrowed, start=start, count=count)
    return _reply(schemas.listed([_told(*each) for each in found], total=total, start=start))


@api.post("/Users")
@needs(Permission.PEOPLE_EDIT)
def add() -> Response:
    """Add a user. Whoever was taken away comes back, as the person they were."""
    _admit()
    user = user_in(_body())
    person = known.returning(session(), user)
    if person is None:
        person = people.add_person(session(), actor(), PersonFacts(user.name, user.user_name, user.title))
        provisioning.note_external_id(session(), actor(), person, user.external_id)
    else:
        provisioning.bring_back(session(), actor(), person)
        provisioning.change(session(), actor(), person, user)
    provisioning.settle(session(), actor(), person, is_active=user.is_active)
    reply = _reply(_told_of(person), 201)
    reply.headers["Location"] = f"{_base()}/Users/{person.id}"
    return reply


@api.get("/Users/<int:number>")
@needs(Permission.PEOPLE_EDIT)
def user(number: int) -> Response:
    """One user."""
    return _reply(_told(*_found(number)))


@api.put("/Users/<int:number>")
@needs(Permission.PEOPLE_EDIT)
def replace(number: int) -> Response:
    """What is kept of a user, anew."""
    person, provisioned = _found(number)
    body, kept = _body(), _told(person, provisioned)
    said = {name.lower() for name in body}
    if "active" not in said:
        # What is not said brings nobody back.
        body["active"] = kept["active"]
    if not said & {"displayname", "name"}:
        body["displayName"] = kept["displayName"]
    return _kept(person, user_in(body))


@api.patch("/Users/<int:number>")
@needs(Permission.PEOPLE_EDIT)
def change(number: int) -> Response:
    """Some of what is kept of a user."""
    person, provisioned = _found(number)
    return _kept(person, user_in(patched(_told(person, provisioned), _body())))


@api.delete("/Users/<int:number>")
@needs(Permission.PEOPLE_EDIT)
def remove(number: int) -> Response:
    """Deactivate a user for good: the person stays, for what they did has their name on it."""
    person, _ = _found(number)
    provisioning.take_away(session(), actor(), person)
    return Response(status=204)


def _kept(person: Person, user: User) -> Response:
    if _says(_told_of(person)) != _says(_told_of(person) | _stated(user)):
        held = current_app.config["REGISTRY_PASSWORDS_ONLY_FOR"]
        provisioning.change(session(), actor(), person, user, held=held)
    provisioning.settle(session(), actor(), person, is_active=user.is_active)
    return _reply(_told_of(person))


def _stated(user: User) -> dict[str, Any]:
    return {
        "userName": user.user_name,
        "displayName": user.name,
        "title": user.title,
        "externalId": user.external_id,
    }


def _says(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(told.get(name) or "") for name in ("userName", "displayName", "title", "externalId"))


def _admit() -> None:
    # A token held to one system is for no directory; the routes with a number ask in _found.
    require(actor(), Permission.PEOPLE_EDIT)


def _found(number: int) -> tuple[Person, ProvisionedPerson | None]:
    _admit()
    found = known.user(session(), number) if 0 < number <= LARGEST_NUMBER else None
    if found is None:
        raise NotFound("There is no user of this id.")
    return found


def _body() -> dict[str, Any]:
    if request.mimetype not in _KINDS:
        raise UnsupportedMediaType
    value = decoded(request.get_data())
    if not isinstance(value, dict):
        raise RuleBroken([Problem("", "Send a JSON object.")])
    return value


def _base() -> str:
    return f"{current_app.config['REGISTRY_BASE_URL'].rstrip('/')}{PREFIX}"


def _told(person: Person, provisioned: ProvisionedPerson | None) -> dict[str, Any]:
    return schemas.user_out(person, provisioned, _base(), clock.today())


def _told_of(person: Person) -> dict[str, Any]:
    return _told(person, known.provisioned(session(), person.id or 0))


def _reply(value: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, mimetype="application/scim+json")
