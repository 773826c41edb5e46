"""The pipelines in docs are YAML where they should be, and every command they run exists as it is written there."""

import re
import shlex

import pytest
import yaml

from registry.client import commands
from tests.architecture.tree import ROOT

PIPELINES = sorted((ROOT / "docs" / "examples" / "pipelines").iterdir())


def commands_in(text, *, in_groovy):
    """Each line on which the client is run, in words; variables are words like others."""
    pattern = (
        r"registry ((?:apply|gate|version|dossier|snapshots) [^']*)'"
        if in_groovy
        else r"registry ((?:apply|gate|version|dossier|snapshots) .*)$"
    )
    return [shlex.split(line) for line in re.findall(pattern, text, re.MULTILINE)]


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.name)
def test_every_command_of_a_pipeline_is_one_of_the_client(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("registry.yaml", "results.xml", "readings.json"):
        (tmp_path / name).write_text("")
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yml":
        assert isinstance(yaml.safe_load(text), dict)
    run = commands_in(text, in_groovy=path.suffix != ".yml")
    assert {words[0] for words in run} == {"apply", "gate", "version", "dossier", "snapshots"}
    for words in run:
        commands._parser().parse_args(words)
    assert "REGISTRY_TOKEN" in text
