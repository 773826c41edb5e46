"""The card in the browser: who may see it, what is downloaded, what is said when there is none; and the JSON door."""

import hashlib
import io
import logging
import re

import pikepdf
import pytest
import sqlalchemy as sa

from registry.accounts import actions as accounts
from registry.audit.models import ENTRY
from registry.cards.models import CardPreview
from registry.cards.pages import card as pages
from registry.cards.pages.shared import LAYING_OUT
from registry.cards.queries import card_facts
from registry.cards.render.exports import FORMS
from registry.cards.rules.canonical import card_json, content_hash
from registry.output.pdf import PdfRefused
from registry.systems.queries import by_number
from tests.cards.filling import fill

PAGES = ("card", "card.pdf", "card.json")


@pytest.fixture
def facts_of(database, cast):
    def gathered(name="triage"):
        with database.transaction(read_only=True) as session:
            return card_facts(
                session, cast.actor(session, "adam"), by_number(session, getattr(cast, name).id)
            )

    return gathered


@pytest.fixture
def laid_out(monkeypatch):
    """Counts the PDFs made, and makes them at once: what is on them is looked at elsewhere."""
    made = []

    def quick(frozen):
        made.append(frozen.sha256)
        return b"%PDF-1.7 " + frozen.sha256.encode()

    monkeypatch.setattr(pages, "edition_pdf", quick)
    return made


@pytest.fixture
def bearer(database, cast):
    def issued(name, *scopes, system=None):
        with database.transaction() as session:
            actor, person = cast.actor(session, name), cast.people[name]
            held = frozenset(scopes or {"registry:read"})
            number = system.id if system else None
            text, _ = accounts.issue_token(session, actor, person, "test", held, system_id=number)
        return {"Authorization": f"Bearer {text}"}

    return issued


def test_the_page_shows_the_card_its_hash_and_the_way_to_take_it_along(client_of, database, cast, facts_of):
    fill(database, cast)
    page = client_of("mia").get(f"/systems/{cast.triage.key}/card")
    assert page.status_code == 200
    for found in (
        content_hash(facts_of()),
        "13</span> Incidents",
        "Ada Owner",
        "Urgent claims wait too long.",
        "Urgent claims found 0: baseline, target and guard-rails",
        f"/systems/{cast.triage.key}/card.pdf",
        f"/systems/{cast.triage.key}/card.json",
    ):
        assert found in page.text, found


def test_the_json_download_is_the_canonical_facts(client_of, cast, facts_of):
    reply = client_of("mia").get(f"/systems/{cast.triage.key}/card.json")
    assert reply.data == card_json(facts_of())
    assert hashlib.sha256(reply.data).hexdigest() == content_hash(facts_of())
    assert reply.mimetype == "application/json"
    assert reply.headers["Content-Disposition"] == f"attachment; filename={cast.triage.key}-card.json"


def test_the_pdf_download_is_an_attachment_that_cannot_act_as_a_page(client_of, cast, laid_out):
    reply = client_of("mia").get(f"/systems/{cast.triage.key}/card.pdf")
    assert reply.status_code == 200
    assert reply.mimetype == "application/pdf"
    assert reply.headers["Content-Disposition"] == f"attachment; filename={cast.triage.key}-card-draft.pdf"
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_real_engine_prints_what_the_browser_downloads(client_of, cast, facts_of):
    reply = client_of("ada").get(f"/systems/{cast.triage.key}/card.pdf")
    with pikepdf.open(io.BytesIO(reply.data)) as pdf:
        assert pdf.attachments["card.json"].get_file().read_bytes() == card_json(facts_of())


def test_every_other_form_is_listed_with_what_it_leaves_out_and_handed_out_as_a_file(
    client_of, cast, facts_of
):
    client = client_of("mia")
    page = client.get(f"/systems/{cast.triage.key}/card").text
    assert re.search(r"Leaves out \d+ stated fields", page)
    assert "<li>2.1 Who answers for the system (in part)</li>" in page
    facts = facts_of()
    for name, form in FORMS.items():
        address = f"/systems/{cast.triage.key}/card/as/{name}"
        assert address in page
        reply = client.get(address)
        assert (reply.data, reply.content_type) == (form.make(facts), form.media_type)
        named = f"{cast.triage.key}-card.{form.ending}"
        assert reply.headers["Content-Disposition"] == f"attachment; filename={named}"
        assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(f"/systems/{cast.triage.key}/card/as/docx").status_code == 404


