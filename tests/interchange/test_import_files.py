"""Small invented inventories in every format: the same systems come out, with every character as it was."""

import unicodedata

import pytest

from registry.systems.rules.record import Stage
from tests.interchange.importing import BOTS

FORMATS = ("inventory.csv", "inventory.tsv", "inventory.xlsx", "inventory.json", "inventory.yaml")

HARD = {
    "=SUM(A1:A9)": "A name that a spreadsheet would reckon.",
    'He said "no", twice; then left': "Quotes, a comma and a semicolon.",
    "مساعد المطالبات": "اقرأ الرسائل ورتبها.",
    "Röntgen 𝒳-ray 🤖👩🏽‍⚕️": "Four bytes, a skin tone and a joiner.",
    "Ångström": "Decomposed: a letter and a mark that follows it.",
    "漢字カード": "読み取り。",
    "+49 -0 @home": "Begins like a formula too.",
    "Two\u00a0spaces": "A space that does not break.",
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_gives_the_same_systems(importing, name):
    told = importing(importing.written(BOTS, name))
    assert (told.code, told.ended()) == (0, {"created": 3})
    found = importing.systems()
    assert {each.name: (each.summary, each.stage) for each in found.values()} == {
        "Mail router": ("Routes letters.", Stage.LIVE),
        "Claim reader": ("Reads claims.", Stage.PILOT),
        "Fraud finder": ("Finds rings.", Stage.RETIRED),
    }
    units = importing.units()
    assert [units[found[row["name"]].unit_id] for row in BOTS] == ["Post", "Claims", "Claims"]
    assert importing.ledger_is_whole()


@pytest.mark.parametrize("name", FORMATS)
def test_every_character_survives(importing, name):
    rows = [{"name": each, "summary": says, "department": "Ünit 🏢"} for each, says in HARD.items()]
    told = importing(importing.written(rows, name))
    assert told.ended() == {"created": len(HARD)}
    found = {each.name: each.summary for each in importing.systems().values()}
    # Composed, as everything is stored; the space that does not break becomes one that does.
    expected = {
        unicodedata.normalize("NFC", each).replace("\u00a0", " "): says for each, says in HARD.items()
    }
    assert found == expected
    assert set(importing.units().values()) == {"Ünit 🏢"}
    again = importing(importing.written(rows, name))
    assert again.ended() == {"unchanged": len(HARD)}


def test_long_texts_keep_their_lines_and_signs(importing):
    said = "First line.\nSecond *line* with <b>tags</b> & [links](javascript:x)\n\n# not a heading"
    importing([BOTS[0] | {"long description": said}])
    described = importing.systems()["Mail router"].description
    # Marked so that Markdown shows it as it stands.
    assert described.replace("\\", "").replace("  \n", "\n").replace("&lt;", "<") == said


MAP = """
name: Title
summary: What
unit: [Division, Team]
owner_email: Contact
natural_key: [Id]
data_sources:
  - {name: Records, column: Data, purpose: operational_input}
"""


def mapped(importing, rows, text=MAP):
    file = importing.folder / "map.yaml"
    file.write_text(text, encoding="utf-8")
    return importing(rows, "--map", str(file))


def row(number, **changes):
    stated = {"Id": f"S{number}", "Title": f"System {number}", "What": "Does a thing."}
    return stated | {"Division": "North", "Team": "Claims", "Contact": "", "Data": ""} | changes


def test_units_are_made_once_each_under_its_own_parent(importing):
    rows = [row(1), row(2), row(3, Division="South"), row(4, Team=""), row(5, Team="north")]
    assert mapped(importing, rows).ended() == {"created": 5}
    assert sorted(importing.units().values()) == ["North", "North / Claims", "South", "South / Claims"]
    assert importing.events().count("unit.added") == 4


def test_the_owner_is_whoever_the_row_names_if_they_are_here(importing, cast):
    rows = [
        row(1, Contact="Ada Owner <ADA@example.org>"),
        row(2, Contact="stranger@example.org"),
        row(3, Contact="ask around"),
    ]
    told = mapped(importing, rows)
    assert importing.owner("System 1") == ("ada@example.org", True)
    assert importing.owner("System 2") == ("adam@example.org", True)
    assert importing.owner("System 3") == ("adam@example.org", True)
    assert [(each["row"], each["column"]) for each in told.answer["problems"]] == [(4, "Contact")]


def test_systems_of_one_name_that_describe_different_data_keep_their_own_words(importing):
    rows = [
        row(1, Title="Chatbot", Data="Letters from the north."),
        row(2, Title="Chatbot", Data="Letters from the south."),
        row(3, Title="Chatbot", Data="Letters from the north."),
        row(4, Title="Long " * 60, Data="Words."),
        row(5, Title="\ufdfa" * 120, Data="One sign that is compared as eighteen."),
    ]
    assert mapped(importing, rows).ended() == {"created": 5}
    with importing.database.transaction(read_only=True) as session:
        from registry.data_sources.queries import uses_of
        from registry.systems.queries import by_number

        told = {}
        for number in range(1, 6):
            system = by_number(session, number)
            told[system.id] = [(source.name, source.description) for _, source in uses_of(session, number)]
    assert told[1] == [("Records: Chatbot", "Letters from the north.")]
    assert told[2] == [("Records: Chatbot (2)", "Letters from the south.")]
    assert told[3] == told[1]
    assert len(told[4][0][0]) <= 200
    assert told[5][0][1] == "One sign that is compared as eighteen."
    assert importing.ledger_is_whole()


def test_a_map_file_says_every_thing_that_is_wrong_with_it_at_once(importing):
    text = """
nmae: Title
summary: Wat
stage: {column: Team, words: {a: sleeping}}
unit: [Divison]
dates: whenever
data_sources:
  - {name: Records, column: Data, purpose: fun}
"""
    told = mapped(importing, [row(1)], text)
    assert told.code == 1
    assert {problem["field"] for problem in told.answer["problems"]} >= {
        "nmae",
        "summary",
        "stage",
        "unit",
        "dates",
        "data_sources",
        "name",
    }
    said = " ".join(problem["message"] for problem in told.answer["problems"])
    for hint in ("Do you mean “name”?", "no column “Wat”", "Do you mean “Division”?", "“fun” is no purpose"):
        assert hint in said
    assert importing.systems() == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- just\n- a list\n", "A map file is a list of entries"),
        ("name: [unclosed", ""),
        ("\x00", ""),
        ("a: &a [*a]\nname: *a", ""),
        ("name: Title\n" * 30_000, "at most 200 kB"),
    ],
)
def test_a_map_file_that_is_none_is_refused_in_words(importing, text, says):
    told = mapped(importing, [row(1)], text)
    assert told.code == 1
    assert says in told.answer["refused"]
    assert told.answer["problems"]
