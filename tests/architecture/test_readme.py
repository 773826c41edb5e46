"""Whatever README and the guides tell a person to type exists and takes these arguments; their links lead somewhere."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from alembic.config import CommandLine

from registry.cli import registry_command
from registry.settings import Settings
from tests.architecture.tree import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCED = re.compile(r"^```(?:bash|sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:\.venv/bin/\w+|script/\w+|registry)(?: [^`]*)?)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
VARIABLE = re.compile(r"\bREGISTRY_[A-Z_]+\b")
# Programs of the system, which no test of ours has to know.
SYSTEM = {
    *(
        "apt-get",
        "cd",
        "chmod",
        "chown",
        "cp",
        "createdb",
        "curl",
        "git",
        "install",
        "mkdir",
        "pg_basebackup",
        "pg_dump",
        "pg_restore",
        "pip",
        "python",
    ),
    *("psql", "rm", "service", "set", "su", "sudo", "systemctl", "unset", "useradd", "cat"),
}
# What a command is given to read stands below it, up to the word it names.
HERE = re.compile(r"<<'?(\w+)'?\n.*?^\1$", re.MULTILINE | re.DOTALL)
INSTALLED = re.compile(r"^(?:/opt/registry/)?(?:\.venv/bin/)?")
TESTS_ONLY = {"REGISTRY_REAL_DATA"}
# What a pipeline tells the client, which has no settings of the registry.
CLIENT = set(VARIABLE.findall((ROOT / "registry" / "client" / "commands.py").read_text("utf-8")))


class NotACommand(Exception):
    """What a page tells people to type would not work, and why."""


def told(page: str) -> Iterator[str]:
    """Every command line a page shows, in its blocks and in its sentences."""
    for block in FENCED.findall(page):
        for line in HERE.sub("", block.replace("\\\n", " ")).splitlines():
            if line.strip() and not line.strip().startswith("#"):
                yield line.strip().removeprefix("$ ")
    yield from (found for found in INLINE.findall(page) if found != "registry")


def judge(line: str) -> None:
    """Raise NotACommand for a line that would not work as it is written."""
    words = shlex.split(line, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*|export|time", words[0]):
        words.pop(0)
    if not words or words[0] in SYSTEM:
        return
    program, arguments = INSTALLED.sub("", words[0]), words[1:]
    if program.startswith("script/"):
        _judge_script(program, arguments)
    elif program == "registry":
        _judge_registry(registry_command, program, arguments, None)
    elif program == "alembic":
        try:
            CommandLine().parser.parse_args(arguments)
        except SystemExit:
            raise NotACommand(f"alembic does not take {arguments}") from None
    else:
        raise NotACommand(f"no test knows {words[0]}")


def _judge_script(program: str, arguments: list[str]) -> None:
    if not os.access(ROOT / program, os.X_OK):
        raise NotACommand(f"{program} cannot be run")
    for each in arguments:
        if "/" in each and not (ROOT / each.partition("::")[0]).exists():
            raise NotACommand(f"there is no {each}")


def _judge_registry(
    command: click.Command, name: str, arguments: list[str], parent: click.Context | None
) -> None:
    """Parse without running: names, options and arguments are the program's own."""
    try:
        context = command.make_context(name, list(arguments), parent=parent)
        if isinstance(command, click.Group):
            rest = [*context._protected_args, *context.args]
            found, sub, left = command.resolve_command(context, rest)
            _judge_registry(sub, found, left, context)
    except click.exceptions.Exit:
        return
    except click.MissingParameter as missing:
        # A sentence may name a command alone; whoever shows options has to show everything needed.
        if arguments:
            raise NotACommand(f"registry {name}: {missing.format_message()}") from None
    except click.UsageError as wrong:
        raise NotACommand(f"registry {name}: {wrong.format_message()}") from None


@pytest.fixture
def files_given(tmp_path, monkeypatch):
    """The files that examples speak of are at hand."""
    monkeypatch.chdir(tmp_path)
    for page in PAGES:
        for line in told(page.read_text()):
            for word in line.split():
                if re.fullmatch(r"[\w-]+\.\w+|FILE", word):
                    (tmp_path / word).touch()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_shows_is_one(page, files_given):
    for line in told(page.read_text()):
        judge(line)


@pytest.mark.parametrize(
    "line",
    [
        "script/nothing",
        "script/test tests/nowhere",
        ".venv/bin/registry nothing",
        "registry systems list --nothing",
        "registry serve --port many",
        "REGISTRY_DATA_DIR=x registry nothing",
        ".venv/bin/alembic nothing",
        "make all",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(line):
    with pytest.raises(NotACommand):
        judge(line)


def test_commands_are_read_from_blocks_and_sentences():
    page = "Run `registry worker`, not `other`:\n\n```bash\n# first\nscript/test \\\n  tests\n$ script/server\n```\n"
    assert list(told(page)) == ["script/test    tests", "script/server", "registry worker"]


def test_the_readme_shows_how_to_start_and_how_to_test():
    shown = set(told((ROOT / "README.md").read_text()))
    assert {"script/server", "script/test"} <= shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    assert [link for link in links_inside(page.read_text()) if not (page.parent / link).exists()] == []


def links_inside(page: str) -> list[str]:
    return [link for link in LINK.findall(page) if not re.match(r"[a-z]+:", link)]


def test_links_to_files_are_told_from_links_outside():
    page = "[a](docs/a.md) [b](https://example.org/b) [c](#part) [d](docs/d.md#part) <http://127.0.0.1:8000>"
    assert links_inside(page) == ["docs/a.md", "docs/d.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_a_page_names_is_one(page):
    known = {f"REGISTRY_{name.upper()}" for name in Settings.model_fields} | TESTS_ONLY | CLIENT
    assert set(VARIABLE.findall(page.read_text())) - known == set()


def test_pages_are_found():
    assert Path(ROOT / "README.md") in PAGES
