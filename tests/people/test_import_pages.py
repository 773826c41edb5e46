"""A people file in the browser: looked at first, kept for its sender alone, imported once."""

import io
import re
from datetime import timedelta

from sqlmodel import select

from registry.kernel import clock
from registry.kernel.actor import Role, the_registry
from registry.people import queries
from registry.people.jobs import sweep_uploads
from registry.people.models import PeopleUpload, Person
from registry.people.rules.imports import UPLOAD_KEPT

FILE = (
    "Name;E-Mail;Funktion;Abteilung;Austrittsdatum\n"
    "Mia Colleague;mia@example.org;<b>Clerk</b>;Halden Mutual / Motor;\n"
    "New Person;new@example.org;;Claims;\n"
    "Adam Administrator;adam@example.org;;;01.11.2026\n"
    "Nobody;nonsense;;;\n"
)


def sent(client, text=FILE, name="staff.csv", **more):
    return client.post("/people/import", data={"file": (io.BytesIO(text.encode()), name), **more})


def go_on(client, preview, **more):
    """Import what the preview shows."""
    seen = re.search(r'name="seen"[^>]* value="(\w+)"', client.get(preview).text)[1]
    return client.post(preview, data={"seen": seen, **more})


def emails(app):
    with app.database.transaction(read_only=True) as session:
        return set(session.exec(select(Person.email)))


def test_a_file_is_looked_at_and_then_imported_once(client_of, cast, app):
    client, before = client_of("adam"), emails(app)
    assert "Import people from a file" in client.get("/people").text
    assert 'enctype="multipart/form-data"' in client.get("/people/import").text
    kept = sent(client)
    assert kept.status_code == 303
    page = client.get(kept.location).text
    assert emails(app) == before
    counts = re.findall(r"<dt>(\w+)</dt>\s*<dd>(\d+)", page)
    assert dict(counts[:6]) == {
        "Rows": "4",
        "Created": "1",
        "Updated": "1",
        "Unchanged": "0",
        "Duplicate": "0",
        "Refused": "2",
    }
    assert "Give an e-mail address such as" in page
    assert "Ask another administrator to note that you leave." in page
    assert "&lt;b&gt;Clerk" in page
    assert "Halden Mutual / Motor" in page
    assert go_on(client, kept.location).status_code == 303
    assert emails(app) == before | {"new@example.org"}
    assert "is imported" in client.get(kept.location).text
    assert client.post(kept.location).status_code == 303
    with app.database.transaction(read_only=True) as session:
        upload = session.exec(select(PeopleUpload)).one()
        assert (upload.data, upload.result["created"]) == (None, 1)
        assert queries.person_by_id(session, cast.number("mia")).job_title == "<b>Clerk</b>"
        assert "Halden Mutual / Motor" in queries.unit_paths(session).values()


def test_who_is_missing_is_shown_and_marked_only_with_a_day(client_of, cast, app):
    client = client_of("adam")
    both = "Name,Mail\nAda Owner,ada@example.org\nBen Engineer,ben@example.org\n"
    go_on(client, sent(client, both).location)
    preview = sent(client, "Name,Mail\nBen Engineer,ben@example.org\n").location
    page = client.get(preview).text
    assert re.search(r"Ada Owner</a>.*?not in this file.*?>2<", page, re.DOTALL)
    wrong = client.post(preview, data={"last_day": "soon"})
    assert (wrong.status_code, "such as 2026-11-30" in wrong.text) == (422, True)
    go_on(client, preview, last_day="2026-11-30")
    assert "2026-11-30" in client.get(preview).text
    with app.database.transaction(read_only=True) as session:
        assert str(queries.person_by_id(session, cast.number("ada")).active_to) == "2026-11-30"


def test_what_was_not_shown_is_not_done(client_of, cast, app):
    """Between the look and the import another file brings somebody whom this one lacks."""
    client, before = client_of("adam"), emails(app)
    go_on(client, sent(client, "Name,Mail\nAda Owner,ada@example.org\n").location)
    preview = sent(client, "Name,Mail\nAda Owner,ada@example.org\nNew Person,new@example.org\n").location
    seen = re.search(r'name="seen"[^>]* value="(\w+)"', client.get(preview).text)[1]
    go_on(client, sent(client, "Name,Mail\nBen Engineer,ben@example.org\n").location)
    stale = client.post(preview, data={"seen": seen, "last_day": "2026-11-30"})
    assert stale.status_code == 422
    assert "The directory has changed since you looked." in stale.text
    assert emails(app) == before
    with app.database.transaction(read_only=True) as session:
        assert queries.person_by_id(session, cast.number("ben")).active_to is None
    # What came back shows how it stands now, and can be gone on with.
    assert "Ben Engineer" in stale.text
    assert go_on(client, preview).status_code == 303
    assert emails(app) == before | {"new@example.org"}


def test_an_upload_nobody_goes_on_with_is_swept_out(client_of, cast, app):
    sent(client_of("adam"))
    with clock.frozen(clock.now() + UPLOAD_KEPT - timedelta(hours=1)):
        sweep_uploads(app.database, {})
        assert kept_uploads(app) == 1
    with clock.frozen(clock.now() + UPLOAD_KEPT + timedelta(hours=1)):
        sweep_uploads(app.database, {})
        assert kept_uploads(app) == 0


def kept_uploads(app):
    with app.database.transaction(read_only=True) as session:
        return len(session.exec(select(PeopleUpload)).all())


def test_a_file_that_cannot_be_read_comes_back_with_the_reason(client_of, cast):
    client = client_of("adam")
    for content, says in (
        ("", "Choose the file with the people."),
        ("%PDF-1.4", "This is a PDF document"),
        ("Who,Where\na,b\n", "No column holds e-mail addresses"),
        ("Name,Mail\n" + "a,a@b.cz\n" * 5_001, "more than 5,000 rows"),
    ):
        reply = sent(client, content)
        assert reply.status_code == 422
        assert says in reply.text
    bad = sent(client, mapping=(io.BytesIO(b"email: Nowhere"), "map.yaml"))
    assert "has no column “Nowhere”" in bad.text


def test_an_upload_is_its_senders_alone(client_of, cast, app):
    from registry.accounts import actions as accounts

    kept = sent(client_of("adam")).location
    assert client_of("mia").get(kept).status_code == 403
    assert client_of("mia").get("/people/import").status_code == 403
    with app.database.transaction() as session:
        rita = queries.person_by_id(session, cast.number("rita"))
        accounts.grant_role(session, the_registry("command"), rita, Role.ADMINISTRATOR)
    assert client_of("rita").get(kept).status_code == 404
    assert client_of("rita").post(kept).status_code == 404
