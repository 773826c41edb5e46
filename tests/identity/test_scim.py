"""A directory service keeps people: it finds, adds, changes, ends and takes away; what it sends amiss it is told in its form."""

import json
from datetime import timedelta

import pytest

from registry.accounts import actions as accounts
from registry.accounts import queries
from registry.audit.actions import record
from registry.audit.queries import entries
from registry.identity.rules import scim
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import RuleBroken
from registry.kernel.events import Event
from registry.kernel.scopes import PEOPLE_SCOPE, READ_SCOPE
from registry.people import actions as people
from registry.people.queries import person_by_id

USERS = "/scim/v2/Users"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Service:
    """The directory service of the company, with a token."""

    def __init__(self, app, token):
        self.client, self.headers = app.test_client(), {"Authorization": f"Bearer {token}"}

    def ask(self, method, place="", body=None, kind="application/scim+json"):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.open(
            f"{USERS}{place}", method=method, data=data, content_type=kind, headers=self.headers
        )

    def patch(self, number, *operations):
        return self.ask("PATCH", f"/{number}", {"schemas": [PATCH], "Operations": list(operations)})


def token_for(database, cast, name, scope):
    with database.transaction() as session:
        person = session.merge(cast.people[name])
        return accounts.issue_token(
            session, the_registry("command"), person, "directory", frozenset({scope})
        )[0]


@pytest.fixture
def service(app, database, cast):
    return Service(app, token_for(database, cast, "adam", PEOPLE_SCOPE))


def test_a_user_is_found_added_changed_taken_away_and_added_again_as_the_person_they_were(service, database):
    assert service.ask("GET", '?filter=userName eq "n.new@example.org"').json["totalResults"] == 0
    user = {"userName": "N.New@example.org", "externalId": "e-1", "active": True, "emails": [{"value": "x"}]}
    user |= {"name": {"givenName": "Nina", "familyName": "New"}, "schemas": [scim.USER]}
    made = service.ask("POST", body=user)
    number = made.json["id"]
    assert (made.status_code, made.headers["Location"][-len(number) :]) == (201, number)
    assert (made.json["userName"], made.json["displayName"]) == ("n.new@example.org", "Nina New")
    assert service.ask("POST", body=user).json["scimType"] == "uniqueness"
    for query in ('userName eq "N.NEW@example.org"', 'externalId eq "e-1"'):
        assert [each["id"] for each in service.ask("GET", f"?filter={query}").json["Resources"]] == [number]
    put = service.ask("PUT", f"/{number}", {"userName": "nina@example.org", "externalId": "e-1"})
    # A name that is not said is kept.
    assert (put.json["userName"], put.json["displayName"]) == ("nina@example.org", "Nina New")
    assert service.ask("DELETE", f"/{number}").status_code == 204
    for method in ("GET", "PUT", "DELETE"):
        assert service.ask(method, f"/{number}", {"userName": "x@example.org"}).status_code == 404
    # An address passes to others: only under the same external id is it the same person.
    for other in ({}, {"externalId": "e-2"}):
        assert service.ask("POST", body={"userName": "nina@example.org", **other}).status_code == 409
    again = service.ask("POST", body={"userName": "nina@example.org", "externalId": "e-1"})
    assert (again.status_code, again.json["id"], again.json["active"]) == (201, number, True)


def test_whoever_is_deactivated_is_out_at_once_and_what_they_hold_is_a_gap_the_same_day(
    app, service, database, cast, client_of
):
    ada, adam = client_of("ada"), client_of("adam")
    token = token_for(database, cast, "ada", READ_SCOPE)
    number = cast.number("ada")

    def reads():
        return app.test_client().get("/api/v1/systems", headers={"Authorization": f"Bearer {token}"})

    assert (ada.get("/").status_code, reads().status_code) == (200, 200)
    assert "Claims triage" not in adam.get("/ownership?kind=owner_left").text
    # Some directories send the truth as a text.
    gone = service.patch(number, {"op": "Replace", "path": "active", "value": "False"})
    assert (gone.status_code, gone.json["active"]) == (200, False)
    assert (ada.get("/").status_code, reads().status_code) == (303, 401)
    assert "Claims triage" in adam.get("/ownership?kind=owner_left").text
    with database.transaction(read_only=True) as session:
        entry = entries(session, limit=1)[0]
        assert (entry.event, entry.subject_id, entry.actor, entry.token_id is not None) == (
            Event.PERSON_LEFT,
            number,
            "Adam Administrator",
            True,
        )
    kept = service.ask("PUT", f"/{number}", {"userName": "ada@example.org", "displayName": "Ada Owner"})
    assert kept.json["active"] is False
    back = service.patch(number, {"op": "replace", "value": {"active": True, "title": "Actuary"}})
    assert (back.json["active"], back.json["title"]) == (True, "Actuary")
    # Back again, but not with what they had in hand before.
    assert (ada.get("/").status_code, reads().status_code) == (303, 401)


