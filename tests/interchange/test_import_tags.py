"""Tags a file names are put on its systems; people's own stay as they are; undoing takes off what came last."""

from sqlmodel import select

from registry.annotations.actions import retag
from registry.annotations.models import Tagging
from registry.annotations.queries import tags_of
from registry.audit.queries import verify
from registry.interchange.rules.imports import ImportState
from tests.interchange.desk import Desk, systems

FIRST = "name,summary,department,tags\nA router,Routes.,Claims,Letters; Post room\nB reader,Reads.,Claims,\n"


def tags(database):
    found = systems(database)
    with database.transaction(read_only=True) as session:
        names = tags_of(session, [each.id for each in found.values()])
        return {name: [tag.name for tag in names.get(each.id, ())] for name, each in found.items()}


def test_tags_are_put_on_shown_before_and_taken_back(desk: Desk, database, cast):
    steward = cast.number("adam")
    desk.whole(FIRST.encode(), steward)
    assert tags(database)["A router"] == ["Letters", "Post room"]
    with database.transaction() as session:
        number = systems(database)["A router"].id
        retag(session, cast.actor(session, "adam"), number, add=["Kept"], remove=["Letters"])

    desk.upload(FIRST.replace("Letters; Post room", f'"Letters; Post room; parcels, {"x" * 41}"').encode())
    assert desk.check().tally["updated"] == 1
    (row, _) = desk.report()["items"]
    assert [each for each in row["differences"] if each["field"] == "tags"] == [
        {"field": "tags", "from": "Kept, Post room", "to": "Kept, Post room, parcels"}
    ]
    assert "at most 20 tags of at most 40 characters" in row["problems"][0]["message"]
    desk.carry_out(steward)
    assert tags(database)["A router"] == ["Kept", "parcels", "Post room"]

    assert desk.undo().undone["put_back"] == 1
    assert tags(database)["A router"] == ["Kept", "Post room"]
    with database.transaction(read_only=True) as session:
        assert verify(session).ok


def test_a_system_whose_import_is_undone_leaves_with_its_tags(desk: Desk, database, cast):
    desk.whole(FIRST.encode(), cast.number("adam"))
    undone = desk.undo()
    assert (undone.state, undone.undone["withdrawn"]) == (ImportState.UNDONE, 2)
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
        assert session.exec(select(Tagging)).all() == []
