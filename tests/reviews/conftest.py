"""A short checklist for most tests: what they show does not hang on how many controls are asked."""

from dataclasses import replace

import pytest

from registry.packs import queries as packs


@pytest.fixture(autouse=True)
def few_controls(request, monkeypatch):
    """Three controls of each framework; all of them for a test that asks for `all_controls`."""
    if "all_controls" in request.fixturenames:
        return
    whole = packs.edition

    def short(session, pack_id, edition):
        found = whole(session, pack_id, edition)
        return found and replace(found, controls=found.controls[:3])

    monkeypatch.setattr(packs, "edition", short)


@pytest.fixture
def all_controls():
    """Every control there is."""
