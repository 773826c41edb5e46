"""The tests of a fresh checkout, compiled once for all processes of a run and not by each of them.

pytest compiles a test the first time it is loaded and keeps what came of it beside the test; processes that begin
together would all do so with the same files at the same time, half a minute's work in each of them.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.assertion import rewrite


def asked_for(config: pytest.Config) -> set[Path]:
    """The files with tests that the run was asked for."""
    places = {config.invocation_params.dir / each.partition("::")[0] for each in config.args}
    return {file for place in places for file in (place.rglob("test_*.py") if place.is_dir() else (place,))}


def share(files: Iterable[Path]) -> list[Path]:
    """Those of the files that this process of the run sees to."""
    place = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return sorted(files)[place :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]


def compile_tests(files: Iterable[Path], config: pytest.Config) -> None:
    """Keep beside each test what pytest would make of it, where nothing is kept yet; as it does, and where it looks."""
    if sys.dont_write_bytecode:
        return
    for file in files:
        kept = kept_of(file)
        if not kept.exists() and rewrite.try_makedirs(kept.parent):
            digest, code = rewrite._rewrite_test(file, config)
            rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, digest, kept)


def kept_of(file: Path) -> Path:
    """Where pytest keeps what it made of a test."""
    return rewrite.get_cache_dir(file) / f"{file.stem}{rewrite.PYC_TAIL}"
