"""Every system of the demonstration, written to files and registered from them in a register without systems: the same to the byte."""

import hashlib

import pytest
import sqlalchemy as sa

from registry.declarations import queries
from registry.declarations.actions import Origin, apply
from registry.declarations.rules.files import read
from registry.declarations.rules.writing import written
from registry.demo.actions import load
from registry.kernel.actor import the_registry
from registry.kernel.errors import RuleBroken
from registry.store import migrate
from registry.systems.queries import every_system
from registry.tables import metadata
from tests import databases

DOOR = the_registry("command")
SYSTEMS = 40
LEAVER = "pavel.horak@halden.example"
# What files name and do not hold: people, where they work, and the catalogue of sources.
NAMED = ("business_unit", "person", "team", "membership", "data_source")


def fill(database):
    migrate.upgrade(database)
    load(database, SYSTEMS, lambda _said: None)


def exported(database, *, with_key):
    """The file of every system, by its id."""
    with database.transaction(read_only=True) as session:
        found = [
            queries.exported(session, DOOR, each, with_key=with_key) for each in every_system(session, DOOR)
        ]
        return {each.id: written(each) for each in found}


def applied(database, texts):
    with database.transaction() as session:
        done = apply(
            session, DOOR, read((f"{name}.yaml", text) for name, text in texts.items()), Origin("ours")
        )
        return [(each.plan.id, step.field) for each in done for step in each.plan.steps]


def carry_over(source, target):
    """People, units and sources as they stand, as an import of people and of the catalogue would have brought them."""
    with source.engine.connect() as old, target.engine.begin() as new:
        heads = {}
        for name in NAMED:
            table = metadata.tables[name]
            rows = [
                dict(row) for row in old.execute(sa.select(table).order_by(*table.primary_key)).mappings()
            ]
            if name == "business_unit":
                heads = {row["id"]: row["head_id"] for row in rows}
                rows = [row | {"head_id": None} for row in rows]
            if rows:
                new.execute(table.insert(), rows)
        units = metadata.tables["business_unit"]
        for number, head in heads.items():
            new.execute(units.update().where(units.c.id == number).values(head_id=head))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("kind", databases.KINDS)
def test_the_demonstration_comes_back_from_its_files(kind, record_property):
    with databases.fresh(kind, "larger_demo", fill) as demo, databases.fresh(kind) as other:
        kept = exported(demo, with_key=True)
        assert len(kept) == SYSTEMS
        assert applied(demo, kept) == []
        assert exported(demo, with_key=True) == kept
        texts = exported(demo, with_key=False)
        carry_over(demo, other)
        # Who answered for one of them has left: whoever applies it says who does now.
        [left] = [name for name, text in texts.items() if f"owner: {LEAVER}\n" in text]
        with pytest.raises(RuleBroken) as refused:
            applied(other, texts)
        assert [(each.field, f"{left}.yaml, line 3" in each.message) for each in refused.value.problems] == [
            ("owner", True)
        ]
        texts[left] = texts[left].replace(f"owner: {LEAVER}", "owner: lucia.ferro@halden.example")
        changed = applied(other, texts)
        again = exported(other, with_key=False)
        digests = [
            {name: hashlib.sha256(text.encode()).hexdigest() for name, text in one.items()}
            for one in (texts, again)
        ]
        assert digests[1] == digests[0]
        assert {name for name, _ in changed} == set(texts)
        assert applied(other, texts) == []
        record_property("systems", len(texts))
        record_property("lines", sum(text.count("\n") for text in texts.values()))