def without_token(page):
    return re.sub(r'name="csrf_token"[^>]*>', "", page)


@pytest.mark.parametrize("place", PAGES)
def test_a_restricted_system_has_a_card_for_those_alone_who_may_know_of_it(client_of, cast, laid_out, place):
    address = f"/systems/{cast.sentinel.key}/{place}"
    for name in ("mia", "otto", "eva"):
        client = client_of(name)
        reply = client.get(address)
        assert reply.status_code == 404
        assert without_token(reply.text) == without_token(client.get(f"/systems/AI-999999/{place}").text)
    assert not laid_out
    for name in ("ada", "hedy", "rita", "aud", "adam"):
        assert client_of(name).get(address).status_code == 200


def test_a_kept_preview_of_a_restricted_system_is_no_way_around(client_of, cast, laid_out):
    address = f"/systems/{cast.sentinel.key}/card.pdf"
    assert client_of("ada").get(address).status_code == 200
    assert client_of("mia").get(address).status_code == 404


@pytest.mark.parametrize("place", PAGES)
def test_nobody_gets_a_card_without_signing_in(app, cast, place):
    reply = app.test_client().get(f"/systems/{cast.triage.key}/{place}")
    assert reply.status_code == 303
    assert "/sign-in" in reply.location


def test_the_second_download_is_served_from_what_was_kept(client_of, cast, laid_out):
    address = f"/systems/{cast.triage.key}/card.pdf"
    first, second = client_of("ada").get(address), client_of("mia").get(address)
    assert first.data == second.data
    assert len(laid_out) == 1


def test_while_two_are_laid_out_a_third_keeps_no_thread_and_what_was_kept_is_served(
    client_of, database, cast, laid_out
):
    """A text may cost a card twenty seconds, and a server has eight threads for everybody."""
    client, address = client_of("ada"), f"/systems/{cast.triage.key}/card.pdf"
    with LAYING_OUT.one_more(), LAYING_OUT.one_more():
        reply = client.get(address)
    assert (reply.status_code, reply.headers["Retry-After"], laid_out) == (503, "10", [])
    assert "Ask for this one again in ten seconds." in reply.text
    assert client.get(address).status_code == 200
    with LAYING_OUT.one_more(), LAYING_OUT.one_more():
        assert client.get(address).status_code == 200
        fill(database, cast)
        assert client.get(address).status_code == 503


def test_a_changed_record_is_laid_out_anew(client_of, database, cast, laid_out):
    address = f"/systems/{cast.triage.key}/card.pdf"
    before = client_of("ada").get(address).data
    fill(database, cast)
    assert client_of("ada").get(address).data != before
    assert len(laid_out) == 2


def test_another_release_does_not_serve_what_an_earlier_one_laid_out(client_of, cast, laid_out, monkeypatch):
    address = f"/systems/{cast.triage.key}/card.pdf"
    client_of("ada").get(address)
    monkeypatch.setattr(pages, "rendering_hash", lambda: "0" * 64)
    client_of("ada").get(address)
    assert len(laid_out) == 2


def test_looking_and_downloading_leave_the_records_and_the_ledger_as_they_are(
    client_of, database, cast, laid_out, facts_of
):
    def entries():
        with database.engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(ENTRY)).scalar_one()

    client, before, known = client_of("mia"), entries(), content_hash(facts_of())
    for place in PAGES:
        client.get(f"/systems/{cast.triage.key}/{place}")
    assert entries() == before
    assert content_hash(facts_of()) == known


def test_a_preview_that_cannot_be_kept_does_not_stand_in_the_way(client_of, database, cast, laid_out, caplog):
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER keep_out BEFORE INSERT ON card_preview BEGIN SELECT RAISE(ABORT, 'full'); END"
            if database.is_sqlite
            else "ALTER TABLE card_preview ADD CONSTRAINT keep_out CHECK (size < 0)"
        )
    with caplog.at_level(logging.INFO, "registry.cards"):
        assert client_of("ada").get(f"/systems/{cast.triage.key}/card.pdf").status_code == 200
    assert "was not kept" in caplog.text


