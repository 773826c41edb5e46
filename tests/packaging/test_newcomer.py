"""script/newcomer: what it reads out of the documents, and, for who has the minutes, that a newcomer gets to a page by them."""

import compileall
import importlib.util
import os
import re
import shutil
import subprocess
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "docs" / "deploy" / "systemd"


@pytest.fixture(scope="module")
def newcomer():
    loader = SourceFileLoader("newcomer_script", str(ROOT / "script" / "newcomer"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("newcomer_script", loader))
    loader.exec_module(module)
    return module


def test_every_command_of_the_section_is_followed_from_the_first_package_to_the_page(newcomer):
    found = newcomer.blocks()
    section = newcomer.DOCUMENT.read_text().split(f"{newcomer.SECTION}\n")[1].split("\n## ")[0]
    # None is fenced as something else, and so left out.
    assert len(found) * 2 == section.count("\n```")
    told = "\n".join(found)
    for step in (
        "apt-get install",
        "script/setup",
        "psql",
        "registry.env",
        "db upgrade",
        "create-admin",
        "systemctl",
        "curl",
    ):
        assert step in told
    # Whatever asks the network comes first: the rest is run without one.
    assert sorted(found, key=lambda each: not newcomer.NEEDS_NETWORK.search(each)) == found
    assert "--retry-connrefused" in newcomer._patient(found[-1])


def test_every_step_of_the_container_is_one_that_is_carried_out_or_changes_nothing_in_it(newcomer):
    words = [word for word, _ in newcomer.instructions()]
    carried_out = {"RUN", "COPY", "ENV", "USER", "ENTRYPOINT", "CMD"}
    assert set(words) - carried_out == {"FROM", "WORKDIR", "VOLUME", "EXPOSE", "STOPSIGNAL"}
    [base] = [rest for word, rest in newcomer.instructions() if word == "FROM"]
    assert "debian:bookworm" in base
    # An instruction that goes on over lines is one.
    assert not [rest for _, rest in newcomer.instructions() if rest.endswith("\\") or not rest]


def test_what_stands_in_for_systemctl_reads_what_the_units_say(newcomer, tmp_path):
    program = tmp_path / "systemctl.py"
    program.write_text(newcomer.SYSTEMCTL)
    assert compileall.compile_file(program, quiet=2)
    for unit in UNITS.glob("*.service"):
        for key in ("User", "EnvironmentFile", "ExecStart", "WorkingDirectory"):
            assert re.search(rf"^{key}=\S", unit.read_text(), re.MULTILINE), (unit.name, key)


@pytest.mark.long
@pytest.mark.parametrize("how", [[], ["--container"]], ids=["operations.md", "Containerfile"])
def test_who_follows_the_document_on_a_bare_debian_is_served_a_page(how):
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        pytest.skip("this takes root and debootstrap")
    done = subprocess.run(
        [ROOT / "script" / "newcomer", *how], capture_output=True, text=True, timeout=3_600, check=False
    )
    assert done.returncode == 0, done.stderr
