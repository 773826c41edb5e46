"""Imports run one way: the contracts hold, and each of them still catches what it is for."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, called, calls, parsed, shown, sources

PLUMBING = {"kernel", "store", "output", "web", "client"}
ASKS_THE_TIME = {
    f"{owner}.{name}"
    for owner in ("datetime", "date", "datetime.datetime", "datetime.date", "dt.datetime", "dt.date")
    for name in ("now", "utcnow", "today")
} | {"time.time", "time.time_ns", "time.localtime", "time.gmtime"}
CLOCK = PACKAGE / "kernel" / "clock.py"
# It runs on other machines, without the kernel: a Retry-After may be an instant, which it must hold against now.
ELSEWHERE = PACKAGE / "client" / "connection.py"

# Where a line is planted, the line, and the number of the contract that must catch it.
WRONG = [
    ("people/queries.py", "import registry.people.actions", 1),
    ("people/utils.py", "", 1),
    ("people/queries.py", "import registry.systems.queries", 2),
    ("objectives/queries.py", "import registry.data_sources.queries", 2),
    ("web/viewkit.py", "import registry.people.queries", 2),
    ("output/html.py", "import registry.store.session", 2),
    ("gadgets/__init__.py", "", 2),
    ("people/actions.py", "import flask", 3),
    ("people/actions.py", "import registry.settings", 3),
    ("store/session.py", "import registry.web.jsonkit", 3),
    ("people/rules/directory.py", "import sqlmodel", 4),
    ("objectives/rules/metric.py", "import sqlalchemy", 4),
    ("ownership/rules/gaps.py", "import registry.people.models", 4),
    ("kernel/text.py", "import registry.store.columns", 4),
    ("systems/pages.py", "import registry.worker.pages", 5),
    ("systems/actions.py", "import registry.systems.forms", 6),
    ("worker/commands.py", "import registry.wiring", 7),
]


def reported(folder: Path) -> str:
    """What import-linter says of this checkout."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(folder)},
    )
    return done.stdout + done.stderr


def broken(folder: Path) -> set[int]:
    """The numbers of the contracts that do not hold in this checkout."""
    said = reported(folder)
    judged = re.findall(r"^(\d) .* (KEPT|BROKEN)", said, flags=re.MULTILINE)
    assert len(judged) == 7, said
    return {int(number) for number, verdict in judged if verdict == "BROKEN"}


def test_the_seven_contracts_hold():
    assert broken(ROOT) == set()


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree")
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    shutil.copytree(
        PACKAGE,
        folder / "registry",
        ignore=lambda _folder, names: [n for n in names if "." in n and not n.endswith(".py")],
    )
    return folder


def test_each_wrong_import_is_caught_by_the_contract_it_breaks(copied_tree):
    """All planted at once: the contract that must catch a line names it, or the file that has no place in the house."""
    for place, line, _ in WRONG:
        path = copied_tree / "registry" / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{path.read_text() if path.exists() else ''}\n{line}\n")
    told = judged_by_contract(copied_tree)
    missed = [
        (place, line, contract)
        for place, line, contract in WRONG
        if not (named_in(place) in told[contract] and line.removeprefix("import ") in told[contract])
    ]
    assert missed == []


def named_in(place: str) -> str:
    """The module of a file, as the report names it."""
    return "registry." + place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def judged_by_contract(folder: Path) -> dict[int, str]:
    """What the report says of each broken contract."""
    parts = re.split(r"^(\d) [^\n]*\n-+\n", reported(folder), flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_feature_is_under_the_contract_for_features():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {f"registry.{name}" for name in folders - PLUMBING} == set(contracts[0]["containers"])


def test_nobody_imports_the_forms_or_schemas_of_another_feature():
    for path in sources("*/**/*.py"):
        own = path.relative_to(PACKAGE).parts[0]
        foreign = [name for name in imported(parsed(path)) if is_shape_of_another(name, own)]
        assert foreign == [], shown(path)


def test_a_form_of_another_feature_is_told_from_ones_own():
    names = imported(
        ast.parse("from registry.people.forms import PersonForm\nimport registry.systems.schemas")
    )
    assert [is_shape_of_another(name, "people") for name in sorted(names)] == [False, False, True]


def test_the_kernel_needs_nothing_but_the_standard_library():
    for path in sources("kernel/*.py"):
        beyond = {name for name in imported(parsed(path)) if not name.startswith("registry.kernel")}
        assert {name.partition(".")[0] for name in beyond} <= sys.stdlib_module_names, shown(path)


def test_the_client_needs_nothing_but_the_standard_library_and_itself():
    # Relative imports name its own modules: the folder may be copied under another name.
    own = {path.stem for path in sources("client/*.py")}
    for path in sources("client/*.py"):
        beyond = {name.partition(".")[0] for name in imported(parsed(path))} - own
        assert beyond <= sys.stdlib_module_names, shown(path)


def test_only_the_clock_asks_the_time():
    for path in sources():
        if path not in {CLOCK, ELSEWHERE}:
            assert asks_the_time(parsed(path)) == [], shown(path)


def test_asking_the_time_is_noticed():
    told = "from datetime import datetime\nimport time\ndatetime.now(UTC)\ndate.today()\ntime.time()\nclock.now()\ntime.monotonic()"
    assert asks_the_time(ast.parse(told)) == ["datetime.now", "date.today", "time.time"]


def imported(tree: ast.Module) -> set[str]:
    """Every module the source names in an import, and for `from x import y` also x.y, which may be one."""
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def is_shape_of_another(name: str, own: str) -> bool:
    parts = name.split(".")
    return parts[0] == "registry" and parts[2:3] in (["forms"], ["schemas"]) and parts[1] != own


def asks_the_time(tree: ast.Module) -> list[str]:
    return [name for name in map(called, calls(tree)) if name in ASKS_THE_TIME]
