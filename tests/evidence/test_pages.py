"""The pages of evidence: what is kept and shown to whom, what a hostile file meets, how files are handed out."""

import io
from datetime import timedelta

import pytest

from registry.evidence import queries
from registry.evidence.actions import ROOM, use
from registry.kernel import clock
from registry.store.files import Files
from tests.data_sources.test_pages import text_of
from tests.evidence.samples import HOSTILE, PDF, TEXT, left_in
from tests.objectives.test_pages import form_of

PAGE = "/systems/AI-0001/evidence"
STATED = {"title": "Bias test", "kind": "test_report", "valid_until": "2020-05-31", "note": "See *page 2*."}


@pytest.fixture
def send(app, cast, client_of):
    def sent(content=PDF, name="Prüfung.pdf", who="ben", to=f"{PAGE}/new", **more):
        file = {"file": (io.BytesIO(content), name)}
        return client_of(who).post(to, data={**STATED, **more, **file}, follow_redirects=True)

    return sent


def test_a_file_is_kept_shown_with_its_hash_and_handed_out_as_an_attachment(send, client_of, app, tmp_path):
    said = text_of(send())
    for words in (
        "EVD-0001 is kept",
        "Bias test",
        "expired",
        "Prüfung.pdf",
        "PDF",
        "Nothing rests on it yet",
    ):
        assert words in said, words
    with app.database.transaction(read_only=True) as session:
        digest = queries.latest_revision(session, 1).sha256
    assert digest in said
    with client_of("aud").get("/evidence/files/1") as reply:
        assert reply.data == PDF
        headers = reply.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''Pr%C3%BCfung.pdf" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert (headers["Content-Security-Policy"], headers["Cache-Control"]) == (
        "default-src 'none'; sandbox",
        "no-store",
    )
    listed = text_of(client_of("rita").get(PAGE))
    assert "Bias test" in listed
    Files(tmp_path, ROOM).path(digest).write_bytes(b"short")
    gone = client_of("aud").get("/evidence/files/1")
    assert (gone.status_code, "missing or damaged" in text_of(gone)) == (422, True)


def test_who_holds_no_seat_learns_how_much_there_is_and_no_more(send, client_of):
    send()
    for who in ("otto", "eva"):
        client = client_of(who)
        said = text_of(client.get(PAGE))
        assert "1 piece of evidence is kept" in said
        assert "Bias test" not in said
        for address in ("/evidence/1", "/evidence/files/1", f"{PAGE}/new"):
            assert client.get(address).status_code == 403
        history = text_of(client.get("/systems/AI-0001/history"))
        for words in ("Bias test", "page 2", "Prüfung"):
            assert words not in history, words
    assert "Bias test" in text_of(client_of("aud").get("/systems/AI-0001/history"))
    send(who="ada", to="/systems/AI-0002/evidence/new")
    for address in ("/evidence/2", "/evidence/files/2", "/systems/AI-0002/evidence"):
        assert client_of("otto").get(address).status_code in {403, 404}
        assert client_of("ben").get(address).status_code == 404


def test_a_hostile_file_is_refused_with_a_sentence_and_the_form_comes_back_filled(cast, client_of, tmp_path):
    client = client_of("ben")
    for what, (name, content, says) in HOSTILE.items():
        reply = client.post(f"{PAGE}/new", data={**STATED, "file": (io.BytesIO(content), name)})
        assert reply.status_code == 422, what
        assert says in text_of(reply), what
        assert "See *page 2*.</textarea>" in reply.text, what
        assert 'value="Bias test"' in reply.text, what
        assert left_in(tmp_path) == [], what


def test_a_file_too_large_or_none_is_refused_beside_its_field(send, app, client_of, tmp_path):
    app.config["REGISTRY_MAX_EVIDENCE"] = 1_000
    large = send(b"x" * 1_100, "a.txt")
    assert (large.status_code, "Split it into smaller files" in text_of(large)) == (422, True)
    app.config["REGISTRY_EVIDENCE_QUOTA"] = 10
    assert "An administrator can raise the limit" in text_of(send(TEXT, "a.txt"))
    bare = client_of("ben").post(f"{PAGE}/new", data={"title": "x"})
    assert (bare.status_code, "Choose a file" in text_of(bare)) == (422, True)
    assert left_in(tmp_path) == []


