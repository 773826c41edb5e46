"""The ids that people write in notes lead to what they name, and only whoever may know of its system."""

from registry.systems.rules.record import Visibility
from tests.reviews.doing import edited

PLACES = {
    "cls-1": "/systems/AI-0001/classification/1",
    "EVD-1": "/evidence/1",
    "REV-0001": "/reviews/1",
    "RSK-0001": "/risks/1",
    "SGN-0001": "/sign-offs/1",
    "TST-0001": "/dossiers/1",
    "WVR-0001": "/systems/AI-0001/compliance#waivers",
}


def test_an_id_leads_to_what_it_names_where_one_may_know_of_it(everything, database, cast, client_of):
    def found(name):
        client = client_of(name)
        return {typed: client.get(f"/search?q={typed}").location for typed in PLACES}

    assert found("rita") == PLACES
    assert found("otto") == PLACES | {"EVD-1": None}, "evidence is read by fewer people than its system"
    with database.transaction() as session:
        edited(session, cast, visibility=Visibility.RESTRICTED)
    assert set(found("otto").values()) == {None}
