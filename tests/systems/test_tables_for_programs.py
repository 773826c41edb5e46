"""The register and its incidents as CSV, for programs that fetch them with a token."""

import csv
import io
from dataclasses import replace

from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of


def rows(reply):
    assert (reply.status_code, reply.mimetype) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))


def test_the_register_is_fetched_as_a_table_narrowed_and_not_sent_again(program, app, database, cast):
    with database.transaction() as session:
        system = session.get_one(System, cast.pricing.id)
        stated = replace(facts_of(system), name="=HYPERLINK(1)")
        systems.edit(session, cast.actor(session, "olga"), system, stated, version=system.version)
    found = rows(program("otto", "GET", "/systems.csv?col=owner&col=tags"))
    assert [each["System"] for each in found] == ["'=HYPERLINK(1)", "Claims triage"]
    assert list(found[0]) == ["Id", "System", "Accountable owner", "Tags"]
    [one] = rows(program("otto", "GET", "/systems.csv?q=triage"))
    assert one["Id"] == cast.triage.key
    reply = program("ada", "GET", "/systems.csv")
    assert len(rows(reply)) == 3
    with_etag = {"If-None-Match": reply.headers["ETag"], **reply.request.headers}
    assert app.test_client().get("/api/v1/systems.csv", headers=with_etag).status_code == 304
    assert [each["Id"] for each in rows(program("ada", "GET", "/systems.csv", system=cast.triage))] == [
        cast.triage.key
    ]


def test_a_table_that_cannot_be_made_as_asked_is_refused_by_the_field(program):
    for asked, field in (("sort=weather", "sort"), ("col=weather", "col"), ("stage=lost", "stage")):
        reply = program("ada", "GET", f"/systems.csv?{asked}")
        assert (reply.status_code, reply.json["problems"][0]["field"]) == (422, field)
    reply = program("ada", "GET", "/incidents.csv?status=lost")
    assert (reply.status_code, reply.json["problems"][0]["field"]) == (422, "status")
    assert rows(program("ada", "GET", "/incidents.csv")) == []
