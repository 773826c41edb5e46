"""?fields= narrows every answer that has fields to those that are asked for; what there is none of is named."""

import pytest

from registry.web.openapi import PREFIX, operations


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_answer_with_fields_is_narrowed_to_any_two_of_them(everything, app):
    """That nothing else is in the answers, and nothing is missing, is seen by the check every reply of a test goes through."""
    narrowed = items = 0
    for one in operations(app, PREFIX):
        fields = one.told.fields(one.verb)
        if not fields:
            continue
        address = everything.address(one.rule)
        asked = f"{address}{'&' if '?' in address else '?'}fields={fields[-1]},{fields[0]}"
        whole, part = (app.test_client().get(each, headers=everything.bearer) for each in (address, asked))
        assert (whole.status_code, part.status_code) == (200, 200), one.id
        names = {fields[0], fields[-1]}
        pairs = (
            zip(whole.json["items"], part.json["items"], strict=True)
            if one.told.is_page
            else [(whole.json, part.json)]
        )
        for all_of_it, some in pairs:
            assert some == {name: all_of_it[name] for name in names if name in all_of_it}, one.id
            items += 1
        assert whole.headers.get("ETag") == part.headers.get("ETag"), one.id
        narrowed += 1
    assert (narrowed > 40, items > 60) == (True, True), (narrowed, items)


def test_a_field_there_is_none_of_is_named_with_those_there_are(program, cast):
    for path, known in (("/systems", "key, name"), (f"/systems/{cast.triage.key}", "unit_id")):
        refused = program("ada", "GET", f"{path}?fields=name,mood,")
        [problem] = refused.json["problems"]
        assert (refused.status_code, problem["field"]) == (400, "fields")
        assert "“mood”" in problem["message"]
        assert known in problem["message"]
    whole = program("ada", "GET", f"/systems/{cast.triage.key}?fields=")
    assert whole.json == program("ada", "GET", f"/systems/{cast.triage.key}").json
    # What was read in part can be written: its ETag is that of all there is.
    part = program("ada", "GET", f"/systems/{cast.triage.key}?fields=name&fields=tags")
    assert part.json.keys() == {"name", "tags"}
    changed = program("ada", "PATCH", f"/systems/{cast.triage.key}", {"summary": "x"}, part.headers["ETag"])
    assert changed.status_code == 200
