"""The audit pages: the log and its filters, one entry with its proof, verification and what is taken away."""

import csv
import io
import re

import pytest

from registry.accounts import actions as accounts
from registry.audit.actions.checkpoints import keep_checkpoint
from registry.audit.actions.erasing import erase_entry
from registry.audit.models import ENTRY
from registry.audit.queries import entries, verify
from registry.audit.render import verify as program
from registry.audit.rules.merkle import extends
from registry.kernel.actor import Actor, Role, the_registry
from registry.kernel.events import Event
from registry.people.models import Person
from registry.store.progress import Board
from tests.audit.doing import behind
from tests.cast import PASSWORD

ORIGIN = "registry.example.org/ledger"
DOOR = the_registry("command")


@pytest.fixture
def otto(database, cast, client_of):
    """An auditor: reads everything, changes nothing."""
    with database.transaction() as session:
        accounts.grant_role(session, DOOR, session.get_one(Person, cast.number("otto")), Role.AUDITOR)
    return client_of("otto")


def seqs(page) -> list[str]:
    return re.findall(r">entry (\d+)<", page.text)


def test_a_signing_key_that_is_away_is_told_to_auditors_and_named_where_readiness_is_asked(
    otto, app, database, tmp_path
):
    ready = app.test_client().get("/readyz").json
    assert (ready["status"], ready["lacking"]) == ("ready", [])
    assert "not in its place" not in otto.get("/audit/verification").text
    keep_checkpoint(database, DOOR, tmp_path / "key.pem", ORIGIN)
    page = otto.get("/audit/verification").text
    assert "The signing key is not in its place" in page
    assert "registry audit rotate-key --lost" in page
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["status"], ready.json["lacking"]) == (200, "ready", ["signing key"])
    assert "key.pem" not in ready.text


def test_the_log_is_narrowed_by_what_happened_to_what_by_whom_and_when(otto, cast, database):
    everything = otto.get("/audit")
    assert everything.status_code == 200
    narrowed = otto.get(f"/audit?system={cast.triage.key}&kind=system&event=system.registered")
    assert len(seqs(narrowed)) == 1
    number = seqs(narrowed)[0]
    with database.engine.connect() as connection:
        day = connection.execute(ENTRY.select().where(ENTRY.c.seq == int(number))).one().at[:10]
    assert number in seqs(otto.get(f"/audit?kind=system&since={day}&until={day}"))
    assert seqs(otto.get("/audit?until=2001-01-01")) == seqs(otto.get("/audit?since=9999-12-31")) == []
    assert seqs(otto.get("/audit?person=otto@example.org")) == []
    for wrong in ("event=x", "kind=x", "system=x", "person=x@example.org", "since=x", "until=2026-02-30"):
        assert otto.get(f"/audit?{wrong}").status_code == 422, wrong


def test_the_log_is_taken_away_as_a_file_and_that_is_an_entry(otto):
    with otto.post("/audit.csv?kind=system") as reply:
        assert reply.headers["Cache-Control"] == "no-store"
        rows = list(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))
    assert {row["kind"] for row in rows} == {"system"}
    assert [int(row["entry"]) for row in rows] == sorted((int(row["entry"]) for row in rows), reverse=True)
    assert "audit?kind=system" in otto.get("/audit?event=register.exported").text


def test_an_entry_shows_its_hashes_and_its_proof_holds_by_itself(otto, database, tmp_path, capsys):
    assert "not signed over this entry yet" in otto.get("/audit/3").text
    assert otto.get("/audit/3/proof").status_code == 404
    keep_checkpoint(database, DOOR, tmp_path / "key.pem", ORIGIN)
    page = otto.get("/audit/3").text
    with database.engine.connect() as connection:
        row = connection.execute(ENTRY.select().where(ENTRY.c.seq == 3)).one()
    for shown in (
        row.leaf_hash,
        row.prev_hash,
        row.commitment,
        "matches its hashes",
        "/audit/3/proof",
        "/audit/4",
    ):
        assert shown in page
    place = tmp_path / "proof.json"
    place.write_bytes(otto.get("/audit/3/proof").data)
    key = otto.get("/audit/verification").text.partition(f"{ORIGIN}+")[2].partition("<")[0]
    assert program.main(["--proof", str(place), "--key", f"{ORIGIN}+{key.replace('&#43;', '+')}"]) == 0
    assert "entry 3 stands in the ledger" in capsys.readouterr().out
    assert otto.get("/audit/999999").status_code == 404


def test_a_changed_entry_says_so_and_nothing_is_proved_by_a_ledger_that_does_not_fit(
    otto, database, tmp_path
):
    keep_checkpoint(database, DOOR, tmp_path / "key.pem", ORIGIN)
    with behind(database) as connection:
        connection.execute(ENTRY.update().where(ENTRY.c.seq == 2).values(event="x", leaf_hash="0" * 64))
    assert "does not match its hashes" in otto.get("/audit/2").text
    assert otto.get("/audit/3/proof").status_code == 422


def test_what_was_erased_is_said_on_its_page_and_in_the_log(otto, database, cast):
    with database.transaction() as session:
        ann = Actor(person_id=cast.number("adam"), name="Adam", roles=frozenset({Role.ADMINISTRATOR}))
        second = Actor(person_id=cast.number("otto"), name="Otto", roles=frozenset({Role.AUDITOR}))
        session.info["seq"] = _erasable(session)
        erase_entry(session, ann, session.info["seq"], basis="Article 17 GDPR, by letter", approver=second)
        number = session.info["seq"]
    page = otto.get(f"/audit/{number}").text
    for says in ("what it said is erased", "Article 17 GDPR, by letter", "matches its hashes"):
        assert says in page
    assert f"/audit/{number}" in otto.get("/audit?event=entry.erased").text


