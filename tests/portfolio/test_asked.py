"""What reviews found of the controls of frameworks: the newest decided review of each system counts, where it may be known of."""

from registry.portfolio.queries import met_by_systems
from registry.reviews.rules.kinds import Answer, Decision, Kind
from tests.packs.test_pages import text_of
from tests.reviews.doing import answered, decided, later, ready, submitted, taken


def test_a_framework_is_met_by_systems_as_the_newest_decided_review_of_each_found(session, cast):
    with later():
        assert met_by_systems(session, cast.actor(session, "rita")) == {}
        for system in (cast.triage, cast.sentinel):
            decided(session, cast, ready(session, cast, system=system), system=system)
        known = {
            name: met_by_systems(session, cast.actor(session, name))["baseline-controls"]
            for name in ("rita", "otto")
        }
        assert set(known["rita"].values()) == {2}
        assert set(known["otto"].values()) == {1}, (
            "a restricted system is counted for nobody it is hidden from"
        )
    with later(days=1):
        review = submitted(session, cast, kind=Kind.PERIODIC)
        taken(session, cast, review)
        answered(session, cast, review, said=Answer.NOT_MET)
        assert met_by_systems(session, cast.actor(session, "otto"))["baseline-controls"] == known["otto"]
        decided(session, cast, review, decision=Decision.REJECT, reason="It no longer holds.")
        assert met_by_systems(session, cast.actor(session, "otto")) == {"baseline-controls": {}}


def test_the_page_of_frameworks_says_how_many_controls_systems_meet(database, cast, client_of):
    with later():
        with database.transaction() as session:
            decided(session, cast, ready(session, cast))
            count = len(met_by_systems(session, cast.actor(session, "otto"))["baseline-controls"])
        assert f"{count} of {count} controls, each by at least one system" in text_of(
            client_of("otto").get("/frameworks")
        )
        assert "met by 1 system" in text_of(client_of("otto").get("/frameworks/baseline-controls"))
        listed = text_of(client_of("otto").get("/frameworks/nist-ai-rmf"))
        assert "no review has asked this yet" in listed
