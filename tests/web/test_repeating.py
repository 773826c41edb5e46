"""A POST that is sent again under its Idempotency-Key is done once and answered twice, whatever happens in between."""

import io
import threading
from datetime import timedelta

import pytest
from sqlmodel import func, select

from registry.accounts import actions as accounts
from registry.annotations.models import Note
from registry.audit.models import LedgerEntry
from registry.evidence.models import Evidence
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.scopes import SCOPES
from registry.repeats.jobs import sweep_answers
from registry.repeats.models import KeptAnswer
from registry.repeats.rules import KEPT_FOR
from registry.store.sealing import seals_from
from registry.web.openapi import PREFIX, document
from tests.evidence.samples import PDF
from tests.web.everything import exchange

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
SENT = {"body": "Retrained after the flood."}


@pytest.fixture
def send(app, database, cast):
    """A POST of somebody's program under a key, by a token held to a system or to none."""
    tokens = {}

    def sent(path, json=None, key=KEY, name="ada", system=None, **more):
        held = name, system.id if system else None
        if held not in tokens:
            with database.transaction() as session:
                tokens[held], _ = accounts.issue_token(
                    session,
                    the_registry("test"),
                    cast.people[name],
                    "t",
                    frozenset(SCOPES),
                    system_id=held[1],
                )
        headers = {"Authorization": f"Bearer {tokens[held]}"} | ({"Idempotency-Key": key} if key else {})
        return app.test_client().post(f"{PREFIX}{path}", json=json, headers=headers, **more)

    return sent


@pytest.fixture
def notes(cast):
    return f"/systems/{cast.triage.key}/notes"


def stored(database, kind):
    with database.transaction(read_only=True) as session:
        return session.exec(select(func.count()).select_from(kind)).one()


def test_what_is_sent_again_is_answered_as_it_was_and_not_done_again(send, database, cast, notes):
    first = send(notes, SENT)
    before = stored(database, LedgerEntry)
    # In quotes, as the draft has it, or bare.
    for key in (KEY, f'"{KEY}"', f" {KEY} "):
        again = send(notes, SENT, key)
        assert (again.status_code, again.json) == (first.status_code, first.json) == (201, first.json)
        assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
            None,
            "true",
        )
    registered = {
        "name": "Letters",
        "summary": "Writes letters.",
        "unit_id": cast.units["claims"].id,
        "owner_id": cast.number("ada"),
    }
    made, told = (send("/systems", registered, "another") for _ in range(2))
    assert {name: made.headers[name] for name in ("ETag", "Location", "Content-Type")} == {
        name: told.headers[name] for name in ("ETag", "Location", "Content-Type")
    }
    assert (stored(database, Note), stored(database, LedgerEntry)) == (1, before + 1)
    # Without a key it is another note.
    assert send(notes, SENT, key="").json["id"] != first.json["id"]


def test_a_key_is_for_one_request_of_one_person_and_is_refused_with_any_other(send, database, cast, notes):
    send(notes, SENT)
    pricing = notes.replace(cast.triage.key, cast.pricing.key)
    for path, body in ((notes, {"body": "Else."}), (pricing, SENT), (f"{notes}?x=1", SENT)):
        refused = send(path, body)
        assert (refused.status_code, refused.json["problems"][0]["field"]) == (422, "Idempotency-Key")
    for key in ("", " ", '""', "ü", "k" * 201):
        refused = send(notes, SENT, f" {key} ".encode().decode("latin-1"))
        assert (refused.status_code, refused.json["problems"][0]["field"]) == (400, "Idempotency-Key")
    assert stored(database, Note) == 1
    # Somebody else's is another, and so is that of a token which reaches less.
    assert "Idempotency-Replayed" not in send(notes, SENT, name="ben").headers
    assert "Idempotency-Replayed" not in send(notes, SENT, system=cast.triage).headers
    assert stored(database, Note) == 3


def test_a_refusal_did_nothing_and_is_not_kept(send, database, notes):
    assert send(notes, {"body": " "}).status_code == 422
    assert send(notes, SENT, name="mia").status_code == 403
    assert stored(database, KeptAnswer) == 0
    assert send(notes, SENT).status_code == 201


