"""What lies where a newcomer looks first: the folders and files that belong there, and no file somebody left."""

import shutil
import subprocess

import pytest

from tests.architecture.tree import ROOT

AT_THE_TOP = {
    ".ci", "benchmarks", "docs", "migrations", "registry", "script", "templates", "tests",
    ".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "pyproject.toml", "requirements.lock", "wsgi.py",
}  # fmt: skip
BUILT = (".whl", ".tar.gz", ".zip", ".pyc", ".db", ".sqlite3", ".log")


@pytest.fixture(scope="module")
def kept():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"git does not say what is kept: {done.stderr.strip()}")
    return done.stdout.rstrip("\0").split("\0")


def test_the_top_holds_what_belongs_there_and_nothing_else(kept):
    assert {name.partition("/")[0] for name in kept} == AT_THE_TOP


def test_nothing_that_was_built_or_ran_is_kept(kept):
    ours = [name for name in kept if name.endswith(BUILT)]
    assert [name for name in ours if not name.startswith("tests/")] == []