def test_no_transaction_is_held_while_the_pdf_is_laid_out(app, client_of, cast, monkeypatch):
    held = []

    def looks(_facts):
        held.append(app.database.engine.pool.checkedout())
        return b"%PDF"

    monkeypatch.setattr(pages, "edition_pdf", looks)
    assert client_of("ada").get(f"/systems/{cast.triage.key}/card.pdf").status_code == 200
    assert held == [0]


def test_an_engine_that_cannot_print_is_said_in_its_words(client_of, cast, monkeypatch):
    def refuses(_facts):
        raise PdfRefused("PDFs need three system libraries that are not installed here.")

    monkeypatch.setattr(pages, "edition_pdf", refuses)
    reply = client_of("ada").get(f"/systems/{cast.triage.key}/card.pdf")
    assert reply.status_code == 503
    assert "three system libraries" in reply.text


@pytest.mark.parametrize("place", PAGES)
def test_a_count_that_cannot_be_made_stops_the_card_instead_of_becoming_zero(
    client_of, database, cast, laid_out, place
):
    fill(database, cast)
    client = client_of("ada")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE value_realised RENAME TO value_away")
    reply = client.get(f"/systems/{cast.triage.key}/{place}")
    assert reply.status_code == 503
    assert "The card was not made: the objective could not be read" in reply.text
    assert "not measured" not in reply.text
    assert not laid_out


def test_the_json_door_gives_the_same_bytes_with_their_hash_as_etag(app, bearer, cast, facts_of):
    headers = bearer("mia")
    reply = app.test_client().get(f"/api/v1/systems/{cast.triage.key}/card", headers=headers)
    assert reply.status_code == 200
    assert reply.data == card_json(facts_of())
    assert reply.headers["ETag"] == f'"{content_hash(facts_of())}"'
    again = app.test_client().get(
        f"/api/v1/systems/{cast.triage.key}/card", headers=headers | {"If-None-Match": reply.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_the_json_door_gives_every_form_and_refuses_what_it_does_not_know(app, bearer, cast):
    headers, address = bearer("mia"), f"/api/v1/systems/{cast.triage.key}/card"
    reply = app.test_client().get(f"{address}?format=markdown", headers=headers)
    assert reply.mimetype == "text/markdown"
    assert f"\n# {cast.triage.key} Claims triage\n" in reply.text
    for name, form in FORMS.items():
        assert (
            app.test_client().get(f"{address}?format={name}", headers=headers).content_type == form.media_type
        )
    refused = app.test_client().get(f"{address}?format=docx", headers=headers)
    assert refused.status_code == 422
    assert refused.json["problems"] == [
        {"field": "format", "message": "Choose json, markdown, cyclonedx, model-card-toolkit, omb."}
    ]


def test_the_json_door_shows_no_card_that_its_token_does_not_reach(app, bearer, cast):
    client = app.test_client()
    address = "/api/v1/systems/{}/card"
    assert client.get(address.format(cast.sentinel.key), headers=bearer("mia")).status_code == 404
    assert client.get(address.format(cast.sentinel.key), headers=bearer("ada")).status_code == 200
    narrow = bearer("ada", system=cast.triage)
    assert client.get(address.format(cast.triage.key), headers=narrow).status_code == 200
    assert client.get(address.format(cast.sentinel.key), headers=narrow).status_code == 404
    assert (
        client.get(address.format(cast.triage.key), headers=bearer("ada", "systems:write")).status_code == 403
    )
    assert client.get(address.format(cast.triage.key)).status_code == 401


def test_the_json_door_says_why_there_is_no_card(app, bearer, database, cast):
    headers = bearer("ada")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE success_metric RENAME TO metric_away")
    reply = app.test_client().get(f"/api/v1/systems/{cast.triage.key}/card", headers=headers)
    assert reply.status_code == 503
    assert reply.mimetype == "application/problem+json"
    assert "the metrics could not be read" in reply.json["detail"]


def test_the_table_of_previews_is_outside_the_ledger():
    assert CardPreview.__audited__ is False
