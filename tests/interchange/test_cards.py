"""A system from a model card: shown before anything is stored, then registered as its importer's, by page and command."""

import io
import json
import re
from html import unescape

import pytest
from click.testing import CliRunner
from sqlmodel import select

from registry.annotations.queries.notes import latest_notes
from registry.audit.queries import verify
from registry.cards import commands
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource, DataUse
from registry.data_sources.rules.sources import SourceFacts
from registry.monitoring.models.snapshots import Snapshot
from registry.ownership.queries import open_owner
from registry.store.commandkit import House
from registry.systems.models import System
from registry.systems.rules.record import Stage, Visibility

CARD = """---
datasets: [leaves, Postcodes]
license: mit
model-index:
- name: leaf
  results:
  - task: {type: image-classification}
    dataset: {type: leaves, name: Leaves}
    metrics: [{type: accuracy, value: 0.9}]
colour: red
---
# Leaf doctor

Finds ill leaves.

## Limitations

Dark pictures <script>alert(1)</script>.
"""


def sent(client, text=CARD, name="card.md"):
    data = {"file": (io.BytesIO(text.encode()), name)}
    return client.post("/systems/from-card", data=data, content_type="multipart/form-data")


def hidden(page, name):
    return unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1])


def confirmed(client, page, cast, **changed):
    fields = {name: hidden(page, name) for name in ("card", "file_name", "csrf_token", "name")}
    fields |= {
        "summary": "Finds ill leaves.",
        "unit_id": str(cast.units["claims"].id),
        "visibility": "company",
    }
    return client.post("/systems/from-card/register", data=fields | changed)


def rows(database, kind):
    with database.transaction(read_only=True) as session:
        return session.exec(select(kind)).all()


def test_a_card_is_shown_whole_and_nothing_is_stored_before_somebody_says_so(client_of, database, cast):
    before = len(rows(database, System)), len(rows(database, DataSource))
    page = sent(client_of("mia"))
    assert page.status_code == 200
    for shown in (
        "Leaf doctor",
        "Dark pictures &lt;script&gt;alert(1)&lt;/script&gt;.",
        "leaves",
        "header.license",
        "header.colour",
        "The registry knows no entry of this name in such a card.",
    ):
        assert shown in page.text, shown
    assert (len(rows(database, System)), len(rows(database, DataSource))) == before


def test_it_is_registered_as_a_proposal_of_the_person_who_imports_it(client_of, database, cast):
    with database.transaction() as session:
        facts = SourceFacts(name="Postcodes", owner_id=cast.number("ada"))
        known = data_sources.add_source(session, cast.actor(session, "ada"), facts).key
    client = client_of("mia")
    reply = confirmed(client, sent(client), cast, name="Leaf clinic")
    assert reply.status_code == 303, reply.text
    key = reply.location.rsplit("/", 1)[1]
    with database.transaction(read_only=True) as session:
        system = session.exec(select(System).where(System.name == "Leaf clinic")).one()
        assert (system.key, system.stage, system.visibility) == (key, Stage.PROPOSED, Visibility.COMPANY)
        assert system.known_limitations.startswith("Dark pictures")
        owner = open_owner(session, system.id)
        assert (owner.person_id, owner.to_be_confirmed) == (cast.number("mia"), False)
        assert owner.accepted_at is not None
        used = select(DataSource).join(DataUse).where(DataUse.system_id == system.id)
        found = {source.name: source for source in session.exec(used)}
        # The catalogue knew one of them, by its name; the other was added as its importer's.
        assert found.keys() == {"leaves", "Postcodes"}
        assert found["Postcodes"].key == known
        assert found["leaves"].owner_id == cast.number("mia")
        [note] = latest_notes(session, system.id)
        assert "| accuracy | 0.9 | image-classification, Leaves |  |" in note.note.body
        assert session.exec(select(Snapshot)).all() == []
    with database.transaction(read_only=True) as session:
        assert verify(session).ok


