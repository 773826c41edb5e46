"""A repository with a registry.yaml: its pipeline is held up by the gate until the tests it lacks are sent and signed for."""

import json

import pytest

from registry.accounts.actions import issue_token
from registry.client import commands
from registry.dossiers import actions as dossiers
from registry.dossiers import queries as dossier_queries
from registry.dossiers.rules.cases import CaseType
from registry.kernel import clock
from registry.reviews.actions import signing
from registry.reviews.rules.kinds import Signed
from registry.systems.models import System
from registry.versions import actions as versions
from registry.versions import queries as version_queries
from tests.journeys.gated import bring_to_its_review
from tests.reviews.doing import decided, ready

FILE = """\
registry: 1
id: triage
key: AI-0001
technique: Gradient-boosted trees
known_limitations: Letters of less than a line are sorted last.
"""
LACKED = "G62"
SIGNED = {
    Signed.BUSINESS: "hedy",
    Signed.DATA: "mia",
    Signed.ENGINEERING: "ben",
    Signed.COMPLIANCE: "otto",
    Signed.EXECUTIVE: "eva",
}


@pytest.fixture
def pipeline(site, tmp_path, monkeypatch, capsys):
    """A job in a checkout, as whoever's token it was given: the exit code and the one document."""
    scopes = frozenset({"registry:read", "systems:write", "evidence:write"})
    with site.doing() as session:
        tokens = {
            name: issue_token(session, site.cast.actor(session, name), site.cast.people[name], "ci", scopes)[
                0
            ]
            for name in ("ada", "rita")
        }
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGISTRY_URL", site.address)
    monkeypatch.setenv("GITHUB_REPOSITORY", "halden/triage")
    monkeypatch.setenv("GITHUB_SHA", "1a2b3c4d5e6f7a8b")

    def run(name, *words):
        monkeypatch.setenv("REGISTRY_TOKEN", tokens[name])
        code = commands.run([*words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def lacking(pipeline):
    code, found = pipeline("ada", "gate", "check", "AI-0001", "--to", "live")
    return code, {each["id"] for each in found["open"]}


def _let_everybody_agree(session, cast):
    """What the gate asks of people: the review is decided, every seat has signed."""
    ada, triage = cast.actor(session, "ada"), session.get_one(System, cast.triage.id)
    decided(session, cast, ready(session, cast, system=triage), system=triage)
    sheet = signing.open_sheet(session, ada, triage)
    for seat, name in SIGNED.items():
        actor = cast.actor(session, name)
        signing.sign(session, actor, sheet, triage, seat, actor.name, confirmed_at=clock.now())


def test_a_pipeline_waits_at_the_gate_for_the_tests_it_lacks(site, pipeline, tmp_path):
    with site.doing() as session:
        bring_to_its_review(session, site.cast)
    (tmp_path / "registry.yaml").write_text(FILE)
    code, told = pipeline("ada", "apply", "registry.yaml", "--dry-run")
    assert (code, [each["field"] for each in told["plan"]]) == (0, ["technique", "known_limitations"])
    assert pipeline("ada", "apply", "registry.yaml")[0] == 0
    assert pipeline("ada", "apply", "registry.yaml")[1]["plan"] == []
    code, open_before = lacking(pipeline)
    assert (code, LACKED in open_before) == (1, False)

    # A new version goes live beside the old one's tests: the gate asks for its own.
    assert (
        pipeline("ada", "version", "add", "AI-0001", "9.1", "--changed", "Retrained.", "--not-significant")[0]
        == 0
    )
    with site.doing() as session:
        model = version_queries.by_label(session, site.cast.triage.id, "9.1")
        versions.approve(session, site.cast.actor(session, "dee"), model, version=model.version)
        versions.put_live(session, site.cast.actor(session, "ada"), site.cast.triage.id, [(model, 100)])
    with site.doing() as session:
        _let_everybody_agree(session, site.cast)
    # Nothing else is open any more: what holds the pipeline up is the dossier.
    assert lacking(pipeline) == (1, {LACKED})

    rows = ["name,outcome,type", *(f"A {each.value} case,passed,{each.value}" for each in CaseType)]
    (tmp_path / "results.csv").write_text("\n".join(rows))
    push = (
        "dossier",
        "push",
        "AI-0001",
        "results.csv",
        "--version",
        "9.1",
        "--similar",
        "--because",
        "Last year's mix.",
    )
    assert pipeline("rita", *push)[1]["passed"] == len(CaseType)
    assert lacking(pipeline) == (1, {LACKED})
    with site.doing() as session:
        model = version_queries.by_label(session, site.cast.triage.id, "9.1")
        dossier = dossier_queries.of_version(session, model.id)
        digest = dossier_queries.content_of(session, dossier.id).sha256
        rita = site.cast.actor(session, "rita")
        dossiers.sign(session, rita, dossier, model, "All passed.", sha256=digest, confirmed_at=clock.now())
    assert lacking(pipeline) == (0, set())
    with site.doing() as session:
        assert session.get_one(System, site.cast.triage.id).technique == "Gradient-boosted trees"
