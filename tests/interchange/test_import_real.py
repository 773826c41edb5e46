"""The published inventories through the command: every row accounted for, a second run changes nothing, memory stays bounded."""

import os
import subprocess
import sys

import pytest

from registry.kernel.actor import the_registry
from registry.portfolio.queries.reports import report
from registry.portfolio.render.reports import to_workbook
from registry.portfolio.rules.figures import Scope
from tests.interchange.importing import Told
from tests.portfolio.plain_figures import objections
from tests.portfolio.report_parts import differing
from tests.store.contents import digests

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        "REGISTRY_REAL_DATA" not in os.environ,
        reason="REGISTRY_REAL_DATA names no folder of real inventories",
    ),
]

LEDGER = {"ledger_entry", "ledger_payload", "ledger_object"}
MOST_MEGABYTES = 300
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

# file: rows, created, duplicate, refused
ENDINGS = {
    "omb_2024_v1.csv": (1757, 1754, 3, 0),
    "omb_2023.csv": (710, 710, 0, 0),
    "omb_2025_cots.csv": (900, 468, 0, 432),
    "atrs_records.csv": (136, 136, 0, 0),
    "atrs_records.json": (136, 136, 0, 0),
    "nyc_ll35.csv": (76, 76, 0, 0),
    "2023_Public_Inventory_of_AI_Use_Cases_-_USDA.csv": (39, 39, 0, 0),
    "Department_of_Transportation_Inventory_of_Artificial_Intelligence_Use_Cases.csv": (31, 14, 16, 1),
    "VA_Fed_Inv_2023_webtable.csv": (40, 40, 0, 0),
    "GSA_Fed_Inv_2023_webtable.csv": (12, 12, 0, 0),
    "DOL_Fed_Inv_2023_webtable.csv": (18, 18, 0, 0),
}
NO_INVENTORY = {"2024_data_dictionary.yaml"}
SMALLER = sorted(ENDINGS.keys() - {"omb_2024_v1.csv"})


# What getrusage tells begins with the memory of whoever started the process; VmHWM begins with the program itself.
MEASURED = """
import re, sys
from registry.cli import run
code = run(sys.argv[1:])
with open("/proc/self/status") as status:
    print(int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) // 1024, file=sys.stderr)
sys.exit(code)
"""


def in_a_process_of_its_own(file):
    """What the command answers there, after the most memory it ever held, in MiB, was found to be bounded."""
    arguments = [sys.executable, "-c", MEASURED, "import", str(file), "--json"]
    done = subprocess.run(arguments, check=False, capture_output=True, text=True)
    assert int(done.stderr.split()[-1]) < MOST_MEGABYTES
    return Told(done.returncode, done.stdout, done.stderr)


def brought_in_twice(importing, file, first=None):
    """The counts of the first run, made here unless given; a second run has to leave everything as it is."""
    first = first or importing(file)
    assert first.code == 0
    ended = first.ended()
    before, entries = digests(importing.database, LEDGER), len(importing.events())
    again = importing(file).ended()
    assert again.get("unchanged", 0) == ended["created"]
    assert again.keys() <= {"unchanged", "duplicate", "refused"}
    assert digests(importing.database, LEDGER) == before
    assert len(importing.events()) == entries + 1
    assert importing.ledger_is_whole()
    return first.answer["rows"], *(ended.get(name, 0) for name in ("created", "duplicate", "refused"))


def test_every_shared_file_is_known_here(real_data):
    assert {file.name for file in (real_data / "inventories").iterdir()} == ENDINGS.keys() | NO_INVENTORY


@on_sqlite
@pytest.mark.slow
def test_the_federal_inventory_of_2024_comes_in_whole_in_bounded_memory_and_again_changes_nothing(
    importing, real_data
):
    name = "omb_2024_v1.csv"
    file = real_data / "inventories" / name
    assert brought_in_twice(importing, file, in_a_process_of_its_own(file)) == ENDINGS[name]
    with importing.database.transaction(read_only=True) as session:
        told = report(session, the_registry("a test"), Scope())
        assert told.figures.headline.systems.n == ENDINGS[name][1]
        assert objections(session, told.figures, "1 = 1") == []
        assert differing(to_workbook(told), told.figures) == []


@on_sqlite
@pytest.mark.parametrize("name", SMALLER)
def test_every_other_inventory_comes_in_row_by_row(importing, real_data, name):
    assert brought_in_twice(importing, real_data / "inventories" / name) == ENDINGS[name]


@on_postgresql
@pytest.mark.parametrize("name", ["omb_2023.csv", "nyc_ll35.csv"])
def test_on_postgresql_it_is_the_same(importing, real_data, name):
    assert brought_in_twice(importing, real_data / "inventories" / name) == ENDINGS[name]


@on_postgresql
def test_names_longer_than_a_data_source_may_have_come_in_on_postgresql_as_well(importing, real_data):
    """Of the large inventory only the rows whose names are longest; the rest is walked on the other database."""
    import csv

    with (real_data / "inventories" / "omb_2024_v1.csv").open(newline="", encoding="utf-8-sig") as file:
        header, *rows = csv.reader(file)
    name = header.index("2_use_case_name")
    longest = sorted(rows, key=lambda row: -len(row[name]))[:40]
    assert len(longest[0][name]) > 250
    path = importing.folder / "omb_2024_longest.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *longest])
    assert importing(path).ended() == {"created": 40}
    assert importing.ledger_is_whole()


@on_sqlite
def test_a_data_dictionary_is_refused_as_no_inventory(importing, real_data):
    told = importing(real_data / "inventories" / "2024_data_dictionary.yaml")
    assert told.code == 1
    assert "it lists no systems" in told.answer["refused"]
    assert importing.systems() == {}
