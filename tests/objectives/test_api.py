"""Objectives, metrics and realised value through the JSON door: the same actions, held to what was read."""


def fields(reply):
    return reply.status_code, [each["field"] for each in reply.json.get("problems", ())]


def test_an_objective_is_stated_and_changed_by_whoever_has_read_it_last(program, cast):
    path = f"/systems/{cast.triage.key}/objective"
    before = program("ada", "GET", path)
    assert (before.json["problem"], before.json["version"]) == ("", 0)
    said = {"problem": "Urgent claims wait.", "expected_value": 120000.5, "currency": "EUR"}
    assert program("ada", "PATCH", path, said).status_code == 428
    first = program("ada", "PATCH", path, said, before.headers["ETag"])
    assert (first.status_code, first.json["expected_value"], first.json["version"]) == (200, "120000.5", 1)
    second = program("ada", "PATCH", path, {"who_acts": "The claims desk."}, first.headers["ETag"])
    assert (second.json["problem"], second.json["who_acts"]) == ("Urgent claims wait.", "The claims desk.")
    assert program("ada", "GET", path).headers["ETag"] == second.headers["ETag"]
    assert program("ada", "PATCH", path, {"why_ai": "x"}, first.headers["ETag"]).status_code == 409
    wrong = program("ada", "PATCH", path, {"expected_value": -1}, second.headers["ETag"])
    assert fields(wrong) == (422, ["expected_value"])
    assert program("mia", "PATCH", path, said, second.headers["ETag"]).status_code == 403
    assert program("mia", "GET", f"/systems/{cast.sentinel.key}/objective").status_code == 404


def test_a_metric_is_added_changed_and_retired(program, cast):
    path = f"/systems/{cast.triage.key}/metrics"
    told = {
        "kind": "accuracy",
        "name": "Urgent found",
        "unit": "%",
        "target": "95.50",
        "groups": ["north", "south"],
    }
    added = program("ada", "POST", path, told)
    assert (added.status_code, added.json["slug"], added.json["groups"]) == (
        201,
        "urgent-found",
        ["north", "south"],
    )
    assert fields(program("ada", "POST", path, told)) == (422, ["name"])
    one = added.headers["Location"].removeprefix("/api/v1")
    read = program("mia", "GET", one)
    assert read.headers["ETag"] == added.headers["ETag"]
    changed = program(
        "ada", "PATCH", one, {"breach_bound": "at_least", "breach_low": 90}, read.headers["ETag"]
    )
    assert (changed.json["breach_low"], changed.json["name"], changed.json["slug"]) == (
        "90",
        "Urgent found",
        "urgent-found",
    )
    assert program("ada", "PATCH", one, {"unit": ""}, read.headers["ETag"]).status_code == 409
    assert program("ada", "PATCH", one, {"name": "x", "mood": 1}, changed.headers["ETag"]).status_code == 422
    assert [each["slug"] for each in program("mia", "GET", path).json["items"]] == ["urgent-found"]
    assert fields(program("ada", "POST", f"{one}/retire", {"because": " "})) == (422, ["because"])
    assert (
        program("ada", "POST", f"{one}/retire", {"because": "Replaced."}).json["retired_because"]
        == "Replaced."
    )
    assert program("mia", "GET", path).json["items"] == []
    assert [each["slug"] for each in program("mia", "GET", f"{path}?retired=1").json["items"]] == [
        "urgent-found"
    ]


def test_realised_value_is_added_with_its_source(program, cast):
    path = f"/systems/{cast.triage.key}/values"
    told = {"on_day": "2026-10-31", "amount": 48000, "currency": "EUR", "source": "Controlling"}
    reply = program("ada", "POST", path, told)
    assert (reply.status_code, reply.json["amount"], reply.json["on_day"]) == (201, "48000", "2026-10-31")
    assert fields(program("ada", "POST", path, told | {"currency": "XXQ"})) == (422, ["currency"])
    for amount in ("NaN", "1e9999999", "-1e9999999", "1e-9999999"):
        assert fields(program("ada", "POST", path, told | {"amount": amount}))[0] == 422