def test_of_two_at_one_moment_one_is_done_and_the_other_is_told(app, send, database, notes, monkeypatch):
    send(notes, {"body": "The first token."}, "before")
    view, entered, answered, replies = (
        app.view_functions["annotations_api.write"],
        threading.Event(),
        threading.Event(),
        {},
    )

    def slowly(**values):
        entered.set()
        # On SQLite the other one waits for its turn to write, so nobody may wait for it.
        answered.wait(0.5 if database.is_sqlite else 20)
        return view(**values)

    exchange(app, monkeypatch, "annotations_api.write", slowly)
    first = threading.Thread(target=lambda: replies.update(first=send(notes, SENT)))
    first.start()
    entered.wait(20)
    other = send(notes, SENT)
    answered.set()
    first.join()
    assert replies["first"].status_code == 201
    if database.is_sqlite:
        assert (other.status_code, other.json) == (201, replies["first"].json)
    else:
        assert (other.status_code, other.headers["Retry-After"]) == (409, "1")
    assert send(notes, SENT).json == replies["first"].json
    assert (stored(database, Note), stored(database, KeptAnswer)) == (2, 2)


@pytest.mark.parametrize("broken", ["registry.web.repeating.keep", "registry.store.session.finish"])
def test_what_is_done_and_its_answer_are_there_together_or_neither_is(
    app, send, database, notes, monkeypatch, broken
):
    def crash(*_what):
        raise RuntimeError("the machine stops here")

    send(notes, {"body": "The first token."}, "before")
    with monkeypatch.context() as stopped:
        stopped.setattr(broken, crash)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        assert send(notes, SENT).status_code == 500
        app.config["PROPAGATE_EXCEPTIONS"] = True
    assert (stored(database, Note), stored(database, KeptAnswer)) == (1, 1)
    again = send(notes, SENT)
    assert (again.status_code, "Idempotency-Replayed" in again.headers) == (201, False)
    assert (stored(database, Note), stored(database, KeptAnswer)) == (2, 2)


def test_an_answer_is_kept_for_a_day_unreadable_to_others_and_then_forgotten(app, send, database, cast):
    path = f"/systems/{cast.triage.key}/feedback"
    first = send(path, {"rating": 2})
    [taken] = first.json["items"]
    with database.transaction(read_only=True) as session:
        kept = session.exec(select(KeptAnswer)).one()
    # The address at which the answer is read is told once: whoever has the table must not find it there.
    assert taken["answer_url"].rsplit("/", 1)[1] not in str(kept)
    assert KEY not in str(kept)
    began = kept.at
    with clock.frozen(began + KEPT_FOR - timedelta(seconds=1)):
        sweep_answers(database, {})
        assert send(path, {"rating": 2}).json == first.json
    with clock.frozen(began - timedelta(minutes=1)):
        assert send(path, {"rating": 2}).json == first.json
    app.extensions["seals"] = seals_from("another secret of this installation")
    refused = send(path, {"rating": 2})
    assert (refused.status_code, "can no longer be read" in refused.json["detail"]) == (409, True)
    with clock.frozen(began + KEPT_FOR):
        assert send(path, {"rating": 2}).json["items"][0]["id"] != taken["id"]
        assert stored(database, KeptAnswer) == 1
    with clock.frozen(began + 2 * KEPT_FOR):
        sweep_answers(database, {})
    assert stored(database, KeptAnswer) == 0


def test_a_form_with_a_file_is_the_same_with_another_text_between_its_parts(send, database, cast):
    def evidence(data, title="Bias test"):
        form = {"title": title, "kind": "test_report", "file": (io.BytesIO(data), "a.pdf")}
        return send(f"/systems/{cast.triage.key}/evidence", data=form)

    first, again = evidence(PDF), evidence(PDF)
    assert (first.status_code, again.json) == (201, first.json)
    assert {evidence(PDF + b" ").status_code, evidence(PDF, "Else").status_code} == {422}
    assert stored(database, Evidence) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_post_says_that_it_takes_a_key_but_those_that_bring_keys_of_their_own(app):
    told = document(app, PREFIX, server=PREFIX)
    posts = {path: verbs["post"] for path, verbs in told["paths"].items() if "post" in verbs}
    without = {
        path
        for path, each in posts.items()
        if "Idempotency-Key" not in [one["name"] for one in each["parameters"]]
    }
    kinds = ("snapshots", "distributions", "fairness", "calibration")
    assert without == {f"/systems/{{key}}/{kind}" for kind in kinds}
    assert len(posts) > 30