def test_who_begins_today_or_later_is_ended_at_once_and_their_first_day_stays_as_it_was(
    service, database, cast
):
    with database.transaction() as session:
        person_by_id(session, cast.number("mia")).active_from = clock.today()
        record(session, the_registry("command"), Event.PERSON_EDITED, None)
    assert (
        service.patch(cast.number("mia"), {"op": "replace", "path": "active", "value": False}).json["active"]
        is False
    )
    renamed = service.patch(cast.number("mia"), {"op": "replace", "path": "title", "value": "Actuary"})
    assert (renamed.status_code, renamed.json["active"]) == (200, False)
    with database.transaction(read_only=True) as session:
        assert person_by_id(session, cast.number("mia")).active_from == clock.today()


def test_who_is_deactivated_comes_back_without_roles_and_whom_the_house_has_let_go_does_not(
    service, database, cast
):
    def says(name, is_active):
        path = {"op": "replace", "path": "active", "value": is_active}
        return service.patch(cast.number(name), path).status_code

    assert (says("rita", False), says("rita", True)) == (200, 200)
    last_day = clock.today() - timedelta(days=9)
    with database.transaction() as session:
        assert queries.open_roles(session, cast.number("rita")) == []
        ben = person_by_id(session, cast.number("ben"))
        people.mark_as_left(session, the_registry("command"), ben, last_day)
    assert says("ben", True) == 409
    assert service.ask("DELETE", f"/{cast.number('ben')}").status_code == 204
    with database.transaction(read_only=True) as session:
        assert person_by_id(session, cast.number("ben")).active_to == last_day


def test_an_address_by_which_more_than_a_member_comes_in_is_not_moved(app, service, cast):
    app.config["REGISTRY_PASSWORDS_ONLY_FOR"] = frozenset({"ada@example.org"})
    for name, address in (("rita", "new@example.org"), ("ada", "new@example.org")):
        reply = service.patch(cast.number(name), {"op": "replace", "path": "userName", "value": address})
        assert (reply.status_code, "settled" in reply.json["detail"]) == (400, True)


def test_a_list_is_cut_as_it_is_asked_for(service, cast):
    whole = service.ask("GET").json
    assert whole["totalResults"] == len(whole["Resources"]) == len(cast.people)
    part = service.ask("GET", "?startIndex=3&count=2").json
    assert [each["id"] for each in part["Resources"]] == [each["id"] for each in whole["Resources"][2:4]]
    assert (part["totalResults"], part["startIndex"], part["itemsPerPage"]) == (whole["totalResults"], 3, 2)
    assert service.ask("GET", "?count=0").json["Resources"] == []


