"""Sources, checks and uses through the JSON door: the same actions, for the same people."""

from decimal import Decimal

from registry.data_sources import actions
from registry.data_sources.rules.quality import CheckFacts, Dimension
from registry.data_sources.rules.sources import SourceFacts
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from tests.twinned import Act


def fields(reply):
    return reply.status_code, [each["field"] for each in reply.json.get("problems", ())]


def test_a_source_is_added_by_anybody_and_changed_by_its_keepers_who_have_read_it(program, cast):
    told = {"name": "Claims of the north", "owner_id": cast.number("ada"), "allowed_purposes": ["training"]}
    added = program("mia", "POST", "/data-sources", told)
    assert (added.status_code, added.json["personal_data"], added.json["allowed_purposes"]) == (
        201,
        "unknown",
        ["training"],
    )
    assert fields(program("mia", "POST", "/data-sources", told)) == (422, ["name"])
    one = added.headers["Location"].removeprefix("/api/v1")
    assert program("ada", "PATCH", one, {"licence": "x"}).status_code == 428
    changed = program("ada", "PATCH", one, {"schema_version": "14"}, added.headers["ETag"])
    assert (changed.json["schema_version"], changed.json["allowed_purposes"]) == ("14", ["training"])
    assert program("ada", "GET", one).headers["ETag"] == changed.headers["ETag"]
    assert program("ada", "PATCH", one, {"schema_version": "15"}, added.headers["ETag"]).status_code == 409
    assert program("mia", "PATCH", one, {"licence": "x"}, changed.headers["ETag"]).status_code == 403
    listed = program("mia", "GET", "/data-sources?q=north").json
    assert [each["id"] for each in listed["items"]] == [added.json["id"]]
    for method, path in (("GET", "/data-sources"), ("GET", one), ("PATCH", one)):
        assert (
            program("ada", method, path, {} if method == "PATCH" else None, "x", cast.triage).status_code
            == 403
        )


def test_a_check_is_set_up_and_its_results_are_judged(program, cast):
    told = {"name": "Feed", "owner_id": cast.number("otto")}
    one = f"/data-sources/{program('adam', 'POST', '/data-sources', told).json['id']}"
    check = {
        "dimension": "completeness",
        "rule": "Rows with a postcode",
        "unit": "%",
        "bound": "at_least",
        "low": 95,
        "cadence": "daily",
    }
    added = program("adam", "POST", f"{one}/checks", check)
    assert (added.status_code, added.json["low"], added.json["newest"]) == (201, "95", None)
    assert fields(program("adam", "POST", f"{one}/checks", check | {"low": None})) == (422, ["low"])
    results = f"{one}/checks/{added.json['number']}/results"
    for value, met in ((97.4, True), (80, False)):
        reply = program("adam", "POST", results, {"measured_on": "2026-11-02", "value": value})
        assert (reply.status_code, reply.json["met"]) == (201, met)
    [listed] = program("mia", "GET", f"{one}/checks").json["items"]
    assert (listed["newest"]["value"], listed["newest"]["met"]) == ("80", False)
    assert program("mia", "POST", results, {"measured_on": "2026-11-02", "value": 1}).status_code == 403
    assert fields(program("adam", "POST", results, {"measured_on": "2926-11-02", "value": 1})) == (
        422,
        ["measured_on"],
    )


def test_a_use_is_begun_and_ended_on_the_system_itself_and_on_no_other(program, cast):
    source = program("ada", "POST", "/data-sources", {"name": "Feed", "owner_id": cast.number("ada")}).json[
        "id"
    ]
    path, other = f"/systems/{cast.triage.key}/data", f"/systems/{cast.pricing.key}/data"
    begun = program("ada", "POST", path, {"source": source, "purpose": "training"}, system=cast.triage)
    assert (begun.status_code, begun.json["source"], begun.json["to_at"]) == (201, source, None)
    assert program("ada", "POST", path, {"source": source, "purpose": "training"}).status_code == 422
    assert fields(program("ada", "POST", path, {"source": "DS-9999", "purpose": "test"})) == (422, ["source"])
    assert program("ada", "POST", other, {"source": source, "purpose": "test"}).status_code == 403
    assert program("adam", "POST", f"{other}/{begun.json['number']}/end", {}).status_code == 404
    assert (
        program("ada", "POST", f"{path}/{begun.json['number']}/end", {"because": "Replaced."}).json[
            "ended_because"
        ]
        == "Replaced."
    )
    assert program("mia", "GET", path).json["items"] == []
    assert [each["source"] for each in program("mia", "GET", f"{path}?ended=1").json["items"]] == [source]


def test_a_source_and_a_check_are_taken_out_of_use_as_on_their_pages_and_by_their_keepers(
    twins, program, database, cast
):
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        kept, retired = (
            actions.add_source(session, ada, SourceFacts(name=name, owner_id=cast.number("ada")))
            for name in ("Feed", "Old feed")
        )
        actions.retire_source(session, ada, retired, "Replaced.")
        facts = CheckFacts(
            Dimension.COMPLETENESS,
            "Rows with a postcode",
            "%",
            Bound.AT_LEAST,
            low=Decimal(95),
            cadence=Cadence.DAILY,
        )
        check = actions.add_check(session, ada, kept, facts)
        session.flush()
        one, other = f"/data-sources/{kept.key}", f"/data-sources/{retired.key}"
        stop = f"{one}/checks/{check.id}/stop"
    because = {"because": "Nobody delivers it any more."}
    steps = {
        "data_source.retired": Act(f"{one}/retire", because, "POST", f"{one}/retire", because),
        "data_source.restored": Act(f"{other}/restore", {}, "POST", f"{other}/restore", {}),
        "quality_check.retired": Act(stop, {}, "POST", stop, {}),
    }
    for event, act in steps.items():
        by_page, by_program = twins.left("ada", act)
        assert by_page == by_program
        assert [each.event for each in by_program] == [event]
        assert twins.sent("mia", act).status_code == 403
        assert program("ada", "POST", act.path, dict(act.sent), system=cast.triage).status_code == 403
    assert program("ada", "POST", stop).json["stopped_at"]
    assert program("ada", "POST", stop).status_code == 422
    assert fields(program("ada", "POST", f"{one}/retire", {"because": ""})) == (422, ["because"])
    gone = program("ada", "POST", f"{one}/retire", because)
    assert gone.json["retired_because"] == because["because"]
    back = program("adam", "POST", f"{one}/restore")
    assert (back.json["retired_at"], back.status_code) == (None, 200)
    assert program("mia", "GET", one).headers["ETag"] == back.headers["ETag"]
    assert program("adam", "POST", f"{one}/restore").status_code == 422