def test_the_configuration_of_its_repository_goes_with_the_card_to_the_end(
    client_of, database, cast, run, tmp_path
):
    config = json.dumps({"model_type": "vit", "id2label": {"0": "healthy", "1": "ill"}, "image_size": 224})
    client = client_of("mia")
    files = {
        "file": (io.BytesIO(CARD.encode()), "README.md"),
        "config": (io.BytesIO(config.encode()), "config.json"),
    }
    page = client.post("/systems/from-card", data=files, content_type="multipart/form-data")
    assert "healthy, ill" in page.text or "config.json.id2label" in page.text
    assert confirmed(client, page, cast, config=hidden(page, "config")).status_code == 303
    with database.transaction(read_only=True) as session:
        system = session.exec(select(System).where(System.name == "Leaf doctor")).one()
        told = "\n".join(each.note.body for each in latest_notes(session, system.id))
    assert system.technique == "vit"
    assert "healthy, ill" in told
    broken = client.post(
        "/systems/from-card",
        data={"file": (io.BytesIO(CARD.encode()), "README.md"), "config": (io.BytesIO(b"{}"), "config.json")},
        content_type="multipart/form-data",
    )
    assert broken.status_code == 422
    (tmp_path / "README.md").write_text(CARD)
    (tmp_path / "config.json").write_text(config)
    told = json.loads(run(tmp_path / "README.md", "--config", str(tmp_path / "config.json"), "--json").stdout)
    assert "config.json.image_size" in {line["place"] for line in told["report"]}


def test_the_data_of_a_restricted_system_stay_out_of_the_catalogue_everybody_reads(client_of, database, cast):
    client = client_of("mia")
    assert confirmed(client, sent(client), cast, visibility="restricted").status_code == 303
    with database.transaction(read_only=True) as session:
        system = session.exec(select(System).where(System.name == "Leaf doctor")).one()
        assert session.exec(select(DataSource).where(DataSource.name == "leaves")).first() is None
        assert any("- leaves" in each.note.body for each in latest_notes(session, system.id))
    assert client_of("otto").get(f"/systems/{system.key}").status_code == 404


def test_what_is_missing_or_not_to_be_read_is_asked_for_again(client_of, database, cast):
    client = client_of("mia")
    page = sent(client)
    assert sent(client, "").status_code == 422
    refused = sent(client, '{"a": NaN}', "card.json")
    assert refused.status_code == 422
    assert "NaN is no number." in refused.text
    again = confirmed(client, page, cast, unit_id="")
    assert again.status_code == 422
    assert "header.license" in again.text
    spoiled = confirmed(client, page, cast, card="{}")
    assert spoiled.status_code == 422
    assert "neither a Model Card Toolkit card" in spoiled.text
    assert not [each for each in rows(database, System) if each.name == "Leaf doctor"]


@pytest.fixture
def run(database, cast):
    def typed(*arguments):
        house = House(None, lambda: database)
        return CliRunner().invoke(commands.card, ["import", *map(str, arguments)], obj=house)

    return typed


def test_the_command_shows_first_and_registers_when_told_to(run, database, cast, tmp_path):
    file = tmp_path / "card.md"
    file.write_text(CARD)
    looked = run(file)
    assert looked.exit_code == 0, looked.output
    assert looked.stdout.splitlines()[0] == "Leaf doctor: Finds ill leaves."
    assert looked.stdout.splitlines()[-1] == "Nothing is stored yet; --yes registers it."
    assert not [each for each in rows(database, System) if each.name == "Leaf doctor"]
    assert run(file, "--yes").exit_code == 2
    told = ("--unit", "halden mutual / claims", "--owner", "mia@example.org", "--yes", "--json")
    made = json.loads(run(file, *told).stdout)
    assert {line["became"] for line in made["report"]} == {"field", "note", "nothing"}
    with database.transaction(read_only=True) as session:
        system = session.exec(select(System).where(System.name == "Leaf doctor")).one()
        assert system.key == made["key"]
        # Somebody who was only named has still to say so themselves.
        assert open_owner(session, system.id).to_be_confirmed