def test_what_is_larger_than_a_page_takes_is_refused_in_the_frame_with_the_limit(cast, client_of):
    ben = client_of("ben")
    page = ben.post("/systems/AI-0001/risks/new", data={"event": "x" * 1_100_000})
    said = text_of(page)
    assert (page.status_code, "at most 1 MB, files and texts together" in said) == (413, True)
    for words in ("Ben Engineer", "My desk", "your browser still shows what you typed"):
        assert words in said, words
    form = ben.get(f"{PAGE}/new").text
    assert 'data-behaviour="file-size" data-most="' in form
    refused = text_of(ben.post(f"{PAGE}/new", data=STATED))
    assert "A file has to be chosen again" in refused


def test_what_is_odd_about_evidence_is_said_when_it_is_kept_and_stands_on_the_owners_desk(
    send, client_of, cast, app
):
    first = text_of(send())
    assert "Look at the day: what has expired proves nothing of today." in first
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    again = text_of(send(title="Once more", valid_until=tomorrow))
    assert "The same file, byte for byte, is kept as EVD-0001 Bias test already." in again
    assert "Look at the day" not in again
    desk = text_of(client_of("ada").get("/"))
    assert "Renew EVD-0002 of Claims triage “Once more” expires in 1 day" in desk
    assert "EVD-0001" not in desk, "what expired and carries nothing is nobody's task"
    assert "Renew" not in text_of(client_of("otto").get("/"))
    with app.database.transaction() as session:
        evidence, ben = (
            queries.by_number(session, cast.actor(session, "ben"), 1)[0],
            cast.actor(session, "ben"),
        )
        use(session, ben, evidence, "review", 1)
        named = queries.names_offered(session, cast.triage.id, clock.today())
    assert "(expired" in named[1]
    assert "(" not in named[2]
    assert "Renew EVD-0001 of Claims triage" in text_of(client_of("ada").get("/"))
    assert "Withdraw it" not in text_of(client_of("ada").get("/evidence/1"))
    assert "Withdraw it" in text_of(client_of("ada").get("/evidence/2"))


def test_evidence_is_edited_revised_and_withdrawn_and_its_files_stay(send, client_of):
    send()
    ben = client_of("ben")
    mine = form_of(ben, "/evidence/1/edit")
    saved = ben.post("/evidence/1/edit", data=mine | {"valid_until": ""}, follow_redirects=True)
    assert "it does not expire" in text_of(saved)
    late = ben.post("/evidence/1/edit", data=mine | {"title": "Bias test, May"})
    assert (late.status_code, "yours" in text_of(late)) == (409, True)
    over = send(TEXT, "notes.md", to="/evidence/1/revise")
    assert (over.status_code, "This day is over" in text_of(over)) == (422, True)
    newer = text_of(send(TEXT, "notes.md", to="/evidence/1/revise", note="In words.", valid_until=""))
    assert "Revision 2 is kept" in newer
    assert "Prüfung.pdf" in newer
    again = send(TEXT, "notes.md", to="/evidence/1/revise", valid_until="")
    assert (again.status_code, "byte for byte" in text_of(again)) == (422, True)
    gone = form_of(ben, "/evidence/1/withdraw")
    assert ben.post("/evidence/1/withdraw", data=gone).status_code == 422
    said = text_of(ben.post("/evidence/1/withdraw", data=gone | {"because": "Wrong."}, follow_redirects=True))
    for words in ("Withdrawn on", "by Ben Engineer", "Wrong.", "notes.md", "Prüfung.pdf"):
        assert words in said, words
    assert "withdrawn" in text_of(ben.get(PAGE))
