"""Notes through the JSON door: worded anew by their author, withdrawn by the author and administrators."""

import pytest

from registry.annotations.actions.notes import write_note
from tests.twinned import Act


@pytest.fixture
def note(database, cast):
    with database.transaction() as session:
        return write_note(session, cast.actor(session, "ada"), cast.triage.id, "Retrained on 3 June.").id


def test_a_note_is_corrected_and_withdrawn_as_on_its_page_and_by_the_same_people(twins, program, note, cast):
    one, body, because = (
        f"/systems/{cast.triage.key}/notes/{note}",
        {"body": "Retrained on 4 June."},
        {"because": "x"},
    )
    steps = {
        "note.corrected": Act(f"{one}/correct", body, "PATCH", one, body, read=one),
        "note.withdrawn": Act(f"{one}/withdraw", because, "POST", f"{one}/withdraw", because),
    }
    for event, act in steps.items():
        by_page, by_program = twins.left("ada", act)
        assert by_page == by_program
        assert [each.event for each in by_program] == [event]
        # Ben may write beside it; Mia holds no seat; of Pricing it is no note.
        for name in ("ben", "mia"):
            assert twins.sent(name, act, twins.etag(name, act.read)).status_code == 403
    read = program("mia", "GET", one)
    assert (read.status_code, read.json["body"]) == (200, "Retrained on 3 June.")
    assert program("adam", "GET", f"/systems/{cast.pricing.key}/notes/{note}").status_code == 404
    assert program("ada", "PATCH", one, body).status_code == 428
    changed = program("ada", "PATCH", one, body, read.headers["ETag"])
    assert program("mia", "GET", one).headers["ETag"] == changed.headers["ETag"]
    assert program("ada", "PATCH", one, {"body": "x"}, read.headers["ETag"]).status_code == 409
    assert program("ada", "PATCH", one, body, changed.headers["ETag"]).json["problems"][0]["field"] == "body"
    gone = program("adam", "POST", f"{one}/withdraw", because)
    assert (gone.json["body"], gone.json["withdrawn_because"]) == ("", "x")
    assert program("adam", "POST", f"{one}/withdraw", because).status_code == 422
