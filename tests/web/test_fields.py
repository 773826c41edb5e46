"""What a form does not offer cannot be set through it, whatever is sent along; and a body that is no form sets nothing."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import request
from flask.testing import FlaskClient

from registry.people import actions
from registry.tables import metadata
from tests.store.contents import digests
from tests.web.everything import Everything
from tests.web.pages import filled, offered, problems

on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

LEDGER = {"ledger_entry", "ledger_payload", "ledger_object"}
COLUMNS = sorted({column.name for table in metadata.sorted_tables for column in table.columns})
# Said of every column there is. A number fits most of them; the words fit those that take a word.
TEMPTING = dict.fromkeys(COLUMNS, "1") | {
    "stage": "live",
    "tier": "minimal",
    "state": "accepted",
    "visibility": "restricted",
    "seat": "accountable_owner",
    "role": "administrator",
    "active_to": "2020-01-01",
    "retired_at": "2020-01-01 00:00:00",
    "accepted_at": "2020-01-01 00:00:00",
    "to_be_confirmed": "",
    "registered_at": "2020-01-01 00:00:00",
    "met": "1",
    "scopes": "systems:write",
    "slug": "mine",
    "password_hash": "x",
}

EDITS = (
    "/systems/{triage}/edit",
    "/systems/{triage}/objectives/edit",
    "/systems/{triage}/objectives/metrics/{metric}/edit",
    "/data-sources/{source}/edit",
    "/systems/{triage}/dependencies/{dependency}/edit",
    "/people/{person}/edit",
    "/units/{claims}/edit",
    "/teams/{team}/edit",
)


@pytest.mark.parametrize("page", EDITS)
def test_an_edit_changes_no_field_its_form_does_not_have(everything, page):
    url = page.format(**everything.place)
    client = everything.sign_in("adam")
    honest = filled(client.get(url).text)
    assert len(honest) >= 3
    before = digests(everything.app.database, LEDGER)
    reply = client.post(url, data=TEMPTING | honest)
    assert (reply.status_code, problems(reply.text)) == (303, [])
    assert digests(everything.app.database, LEDGER) == before


@pytest.mark.parametrize("page", EDITS)
def test_the_same_form_does_change_the_fields_it_has(everything, page):
    url = page.format(**everything.place)
    client = everything.sign_in("adam")
    honest = filled(client.get(url).text)
    named = next(name for name in ("name", "problem", "interface") if name in honest)
    before = digests(everything.app.database, LEDGER)
    assert client.post(url, data=honest | {named: ["Another name"]}).status_code == 303
    assert digests(everything.app.database, LEDGER) != before


@dataclass(frozen=True)
class Creation:
    """A form that adds a row: where it is sent, what makes it valid, to which table; `own` differs between two rows."""

    url: str
    table: str
    valid: dict[str, Any]
    own: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.table


def creation(url, table, own="name", **valid):
    return Creation(url, table, valid, frozenset(own.split()))


CREATIONS = (
    creation(
        "/systems/new", "system", summary="x", unit_id="{claims}", owner_id="{ada}", visibility="company"
    ),
    creation("/people/new", "person", "name email", email="{name}@example.org", unit_id="{claims}"),
    creation("/units/new", "business_unit", parent_id="{claims}"),
    creation("/teams/new", "team", function="data", leader_id="{ada}"),
    creation(
        "/data-sources/new",
        "data_source",
        "name name_key",
        version="0",
        owner_id="{ada}",
        classification="internal",
        personal_data="no",
        special_category="no",
    ),
    creation(
        "/systems/{triage}/objectives/metrics/new",
        "success_metric",
        "name slug",
        version="0",
        kind="volume",
        direction="higher_is_better",
    ),
    creation(
        "/systems/{triage}/objectives/values/new",
        "value_realised",
        "source",
        on_day="2026-01-01",
        amount="5",
        currency="EUR",
    ),
    creation(
        "/data-sources/{source}/checks/new",
        "quality_check",
        "rule",
        dimension="completeness",
        unit="%",
        bound="at_least",
        low="95",
        cadence="daily",
    ),
    creation(
        "/systems/{triage}/dependencies/new",
        "dependency",
        "service",
        version="0",
        direction="upstream",
        other="{name}",
        freshness_unit="minutes",
    ),
    creation("/account/tokens", "api_token", "label prefix secret_sha256", scopes="registry:read"),
)
MOMENTS = {
    "id",
    "registered_at",
    "recorded_at",
    "issued_at",
    "expires_at",
    "offered_at",
    "from_at",
    "added_at",
}


def newest(database, table):
    where = metadata.tables[table]
    with database.engine.connect() as connection:
        return dict(
            connection.execute(sa.select(where).order_by(where.c.id.desc()).limit(1)).mappings().one()
        )


def added(everything: Everything, client: FlaskClient, made: Creation, word: str, more: dict[str, Any]):
    """The row that the form adds, with some more fields sent along."""
    places = everything.place | {"name": word}
    title = min(made.own & {"name", "label", "rule", "source", "service"})
    data = {name: str(value).format(**places) for name, value in made.valid.items()} | {title: word}
    reply = client.post(made.url.format(**places), data=more | data)
    assert (reply.status_code in {200, 303}, problems(reply.text)) == (True, [])
    return newest(everything.app.database, made.table)


def moved_by_temptation(everything: Everything, made: Creation) -> set[str]:
    """The columns in which a row differs when every column there is was sent along, but for those that must."""
    client = everything.sign_in("adam")
    page = client.get("/account" if made.table == "api_token" else made.url.format(**everything.place)).text
    tempting = {name: value for name, value in TEMPTING.items() if name not in offered(page)}
    plain = added(everything, client, made, "First", {})
    tempted = added(everything, client, made, "Second", tempting)
    assert len(tempting) > 50
    return {name for name in plain if plain[name] != tempted[name]} - MOMENTS - made.own


@on_one_database
@pytest.mark.parametrize("made", CREATIONS, ids=str)
def test_what_is_added_is_the_same_whatever_is_sent_along(everything, made):
    assert moved_by_temptation(everything, made) == set()


@on_one_database
def test_a_form_that_looked_at_more_than_its_fields_would_be_noticed(everything, monkeypatch):
    honest = actions.add_unit

    def careless(*given, **more):
        unit = honest(*given, **more)
        if request.form.get("stage"):
            unit.version = 7
        return unit

    monkeypatch.setattr(actions, "add_unit", careless)
    monkeypatch.setattr("registry.audit.actions.journal.Journal.refuse_if_unclaimed", lambda _self: None)
    made = next(each for each in CREATIONS if each.table == "business_unit")
    assert moved_by_temptation(everything, made) == {"version"}


@on_one_database
def test_a_json_body_or_a_file_is_no_form(everything):
    """Left to themselves, forms would be filled from either, past the checks that hold for texts."""
    client = everything.sign_in("adam")
    unit = {"name": "Slipped in", "parent_id": str(everything.place["claims"])}
    before = digests(everything.app.database, LEDGER)
    assert client.post("/units/new", json=unit).status_code == 422
    upload = {"parent_id": unit["parent_id"], "name": (BytesIO(b"Slipped in"), "Slipped in")}
    assert client.post("/units/new", data=upload).status_code == 422
    assert digests(everything.app.database, LEDGER) == before
    assert client.post("/units/new", data=unit).status_code == 303
