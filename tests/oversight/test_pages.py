"""The oversight of a system on its page: trainings, bounds, drills; and who may record them."""

from registry.kernel.actor import Seat
from registry.ownership import actions as ownership


def test_oversight_is_recorded_by_those_who_answer_and_read_by_everybody(database, cast, client_of):
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        ownership.fill_seat(session, ada, cast.triage.id, Seat.OVERSEER, person_id=cast.number("otto"))
    otto, mia = client_of("otto"), client_of("mia")
    page = "/systems/AI-0001/oversight"
    otto_id = str(cast.number("otto"))
    training = {"person_id": otto_id, "what": "Reading its scores", "on_day": "2026-01-05", "may_stop": "y"}
    # Of themselves an overseer records what they learned, and somebody else that they may stop it.
    refused = otto.post(f"{page}/training", data=training)
    assert (refused.status_code, "somebody else records" in refused.text) == (422, True)
    assert client_of("ada").post(f"{page}/training", data=training).status_code == 303
    old = {
        "person_id": otto_id,
        "what": "Its first release",
        "on_day": "1995-01-05",
        "valid_until": "1996-01-05",
    }
    assert otto.post(f"{page}/training", data=old).status_code == 303
    other = training | {"person_id": str(cast.number("mia"))}
    assert otto.post(f"{page}/training", data=other).status_code == 422
    drill = {"on_day": "2026-02-01", "tried": "Pressed stop.", "worked": "stopped", "seconds": "45"}
    assert otto.post(f"{page}/drill", data=drill).status_code == 303
    assert otto.post(f"{page}/drill", data=drill | {"worked": ""}).status_code == 422
    bounds = {"version": "0", "low": "1", "high": "8", "because": "Last year's rate."}
    assert otto.post(f"{page}/bounds", data=bounds).status_code == 303
    assert otto.post(f"{page}/bounds", data=bounds).status_code == 409
    text = mia.get(page).text
    for said in ("Reading its scores", "does not run out", "it stopped", "45", "1 % to 8 %"):
        assert said in text
    assert mia.post(f"{page}/drill", data=drill).status_code == 403
    assert mia.get("/systems/AI-0002/oversight").status_code == 404
