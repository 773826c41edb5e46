"""The maps in README.md and docs/map.md are the house as it stands: rooms and modules, with the captions of their docstrings."""

import importlib.util
from importlib.machinery import SourceFileLoader

import pytest

from tests.architecture.tree import PACKAGE, ROOT, shown, sources


@pytest.fixture
def map_script():
    loader = SourceFileLoader("map_script", str(ROOT / "script" / "map"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("map_script", loader))
    loader.exec_module(module)
    return module


def test_both_maps_are_the_house_as_it_stands(map_script):
    for place, deep in map_script.PLACES:
        told = place.read_text(encoding="utf-8")
        assert told == map_script.written(told, deep=deep), f"{place.name} has fallen behind: run script/map"


def test_every_room_has_a_caption_and_stands_in_the_readme(map_script):
    told = map_script.block(deep=False).splitlines()
    for room in PACKAGE.glob("*/__init__.py"):
        caption = map_script.caption(room)
        assert caption, f"{shown(room)} has no docstring"
        assert any(f" {room.parent.name}/ " in line and line.endswith(f" {caption}") for line in told)


def test_every_module_has_a_caption(map_script):
    for path in sources():
        if path.name != "__init__.py":
            assert map_script.caption(path), f"{shown(path)} has no docstring"


def test_the_map_names_every_module_once(map_script):
    told = [line.split("── ")[1].split()[0] for line in map_script.block().splitlines() if "── " in line]
    modules = [path.name for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    assert sorted(name for name in told if name.endswith(".py")) == sorted(modules)


def test_a_changed_caption_or_a_new_module_makes_the_map_differ(map_script, tmp_path, monkeypatch):
    house = tmp_path / "registry"
    (house / "people").mkdir(parents=True)
    (house / "people" / "__init__.py").write_text('"""Who there is."""')
    (house / "people" / "rules.py").write_text('"""Who is active.\n\nMore of it."""')
    monkeypatch.setattr(map_script, "ROOT", tmp_path)
    first = map_script.block()
    assert [line.split() for line in first.splitlines()[1:-1]] == [
        ["registry/"],
        ["└──", "people/", "Who", "there", "is"],
        ["└──", "rules.py", "Who", "is", "active"],
    ]

    (house / "people" / "queries.py").write_text('"""Find people."""')
    second = map_script.block()
    (house / "people" / "queries.py").write_text('"""Find everybody."""')
    assert len({first, second, map_script.block()}) == 3


def test_a_text_without_a_place_for_the_map_is_refused(map_script):
    with pytest.raises(SystemExit, match="no place for the map"):
        map_script.written("# A title\n", deep=True)