def _erasable(session) -> int:
    from registry.audit.queries.checkpoints import last_seq
    from registry.audit.queries.erasures import standing_as

    return next(seq for seq in range(1, last_seq(session)) if not standing_as(session, seq))


def test_a_program_reads_the_log_and_checks_that_a_checkpoint_goes_on_from_the_one_it_holds(
    otto, app, database, cast, tmp_path
):
    with database.transaction() as session:
        actor, person = cast.actor(session, "otto"), session.get_one(Person, cast.number("otto"))
        token, _ = accounts.issue_token(session, actor, person, "watch", frozenset({"audit:read"}))
        weak, _ = accounts.issue_token(session, actor, person, "read", frozenset({"registry:read"}))
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}

    def read(address, **more):
        return client.get(f"/api/v1/{address}", headers=more or headers)

    assert read("audit", Authorization=f"Bearer {weak}").status_code == 403
    assert read("audit/checkpoint").status_code == 404
    first = read("audit?limit=2&kind=system").json
    second = read(f"audit?limit=2&kind=system&cursor={first['next']}").json
    told = [each["seq"] for each in first["items"] + second["items"]]
    assert told == sorted(set(told), reverse=True)
    assert {each["kind"] for each in first["items"]} == {"system"}
    assert first["items"][0]["objects"][0]["changes"]
    assert read("audit?since=x").json["problems"][0]["field"] == "since"
    held = keep_checkpoint(database, DOOR, tmp_path / "key.pem", ORIGIN)
    assert otto.post("/audit/verify").status_code == 303
    keep_checkpoint(database, DOOR, tmp_path / "key.pem", ORIGIN)
    newest = read(f"audit/checkpoint?from={held.size}").json
    path = [bytes.fromhex(each) for each in newest["consistency"]]
    roots = bytes.fromhex(held.root), bytes.fromhex(newest["root"])
    assert extends(held.size, newest["size"], *roots, path)
    assert read("audit/checkpoint?from=999999").status_code == 422


def test_verification_is_asked_for_and_its_progress_and_result_are_shown(otto, app, database, tmp_path):
    assert "has not been verified by the worker yet" in otto.get("/audit/verification").text
    assert otto.post("/audit/verify").status_code == 303
    assert "Verification is asked for" in otto.get("/audit/verification").text
    board = Board(app.config["REGISTRY_DATA_DIR"], "verification")
    board.begin("entries checked", 90)
    assert "0 of 90 entries checked" in otto.get("/audit/verification").text
    board.clear()
    made = keep_checkpoint(database, DOOR, tmp_path / "key.pem", ORIGIN)
    reply = otto.get(f"/audit/checkpoints/{made.size}")
    assert (reply.text, reply.headers["Content-Disposition"]) == (
        made.note,
        f"attachment; filename=checkpoint-{made.size}.txt",
    )
    assert otto.get("/audit/checkpoints/1").status_code == 404
    assert made.root[:16] in otto.get("/audit/verification").text


def test_an_entry_is_erased_by_two_people_who_both_give_their_password(database, cast, client_of):
    with database.transaction() as session:
        for name in ("adam", "aud", "mia"):
            accounts.set_password(session, DOOR, session.merge(cast.people[name]), PASSWORD)
        accounts.sign_in(session, "mia@example.org", PASSWORD, device="A. Secret's phone", request_id="")
    with database.engine.connect() as connection:
        signed_in = connection.execute(ENTRY.select().where(ENTRY.c.event == "sign_in.succeeded")).one().seq
        standing = connection.execute(ENTRY.select().where(ENTRY.c.event == "system.registered")).first().seq
    adam, here = client_of("adam"), f"/audit/{signed_in}/erase"
    # The way there is shown to whom it leads somewhere.
    assert here in adam.get(f"/audit/{signed_in}").text
    assert here not in client_of("aud").get(f"/audit/{signed_in}").text
    assert "/erase" not in adam.get(f"/audit/{standing}").text
    assert "What it says cannot be erased. Correct or remove" in adam.get(f"/audit/{standing}").text
    assert "Correct or remove" in adam.get(f"/audit/{standing}/erase").text
    assert "Erase it for good" not in adam.get(f"/audit/{standing}/erase").text
    assert "Erase it for good" in adam.get(here).text
    sent = {
        "basis": "Article 17(1)(b) GDPR, request of 4 May 2026",
        "approved_by": "aud@example.org",
        "their_password": PASSWORD,
        "password": PASSWORD,
    }
    for wrong, says in (
        ({"password": "not mine"}, "This is not your password"),
        ({"their_password": "not theirs"}, "do not belong together"),
        ({"approved_by": "nobody@example.org"}, "do not belong together"),
        ({"approved_by": "adam@example.org"}, "takes a second person"),
        ({"approved_by": "mia@example.org"}, "Only an administrator or auditor"),
        ({"basis": "GDPR"}, "legal basis"),
    ):
        reply = adam.post(here, data=sent | wrong)
        assert reply.status_code == 422, wrong
        assert says in reply.text, wrong
        assert "Erase it for good" in adam.get(here).text
    assert client_of("aud").post(here, data=sent).status_code == 403
    assert adam.post(here, data=sent).status_code == 303
    assert "what it said is erased" in adam.get(f"/audit/{signed_in}").text
    assert "is erased already" in adam.get(here).text
    with database.transaction(read_only=True) as session:
        told = entries(session, event=Event.ENTRY_ERASED)[0]
        assert told.said["approved by"].startswith(cast.people["aud"].name)
        assert (told.actor_id, told.subject_id) == (cast.number("adam"), signed_in)
        refused = entries(session, event=Event.SIGN_IN_REFUSED)
        assert len(refused) == 3
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
