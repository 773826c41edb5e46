"""`registry people import` on a database of the test's own: what it keeps, what it leaves, whom it lists."""

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import xlsxwriter
from sqlmodel import select

from registry import cli
from registry.accounts import actions as accounts
from registry.audit.models import ENTRY
from registry.audit.queries import verify
from registry.kernel import clock
from registry.kernel.actor import Actor, Role, the_registry
from registry.kernel.errors import Forbidden
from registry.kernel.rows import Ending
from registry.people import actions, queries
from registry.people.models import Person
from registry.people.rules import PersonFacts
from tests.store.contents import counts, digests

DOOR = the_registry("command")
HEADINGS = "Name;E-Mail;Funktion;Einheit;Austrittsdatum\n"
FILE = HEADINGS + (
    "Özil, Mesut;Mesut@bank.example;Stürmer;Bank / Sport;\n"
    "Jane Roe;jane@bank.example;;Bank / Sport / Büro;\n"
    "Jim Poe;jim@bank.example;Clerk;;\n"
    "Jim Poe;JIM@bank.example;Clerk;;\n"
    "No Address;;Clerk;;\n"
)


class House:
    def __init__(self, database, folder, capture):
        self.database, self.folder, self.capture = database, folder, capture

    def __call__(self, content, *options, name="people.csv", code=0):
        path = self.folder / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode("cp1252"))
        self.capture.readouterr()
        assert cli.run(["people", "import", str(path), "--json", *options]) == code
        said = self.capture.readouterr()
        self.err = said.err
        answer = json.loads(said.out) if said.out else {}
        if code == 0:
            assert answer["rows"] == sum(answer[each] for each in Ending)
        return answer

    def ended(self, *given, **more):
        answer = self(*given, **more)
        return {each.value: answer[each] for each in Ending if answer[each]}

    def people(self):
        with self.database.transaction(read_only=True) as session:
            return {person.email: person for person in session.exec(select(Person))}

    def units(self):
        with self.database.transaction(read_only=True) as session:
            return set(queries.unit_paths(session).values())

    def events(self):
        with self.database.engine.connect() as connection:
            return list(connection.execute(sa.select(ENTRY.c.event).order_by(ENTRY.c.seq)).scalars())

    def is_whole(self):
        with self.database.transaction(read_only=True) as session:
            return verify(session).ok


@pytest.fixture
def house(database, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))
    return House(database, tmp_path, capsys)


def test_a_file_of_people_becomes_the_directory_and_a_second_time_changes_nothing(house):
    before = counts(house.database)
    dry = house(FILE, "--dry-run")
    assert counts(house.database) == before
    answer = house(None)
    assert answer == dry
    assert {each: answer[each] for each in ("created", "duplicate", "refused", "units_made")} == {
        "created": 3,
        "duplicate": 1,
        "refused": 1,
        "units_made": 3,
    }
    assert [(problem["row"], problem["column"]) for problem in answer["problems"]] == [(6, "E-Mail")]
    people = house.people()
    assert people["mesut@bank.example"].name == "Mesut Özil"
    assert house.units() == {"Bank", "Bank / Sport", "Bank / Sport / Büro"}
    assert house.events() == ["unit.added"] * 3 + ["person.added"] * 3 + ["people.imported"]
    kept = digests(house.database)
    del kept["ledger_entry"], kept["ledger_payload"], kept["ledger_object"]
    assert house.ended(None) == {"unchanged": 3, "duplicate": 1, "refused": 1}
    assert {table: each for table, each in digests(house.database).items() if table in kept} == kept
    assert house.is_whole()


def test_a_failure_in_the_middle_leaves_nothing(house, monkeypatch):
    from registry.people.actions import importing

    before = digests(house.database)
    recorded = importing.record

    def record(session, actor, event, *given, **more):
        if event == "people.imported":
            raise RuntimeError("the power fails")
        recorded(session, actor, event, *given, **more)

    monkeypatch.setattr(importing, "record", record)
    with pytest.raises(RuntimeError, match="power"):
        house(FILE)
    assert digests(house.database) == before


def test_a_newer_file_updates_what_it_says_and_marks_its_leavers(house, cast):
    people = HEADINGS + (
        f"Ada Owner;ada@example.org;Chief;;{clock.today() - timedelta(days=3):%d.%m.%Y}\n"
        "Adam Administrator;adam@example.org;;;01.11.2026\n"
        "Mia Colleague;mia@example.org;;Claims;\n"
    )
    answer = house(people)
    assert (answer["updated"], answer["unchanged"], answer["refused"]) == (1, 1, 1)
    assert "No administrator would stay" in answer["problems"][0]["message"]
    (leaver,) = answer["leavers"]
    assert (leaver["email"], leaver["seats"], leaver["absent"]) == ("ada@example.org", 2, False)
    assert leaver["page"].endswith(f"/people/{cast.number('ada')}")
    ada = house.people()["ada@example.org"]
    assert (ada.job_title, ada.active_to, ada.unit_id) == (
        "Chief",
        clock.today() - timedelta(days=3),
        cast.units["claims"].id,
    )
    assert house.people()["adam@example.org"].active_to is None
    assert house.events()[-2:] == ["person.left", "people.imported"]
    assert house.is_whole()


