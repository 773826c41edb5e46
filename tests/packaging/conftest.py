"""A checkout of scripts alone, with stand-ins for what they call that write down how they were called."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("script/setup", "script/server", "script/test", ".ci/run")
LOCKED = ("requirements.lock", "pyproject.toml")


@dataclass
class Checkout:
    """Where the scripts lie; `programs` is the only folder of programs they find besides the system's own."""

    root: Path
    programs: Path

    def stand_in(self, path: Path | str, does: str = "exit 0") -> None:
        """A program that notes its name and arguments in the file `called`, then does what it is told."""
        target = Path(path) if Path(path).is_absolute() else self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f'#!/bin/bash\necho "${{0##*/}} $*" >>"{self.root}/called"\n{does}\n')
        target.chmod(0o755)

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script from another folder, with next to nothing in the environment."""
        (self.root / "called").unlink(missing_ok=True)
        path = f"{self.programs}:{os.defpath}"
        return subprocess.run(
            [self.root / script, *arguments],
            cwd="/",
            env={"PATH": path} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @property
    def called(self) -> list[str]:
        noted = self.root / "called"
        return noted.read_text().splitlines() if noted.exists() else []


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    root = tmp_path / "a folder with spaces"
    for name in (*SCRIPTS, *LOCKED):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    made = Checkout(root, tmp_path / "programs")
    made.programs.mkdir()
    # A Python that notes calls of pip, uv and pytest instead of making them, and is itself otherwise.
    told = (
        'case "$*" in "-m uv "*) exit "${UV_EXIT:-0}" ;; "-m pip "*|"-m pytest"*) exit "${PYTEST_EXIT:-0}" ;; esac; '
        f'exec "{sys.executable}" "$@"'
    )
    made.stand_in(".venv/bin/python", told)
    made.stand_in(".venv/bin/registry")
    return made