BAD = {
    "no user name": ("POST", "", {"displayName": "x"}, "invalidValue"),
    "a name that is no address": ("POST", "", {"userName": "x"}, "invalidValue"),
    "a number for a name": ("POST", "", {"userName": "x@example.org", "displayName": 7}, "invalidValue"),
    "neither true nor false": ("POST", "", {"userName": "x@example.org", "active": "maybe"}, "invalidValue"),
    "one key twice": (
        "POST",
        "",
        b'{"userName": "a@example.org", "userName": "b@example.org"}',
        "invalidSyntax",
    ),
    "no number": ("POST", "", b'{"userName": NaN}', "invalidSyntax"),
    "a list": ("POST", "", [], "invalidSyntax"),
    "another filter": ("GET", "?filter=active eq true or userName pr", None, "invalidFilter"),
    "no number to begin at": ("GET", "?startIndex=x", None, "invalidValue"),
    "no operations": ("PATCH", "/{ada}", {"schemas": [PATCH], "Operations": []}, "invalidValue"),
    "no schema": ("PATCH", "/{ada}", {"Operations": [{"op": "remove", "path": "title"}]}, "invalidValue"),
    "another verb": ("PATCH", "/{ada}", {"schemas": [PATCH], "Operations": [{"op": "move"}]}, "invalidValue"),
    "an attribute there is not": (
        "PATCH",
        "/{ada}",
        {"schemas": [PATCH], "Operations": [{"op": "add", "path": "isAdmin", "value": True}]},
        "invalidPath",
    ),
    "an attribute of a core schema there is not": (
        "PATCH",
        "/{ada}",
        {
            "schemas": [PATCH],
            "Operations": [
                {"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:Users:x", "value": 1}
            ],
        },
        "invalidPath",
    ),
    "no user name any more": (
        "PATCH",
        "/{ada}",
        {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "userName"}]},
        "invalidValue",
    ),
    "oneself": (
        "PATCH",
        "/{adam}",
        {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]},
        "invalidSyntax",
    ),
}


def test_what_is_sent_amiss_is_refused_in_the_form_of_the_standard(app, service, database, cast):
    numbers = {name: cast.number(name) for name in cast.people}
    wrong = {}
    for said, (method, place, body, kind) in BAD.items():
        reply = service.ask(method, place.format_map(numbers), body)
        if (reply.status_code, reply.json.get("schemas"), reply.json.get("scimType")) != (400, [ERROR], kind):
            wrong[said] = (reply.status_code, reply.json)
    assert wrong == {}
    assert service.ask("POST", body={"userName": "x"}, kind="text/plain").status_code == 415
    nobody = app.test_client().get(USERS)
    assert (nobody.status_code, nobody.json["status"]) == (401, "401")
    other = Service(app, token_for(database, cast, "adam", READ_SCOPE))
    member = Service(app, token_for(database, cast, "ada", PEOPLE_SCOPE))
    assert (other.ask("GET").status_code, member.ask("GET").status_code) == (403, 403)
    assert service.client.get("/scim/v2/Groups", headers=service.headers).json["schemas"] == [ERROR]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_says_what_it_can_do(service, cast):
    def told(place):
        return service.client.get(f"/scim/v2/{place}", headers=service.headers).json

    assert told("ServiceProviderConfig")["patch"] == {"supported": True}
    assert told("ResourceTypes")["Resources"] == [told("ResourceTypes/User")]
    schema = told(f"Schemas/{scim.USER}")
    assert told("Schemas")["Resources"] == [schema]
    kept = {each["name"] for each in schema["attributes"]} | {"schemas", "id", "meta", "externalId"}
    assert set(service.ask("GET").json["Resources"][0]) <= kept


@pytest.mark.parametrize(
    ("path", "value", "changes"),
    [
        ("displayName", "New", {"displayName": "New"}),
        (f"{scim.USER}:title", "Actuary", {"title": "Actuary"}),
        (f"{scim.USER.upper()}:title", "Actuary", {"title": "Actuary"}),
        ("name.formatted", "New", {"displayName": "New"}),
        ("ACTIVE", False, {"active": False}),
        ('emails[type eq "work"].value', "x", {}),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "x", {}),
    ],
)
def test_a_patch_changes_what_is_kept_and_leaves_what_is_not(path, value, changes):
    before = {"userName": "a@example.org", "displayName": "A", "title": "", "active": True}
    patch = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": path, "value": value}]}
    assert scim.patched(before, patch) == before | changes


@pytest.mark.parametrize(
    "text", ['userName eq "a" and 1', "userName eq a", 'userName co "a"', 'id eq "1"', '"']
)
def test_any_other_filter_is_refused(text):
    with pytest.raises(RuleBroken):
        scim.filter_in(text)
    assert scim.filter_in(r'USERNAME EQ "a\"b"') == ("username", 'a"b')