def test_who_is_missing_is_listed_when_asked_and_marked_only_with_a_day(house, cast):
    both = (
        HEADINGS
        + "Ben Engineer;ben@example.org;;;\nAdam Administrator;adam@example.org;;;\nX Y;x@b.example;;;\n"
    )
    house(both)
    only = HEADINGS + "X Y;x@b.example;;;\nBen Engineer;ben@example.org;;nonsense;32.13.2026\n"
    assert house(only)["leavers"] == []
    listed = house(only, "--leavers")["leavers"]
    assert [(each["email"], each["last_day"], each["absent"]) for each in listed] == [
        ("adam@example.org", None, True)
    ]
    with house.database.transaction() as session:
        accounts.grant_role(
            session, DOOR, queries.person_by_id(session, cast.number("rita")), Role.ADMINISTRATOR
        )
    house(HEADINGS + "X Y;x@b.example;;;\n", "--leavers", "--leavers-last-day", "2026-11-30")
    people = house.people()
    assert people["adam@example.org"].active_to == people["ben@example.org"].active_to == date(2026, 11, 30)
    assert people["mia@example.org"].active_to is None
    house(only, "--leavers-last-day", "2026-11-30", code=2)
    assert house.is_whole()


def test_the_last_administrator_is_listed_and_never_marked(house, cast):
    house(HEADINGS + "Adam Administrator;adam@example.org;;;\nX Y;x@b.example;;;\n")
    (adam,) = house(HEADINGS + "X Y;x@b.example;;;\n", "--leavers", "--leavers-last-day", "2026-11-30")[
        "leavers"
    ]
    assert adam["last_day"] is None
    assert "No administrator would stay" in adam["says"]
    assert house.people()["adam@example.org"].active_to is None


def test_an_address_corrected_by_hand_is_still_the_same_person(house):
    house(FILE)
    with house.database.transaction() as session:
        jane = queries.person_by_id(session, house.people()["jane@bank.example"].id)
        actions.edit_person(session, DOOR, jane, PersonFacts("Jane Doe", "jane.doe@bank.example", "Boss"))
    assert house.ended(None) == {"unchanged": 3, "duplicate": 1, "refused": 1}
    jane = house.people()["jane.doe@bank.example"]
    assert (jane.name, jane.job_title) == ("Jane Doe", "Boss")


def test_another_kind_of_file_has_leavers_of_its_own(house):
    house(FILE)
    (house.folder / "map.yaml").write_text(
        "id: contractors\nemail: Adr\nname: Wer\ndates: day_first\nlast_day: Bis\n"
    )
    other = "Wer,Adr,Bis\nCon Tractor,con@b.example,3/12/2026\n"
    answer = house(other, "--leavers", "--map", str(house.folder / "map.yaml"), name="other.csv")
    assert (answer["created"], answer["leavers"]) == (1, [])
    assert house.people()["con@b.example"].active_to == date(2026, 12, 3)


def workbook(path):
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for place, line in enumerate(
            [["Staff list"], [], ["Full name", "Work email", "Hire date"], ["Al", "al@b.cz", "2026-11-02"]]
        ):
            page.write_row(place, 0, line)
    return path.read_bytes()


def test_other_formats_and_encodings_are_read(house):
    assert house.ended(workbook(house.folder / "book.xlsx"), name="people.xlsx") == {"created": 1}
    utf16 = "Name\tMail\nŁukasz Żak\tl@b.pl\n".encode("utf-16")
    assert house.ended(utf16, name="people.tsv") == {"created": 1}
    listed = json.dumps([{"name": "Zoe", "email": "zoe@b.cz", "unit": {"name": "x"}}]).encode()
    assert house.ended(listed, name="people.json") == {"created": 1}
    assert house.people()["l@b.pl"].name == "Łukasz Żak"


def test_a_file_that_is_no_list_of_people_is_refused_whole(house):
    before = counts(house.database)
    for content, says in (
        (b"", "The file is empty"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"Wer;Was\nich;nichts\n", "No column holds e-mail addresses"),
        (b"PK\x03\x04 broken", ""),
        (b"\x00\x01\x02\x03" * 50, ""),
    ):
        house(content, code=1)
        assert says in house.err
    assert counts(house.database) == before


def test_hostile_cells_are_kept_as_text_or_refused(house):
    rows = (
        "=cmd|' /C calc'!A0;a@b.cz;<script>alert(1)</script>;../../etc / passwd;\n"
        "Robert'); DROP TABLE person;--;b@b.cz;%s{{7*7}};;\n"
        "\x1b[31mRed;c@b.cz;;;\n"
        f"Deep;d@b.cz;;{' / '.join('x' * 30)};\n"
    )
    answer = house(HEADINGS + rows)
    assert answer["rows"] == 4
    unclosed = house(b"Name;Mail\n" + b'"' + b"x" * 40_000)
    assert (unclosed["refused"], "never closed" in unclosed["problems"][0]["message"]) == (1, True)
    assert house.people()["a@b.cz"].job_title == "<script>alert(1)</script>"
    assert house.people()["d@b.cz"].unit_id is None
    assert house.is_whole()


def test_only_who_may_edit_the_directory_may_import_into_it(database, cast):
    with database.transaction() as session, pytest.raises(Forbidden):
        actions.import_people(
            session,
            Actor(cast.number("rita"), "Rita", frozenset({Role.MEMBER, Role.REVIEWER})),
            file_name="x.csv",
            kind="people",
            planned=[],
            units=queries.unit_index(session),
        )
