"""What classifications leave to somebody: prohibited systems, and tiers that only a reviewer can lower."""

import pytest

from registry.classification.actions import Verdict, complete
from registry.classification.rules.tiers import waits_for_reviewer
from registry.kernel.actor import Seat
from registry.ownership import actions as ownership
from registry.portfolio.queries.classified import prohibited_told_to, tiers_waiting
from registry.systems.models import System
from registry.systems.rules.record import Tier
from tests.classification.answering import answers
from tests.packs.test_pages import text_of


@pytest.mark.parametrize(
    ("proposed", "tier", "rationale", "before", "waits"),
    [
        (Tier.MINIMAL, Tier.HIGH, "Carried over from CLS-0001", None, True),
        (Tier.MINIMAL, Tier.HIGH, "We took it out.", Tier.HIGH, True),
        (Tier.MINIMAL, Tier.HIGH, "We want more of ourselves.", Tier.MINIMAL, False),
        (Tier.MINIMAL, Tier.HIGH, "We want more of ourselves.", None, False),
        (Tier.HIGH, Tier.HIGH, "", Tier.PROHIBITED, False),
    ],
)
def test_a_tier_waits_for_a_reviewer_where_it_stands_only_since_nobody_could_lower_it(
    proposed, tier, rationale, before, waits
):
    assert waits_for_reviewer(proposed, tier, rationale, before) is waits


def test_a_prohibited_system_stands_on_desks_and_a_lower_tier_waits_for_a_reviewer(database, cast, client_of):
    with database.transaction() as session:
        ada, pricing = cast.actor(session, "olga"), session.get_one(System, cast.pricing.id)
        seat = Seat.COMPLIANCE_LEAD
        ownership.fill_seat(session, ada, cast.pricing.id, seat, person_id=cast.number("mia"))
        complete(
            session, cast.actor(session, "olga"), pricing, answers(), Verdict(Tier.PROHIBITED, "Banned.")
        )
    with database.transaction(read_only=True) as session:
        told = {
            name: prohibited_told_to(session, cast.actor(session, name), 3) for name in ("mia", "rita", "ben")
        }
        assert [(len(found), in_all) for found, in_all in told.values()] == [(1, 1), (1, 1), (0, 0)]
        assert tiers_waiting(session, cast.actor(session, "rita"), 3) == ([], 0), (
            "it was set higher on purpose"
        )
    for name in ("olga", "mia", "rita"):
        assert "Do not go on with Home pricing: a prohibited practice" in text_of(client_of(name).get("/"))
    page = text_of(client_of("otto").get(f"/systems/{cast.pricing.key}"))
    assert "Nobody may build or use it as it is meant now. Change what it is for, or retire it." in page

    with database.transaction() as session:
        pricing = session.get_one(System, cast.pricing.id)
        complete(session, cast.actor(session, "olga"), pricing, answers(), Verdict())
    assert "Decide the tier of Home pricing" in text_of(client_of("rita").get("/"))
    address = f"/systems/{cast.pricing.key}/classification"
    assert "A reviewer who holds no seat on this system may set a lower one" in text_of(
        client_of("olga").get(address)
    )
    assert "set the lower tier" in text_of(client_of("rita").get(address))
    with database.transaction() as session:
        pricing = session.get_one(System, cast.pricing.id)
        lower = Verdict(Tier.MINIMAL, "It sorts letters.")
        complete(session, cast.actor(session, "rita"), pricing, answers(), lower)
    assert "Home pricing" not in text_of(client_of("rita").get("/"))
