"""registry card, as it is typed."""

import hashlib
import io
import json

import click
import pikepdf
import pytest
from click.testing import CliRunner

from registry.cards import commands
from registry.cards.actions import editions
from registry.cards.rules.facts import CardStopped
from registry.kernel import clock
from registry.kernel.errors import NotFound
from registry.output.pdf import PdfRefused
from registry.settings import Settings
from registry.store.commandkit import House
from registry.systems.models import System
from tests.cards.filling import fill


@pytest.fixture
def run(database, cast):
    def typed(*arguments):
        return CliRunner().invoke(
            commands.card, [str(each) for each in arguments], obj=House(None, lambda: database)
        )

    return typed


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(commands.one, "edition_pdf", lambda _frozen: b"%PDF quick")


def test_all_forms_are_written_and_named_in_one_json_document(run, cast, tmp_path, quick):
    kinds = ("pdf", "facts", "markdown", "cyclonedx", "model-card-toolkit", "omb")
    places = {kind: tmp_path / f"card.{kind}" for kind in kinds}
    typed = [word for kind, place in places.items() for word in (f"--{kind}", place)]
    result = run(cast.triage.key, *typed, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    lacking = answer.pop("left_out")
    assert answer == {
        "key": cast.triage.key,
        "edition": 0,
        "sha256": hashlib.sha256(places["facts"].read_bytes()).hexdigest(),
        "files": [str(place) for place in places.values()],
    }
    assert places["pdf"].read_bytes() == b"%PDF quick"
    assert f"\n# {cast.triage.key} Claims triage\n" in places["markdown"].read_text()
    assert json.loads(places["cyclonedx"].read_text())["specVersion"] == "1.6"
    assert json.loads(places["model-card-toolkit"].read_text())["schema_version"] == "0.0.2"
    assert places["omb"].read_text("utf-8-sig").startswith("2_use_case_name,")
    assert sorted(tmp_path.iterdir()) == sorted(places.values())
    assert "2.1 Who answers for the system" in lacking["omb"]
    assert lacking["cyclonedx"] == []


def test_in_words_it_says_how_much_a_form_leaves_out(run, cast, tmp_path):
    result = run(cast.triage.key, "--omb", tmp_path / "row.csv")
    assert "  leaves out " in result.stdout
    assert "stated fields; --json names each" in result.stdout


def test_the_pdf_carries_the_facts_file_byte_for_byte_and_comes_out_the_same_again(
    run, database, cast, tmp_path
):
    fill(database, cast)
    first, again, facts = (tmp_path / name for name in ("first.pdf", "again.pdf", "card.json"))
    assert run(cast.triage.key, "--pdf", first, "--facts", facts).exit_code == 0
    assert run(cast.triage.key, "--pdf", again).exit_code == 0
    assert first.read_bytes() == again.read_bytes()
    with pikepdf.open(io.BytesIO(first.read_bytes())) as pdf:
        assert pdf.attachments["card.json"].get_file().read_bytes() == facts.read_bytes()


def test_progress_goes_to_standard_error_and_the_answer_alone_to_standard_output(run, cast, tmp_path, quick):
    result = run(cast.triage.key, "--pdf", tmp_path / "card.pdf", "--json")
    json.loads(result.stdout)
    assert "Laying out the PDF" in result.stderr


def test_without_a_file_it_says_what_the_card_would_be(run, cast):
    result = run(cast.sentinel.key)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == [
        f"{cast.sentinel.key} Sentinel",
        "draft, not signed off",
    ]
    assert result.stdout.splitlines()[2].startswith("content hash ")


def test_options_may_come_before_the_key(run, cast):
    assert json.loads(run("--json", cast.triage.key).stdout)["key"] == cast.triage.key
    assert json.loads(run("make", cast.triage.key, "--json").stdout)["key"] == cast.triage.key


@pytest.mark.parametrize("key", ["AI-999999", "nonsense", "DS-0001", "AI-0", "../etc"])
def test_a_key_nobody_has_is_refused_in_words_and_writes_nothing(run, tmp_path, key):
    result = run(key, "--facts", tmp_path / "card.json")
    assert isinstance(result.exception, NotFound)
    assert result.exception.says == f"There is no system {key} on the register."
    assert list(tmp_path.iterdir()) == []


def test_a_pdf_that_cannot_be_made_leaves_no_file_behind(run, cast, tmp_path, monkeypatch):
    def refuses(_facts):
        raise PdfRefused("It is too long.")

    monkeypatch.setattr(commands.one, "edition_pdf", refuses)
    result = run(cast.triage.key, "--facts", tmp_path / "card.json", "--pdf", tmp_path / "card.pdf")
    assert isinstance(result.exception, PdfRefused)
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_cannot_be_read_makes_no_card(run, database, cast, tmp_path):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE data_use RENAME TO use_away")
    result = run(cast.triage.key, "--facts", tmp_path / "card.json")
    assert isinstance(result.exception, CardStopped)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_or_not_at_all(run, cast, tmp_path, monkeypatch):
    place = tmp_path / "card.json"
    place.write_text("the card of yesterday")
    monkeypatch.setattr("os.fsync", lambda _file: (_ for _ in ()).throw(OSError("no space left")))
    result = run(cast.triage.key, "--facts", place)
    assert isinstance(result.exception, OSError)
    assert place.read_text() == "the card of yesterday"
    assert list(tmp_path.iterdir()) == [place]
    monkeypatch.undo()
    assert run(cast.triage.key, "--facts", place).exit_code == 0
    assert json.loads(place.read_text())["identity"]["key"] == cast.triage.key


def test_a_folder_that_is_not_there_is_wrong_use(run, cast, tmp_path):
    result = run(cast.triage.key, "--pdf", tmp_path / "nowhere" / "card.pdf")
    assert result.exit_code == 2
    assert "There is no folder" in result.stderr


def test_two_forms_in_one_file_are_wrong_use(run, cast, tmp_path):
    result = run(cast.triage.key, "--pdf", tmp_path / "card", "--facts", tmp_path / "card")
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_sub_command_is_reached_by_its_name(run):
    # What comes after the word "card" is a key, unless a command has that name: there will be more of them.
    @click.command("weigh")
    @click.argument("file")
    def weigh(file):
        click.echo(f"weighed {file}")

    commands.card.add_command(weigh)
    try:
        assert run("weigh", "card.pdf").stdout == "weighed card.pdf\n"
    finally:
        del commands.card.commands["weigh"]


def test_help_is_help(run):
    assert "registry card AI-0042" in " ".join(run("--help").stdout.split())
    assert "--facts" in run("make", "--help").stdout


def test_an_edition_is_written_as_it_was_issued_and_verified_without_a_database(database, cast, tmp_path):
    with database.transaction() as session:
        triage = session.get_one(System, cast.triage.id)
        edition = editions.put_forward(session, cast.actor(session, "ada"), triage, "")
        rita = cast.actor(session, "rita")
        editions.decide(session, rita, edition, "", approves=True, confirmed_at=clock.now())
    settings = Settings(data_dir=tmp_path, base_url="https://registry.example")
    house, pdf = House(settings, lambda: database), tmp_path / "card.pdf"
    made = CliRunner().invoke(commands.card, [triage.key, "--edition", "1", "--pdf", str(pdf)], obj=house)
    assert made.exit_code == 0, made.output
    assert CliRunner().invoke(commands.card, [triage.key, "--edition", "2"], obj=house).exception is not None

    def nowhere():
        raise AssertionError("no database is needed")

    def verified(*more):
        typed = ["verify", str(pdf), "--json", *more]
        result = CliRunner().invoke(commands.card, typed, obj=House(None, nowhere))
        assert result.stdout, result.output
        return result.exit_code, json.loads(result.stdout)

    code, told = verified()
    assert (code, told["verdict"], {each["passed"] for each in told["checks"]}) == (0, "verified", {True})
    assert [each["name"] for each in told["checks"]] == [
        *("file", "facts", "same card", "approval", "ledger", "signature", "print")
    ]
    # Whoever makes a ledger of their own can seal a card with its key, and that card proves itself as well.
    in_words = CliRunner().invoke(commands.card, ["verify", str(pdf)], obj=House(None, nowhere)).stdout
    assert "is a key of the company, this file cannot tell" in in_words.splitlines()[-1]
    with pikepdf.open(pdf) as opened:
        own = json.loads(opened.attachments["seal.json"].get_file().read_bytes())["anchor"]["key"]
    given = ["verify", str(pdf), "--key", own]
    in_words = CliRunner().invoke(commands.card, given, obj=House(None, nowhere)).stdout
    assert in_words.splitlines()[-1] == "Verified. It is genuine and unchanged."
    code, told = verified("--key", "somebody+00000000+AAAA")
    assert (code, told["verdict"]) == (1, "refused")
    pdf.write_bytes(pdf.read_bytes()[:-100])
    code, told = verified()
    assert (code, told["verdict"]) == (1, "refused")
