"""A sync with MLflow: what it brings, that it brings it once, what it follows, what it tells, and that it goes on where it was broken off."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import func, select

from registry.audit.models import LedgerEntry
from registry.kernel import clock
from registry.mlflow import jobs
from registry.mlflow.actions import keeping, passing
from registry.mlflow.actions.asking import Means
from registry.mlflow.models import MlflowModel, MlflowSync, MlflowVersion
from registry.mlflow.queries import seen
from registry.mlflow.queries.servers import server_by_id, sync_by_id
from registry.mlflow.rules.servers import Readings, ServerFacts
from registry.monitoring.models.snapshots import Snapshot, SnapshotBatch
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Kind, MetricFacts
from registry.output.destinations import networks_from
from registry.versions import actions as versions
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State
from tests.mlflow.peer import peer

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
MEANS = Means(networks_from("127.0.0.1"))


class House:
    def __init__(self, database, cast, server):
        self.database, self.cast, self.server, self.means = database, cast, server, MEANS
        with database.transaction() as session:
            ada, adam = cast.actor(session, "ada"), cast.actor(session, "adam")
            for name in ("ROC AUC", "Error rate"):
                objectives.add_metric(session, ada, cast.triage.id, MetricFacts(Kind.CUSTOM, name))
            facts = ServerFacts("Research", server.url)
            self.number = keeping.add_server(session, adam, facts).id

    def sync(self, *, whole=False):
        """A sync to its end, or until the server does not answer; how it stands then."""
        number = passing.begin(self.database, self.number, whole=whole)
        passing.sync(self.database, number, self.means)
        return self.read(lambda session: sync_by_id(session, number))

    def read(self, ask):
        with self.database.transaction(read_only=True) as session:
            return ask(session)

    def labels(self, system):
        query = (
            select(ModelVersion.label).where(ModelVersion.system_id == system.id).order_by(ModelVersion.id)
        )
        return self.read(lambda session: session.exec(query).all())

    def values(self):
        query = select(Snapshot.value).order_by(Snapshot.batch_id, Snapshot.id)
        return [format(each, "f") for each in self.read(lambda session: session.exec(query).all())]

    def entries(self):
        return self.read(lambda session: session.exec(select(func.count(LedgerEntry.seq))).one())

    def model(self, name):
        query = select(MlflowModel).where(MlflowModel.name == name)
        return self.read(lambda session: session.exec(query).one())


@pytest.fixture
def house(database, cast):
    with peer() as server, clock.frozen(NOW):
        yield House(database, cast, server)


def examples(sync):
    return {each["says"]: (each["count"], each["examples"]) for each in sync.remarks}


def test_it_brings_candidates_and_readings_and_a_second_sync_brings_nothing(house):
    scorer = house.server.model("scorer", "AI-0001")
    # A computed double has many digits, and all of them are kept.
    for auc in (0.91, 0.5710000000000001, 1e-15, 0.123456789012345):
        house.server.log(house.server.version(scorer), "roc_auc", auc)
    house.server.model("empty", "AI-0001")
    house.server.version(house.server.model("of nobody"))
    first = house.sync()
    assert (first.trouble, first.is_whole, first.ended_at is not None) == ("", True, True)
    assert first.counts == {
        **dict.fromkeys(("known", "renamed", "gone"), 0),
        "models": 3,
        "versions": 5,
        "candidates": 4,
        "readings": 4,
    }
    assert house.labels(house.cast.triage) == ["scorer v1", "scorer v2", "scorer v3", "scorer v4"]
    assert house.values() == ["0.91", "0.5710000000000001", "0.000000000000001", "0.123456789012345"]
    # Whose the third model is, nobody has said: it is listed, and nothing is guessed from its name.
    page = house.read(
        lambda session: seen.models_page(
            session, house.cast.actor(session, "adam"), house.number, open_only=True
        )
    )
    assert [each.model.name for each in page.items] == ["of nobody"]
    before = house.entries()
    for whole in (False, True):
        again = house.sync(whole=whole)
        assert (again.trouble, again.counts["candidates"], again.counts["readings"]) == ("", 0, 0)
    assert house.entries() == before


def test_what_it_adds_is_a_candidate_that_leads_back_and_counts_as_significant(house):
    model = house.server.model("fraud [v2] ünï", "AI-0001")
    house.server.version(model, description="Trained on **October**.", source="https://a:secret@models/x")
    house.sync()
    [found] = house.read(lambda session: session.exec(select(ModelVersion)).all())
    assert (found.state, found.significant, found.evaluation) == (State.CANDIDATE, True, "")
    assert (found.label, found.changed) == ("fraud [v2] ünï v1", "Trained on **October**.")
    # An address with a password in it is seen by everybody who sees the system: it stays over there.
    assert found.artifact == ""
    assert f"{house.server.url}/#/models/fraud%20%5Bv2%5D%20%C3%BCn%C3%AF/versions/1" in found.because
    told = house.read(lambda session: seen.told_of(session, found.id))
    assert told.page.endswith("/versions/1")


def test_it_follows_new_versions_new_metrics_and_renames(house):
    scorer, other = house.server.model("scorer", "AI-0001"), house.server.model("other's", "AI-0003")
    version = house.server.version(scorer)
    house.server.log(version, "roc_auc", 0.91, 1)
    house.server.version(other)
    house.sync()
    number = house.model("scorer").id
    house.server.log(version, "roc_auc", 0.95, 2)
    house.server.rename(scorer, 'scorer "two"')
    house.server.version(scorer)
    # Another model takes the old name at once: it is another model.
    house.server.version(house.server.model("scorer"))
    found = house.sync()
    assert (found.is_whole, found.counts["renamed"], found.counts["gone"]) == (False, 1, 0)
    assert house.model('scorer "two"').id == number
    assert house.model('scorer "two"').called_before == "scorer"
    assert house.labels(house.cast.triage) == ["scorer v1", 'scorer "two" v2']
    assert house.values() == ["0.91", "0.95"]
    assert house.model("scorer").system_id is None
    batches = house.read(lambda session: session.exec(select(SnapshotBatch.version_id)).all())
    assert len(set(batches)) == 1


def test_what_cannot_be_taken_is_told_with_its_reason_and_stops_nothing_else(house):
    scorer = house.server.model("scorer", "AI-0001")
    version = house.server.version(scorer)
    for name, value in {
        "roc_auc": "NaN",
        "error-rate": 1.7976931348623157e308,
        "unknown_metric": 1,
        "Error rate": 0.02,
    }.items():
        house.server.log(version, name, value)
    house.server.version(scorer, status="PENDING_REGISTRATION")
    house.server.version(house.server.model("lost", "AI-9999"))
    house.server.models.append(
        {"name": "broken", "creation_timestamp": "yesterday"} | {"last_updated_timestamp": 1}
    )
    house.server.version(house.server.model("gone runs", "AI-0001"), run_id="deadbeef")
    # A list that moved while it was read may hold one twice.
    house.server.models.append(house.server.models[-1])
    found = house.sync()
    assert found.trouble == ""
    told = examples(found)
    assert told["Not understood: Its creation_timestamp is no instant."] == (1, ["broken"])
    assert told["Its tag names a system that the register does not have."] == (1, ["lost: AI-9999"])
    assert told["MLflow has not finished registering it: PENDING_REGISTRATION."] == (1, ["scorer 2"])
    assert told["Its run is not there any more, or may not be read with this credential."] == (
        1,
        ["gone runs 1"],
    )
    assert told["It is NaN: the tool had nothing to compute it from."] == (1, ["roc_auc"])
    assert told["It is infinite."] == (1, ["error-rate"])
    assert told["The system has no metric of this name."] == (1, ["unknown_metric"])
    assert house.values() == ["0.02"]
    # What somebody says of a name counts from the next sync on, of what was seen before as well.
    with house.database.transaction() as session:
        adam, model = house.cast.actor(session, "adam"), session.get(MlflowModel, house.model("scorer").id)
        keeping.map_metric(
            session, adam, model, "unknown_metric", objectives_of(session, house.cast.triage.id, "roc-auc")
        )
    assert house.sync().counts["readings"] == 1
    assert house.values() == ["0.02", "1"]


def objectives_of(session, system_id, slug):
    from registry.objectives.queries import metric_by_slug

    return metric_by_slug(session, system_id, slug)


def test_a_server_that_answers_with_something_else_is_told_and_gone_on_with_later(house):
    house.server.version(house.server.model("scorer", "AI-0001"))
    for answer in ((200, b"<html>sign in</html>"), (500, b""), (403, b"{}"), (200, b"[1, 2]")):
        house.server.refuses = lambda what, answer=answer: answer if what == "model-versions/search" else None
        broken = house.sync()
        assert broken.ended_at is None
        assert broken.trouble.startswith("The server was not understood: it "), answer
    assert house.labels(house.cast.triage) == []
    house.server.refuses = lambda _what: None
    whole = house.sync()
    # The models are not read again: each try goes on where the one before was broken off.
    assert (whole.id, whole.counts["candidates"]) == (broken.id, 1)
    assert house.server.asked.count("registered-models/search") == 1


def test_whoever_dies_over_it_loses_the_part_being_read_and_the_next_goes_on(house):
    scorer = house.server.model("scorer", "AI-0001")
    for _ in range(8):
        house.server.log(house.server.version(scorer), "roc_auc", 0.9)

    class Killed(BaseException):
        pass

    seen_at = []

    def die(what):
        seen_at.append(what)

    house.server.before = die
    number, left = passing.begin(house.database, house.number), [4]

    def tell(_server, _sync):
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    rounds = 0
    while True:
        rounds += 1
        left[0] = 4
        try:
            passing.sync(house.database, number, MEANS, tell=tell)
        except Killed:
            assert passing.begin(house.database, house.number) == number
            continue
        break
    assert rounds > 2
    # Each page was asked for once; what was kept was not read again.
    assert seen_at.count("model-versions/search") == 3
    assert len(house.labels(house.cast.triage)) == 8
    assert len(house.values()) == 8


def test_two_who_sync_at_once_bring_everything_once(house):
    scorer = house.server.model("scorer", "AI-0001")
    for _ in range(5):
        house.server.log(house.server.version(scorer), "roc_auc", 0.9)
    number, entered = passing.begin(house.database, house.number), []

    def overtake(what):
        if what == "model-versions/search" and not entered:
            entered.append(what)
            passing.sync(house.database, number, MEANS)

    house.server.before = overtake
    assert passing.sync(house.database, number, MEANS) is False
    assert len(house.labels(house.cast.triage)) == len(house.values()) == 5


def test_a_page_the_server_no_longer_knows_is_read_from_the_first_again(house):
    scorer, lost = house.server.model("scorer", "AI-0001"), []
    for _ in range(5):
        house.server.version(scorer)

    def forget(what):
        if what == "model-versions/search" and house.server.asked.count(what) == 2 and not lost:
            lost.append(what)
            return 400, b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid page token"}'
        return None

    house.server.refuses = forget
    assert house.sync().trouble == ""
    assert len(house.labels(house.cast.triage)) == 5


def test_a_server_that_never_knows_its_second_page_is_not_asked_for_ever(house):
    scorer = house.server.model("scorer", "AI-0001")
    for _ in range(5):
        house.server.version(scorer)
    pages = []

    def forget(what):
        pages.append(what)
        if what == "model-versions/search" and pages.count(what) % 2 == 0:
            return 400, b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid page token"}'
        return None

    house.server.refuses = forget
    assert "page token" in house.sync().trouble
    assert pages.count("model-versions/search") == 4


def test_a_model_the_credential_may_no_longer_read_stops_no_other(house):
    hidden = house.server.model("hidden", "AI-0001")
    house.server.version(hidden)
    house.server.version(house.server.model("scorer", "AI-0001"))
    assert house.sync(whole=True).trouble == ""
    # MLflow leaves it out of its lists from now on, and answers 403 where it is asked for by name.
    house.server.models.remove(hidden)
    house.server.versions = [each for each in house.server.versions if each["name"] != "hidden"]
    house.server.refuses = lambda what: (
        (403, b'{"error_code": "PERMISSION_DENIED", "message": "Permission denied"}')
        if what == "registered-models/get"
        else None
    )
    house.server.version(house.server.model("ranker", "AI-0001"))
    again = house.sync(whole=True)
    assert (again.trouble, again.counts["candidates"]) == ("", 1)
    assert house.model("hidden").gone_at is None


def test_a_reading_that_lies_ahead_today_is_taken_once_its_time_has_come(house):
    version = house.server.version(house.server.model("scorer", "AI-0001"))
    house.server.log(version, "roc_auc", 0.9)
    (run,) = house.server.runs
    ahead = NOW + timedelta(minutes=10)
    run["data"]["metrics"][0]["timestamp"] = int(ahead.timestamp() * 1_000)
    house.sync()
    assert house.values() == []
    with clock.frozen(ahead + timedelta(minutes=1)):
        house.sync(whole=True)
    assert house.values() == ["0.9"]


def test_what_is_deleted_over_there_is_gone_here_and_its_name_may_be_used_again(house):
    scorer = house.server.model("scorer", "AI-0001")
    house.server.version(scorer)
    house.sync()
    house.server.models.clear()
    house.server.versions.clear()
    house.server.version(house.server.model("scorer"))
    assert house.sync().counts["gone"] == 1
    rows = house.read(lambda session: session.exec(select(MlflowModel).order_by(MlflowModel.id)).all())
    assert [(row.gone_at is not None, row.system_id) for row in rows] == [(True, 1), (False, None)]
    # A candidate that was added stays: people decide what becomes of it.
    assert house.labels(house.cast.triage) == ["scorer v1"]


def test_a_link_counts_more_than_a_tag_and_brings_what_was_seen_before(house):
    scorer = house.server.model("scorer", "AI-0001")
    house.server.version(scorer, status="FAILED_REGISTRATION")
    house.sync()
    with house.database.transaction() as session:
        model = session.get(MlflowModel, house.model("scorer").id)
        keeping.link_model(session, house.cast.actor(session, "adam"), model, house.cast.pricing)
    house.server.versions[0]["status"] = "READY"
    house.server.versions[0]["last_updated_timestamp"] = house.server.tick()
    house.sync()
    assert house.labels(house.cast.pricing) == ["scorer v1"]
    assert house.labels(house.cast.triage) == []


def test_what_mlflow_has_in_use_is_proposed_and_never_done(house):
    scorer = house.server.model("scorer", "AI-0001")
    house.server.version(scorer)
    house.server.version(scorer, current_stage="Production")
    scorer["aliases"] = [{"alias": "champion", "version": "1"}, {"alias": "odd", "version": None}]
    house.sync()
    said = house.read(
        lambda session: [each.proposal for each in seen.proposals_for(session, house.cast.triage.id)]
    )
    assert said == [
        "MLflow has it in the stage Production; here it is a candidate that nobody has approved.",
        "MLflow has it @champion; here it is a candidate that nobody has approved.",
    ]
    states = house.read(lambda session: set(session.exec(select(ModelVersion.state)).all()))
    assert states == {State.CANDIDATE}


def test_readings_are_taken_of_versions_that_are_live_alone_where_it_is_stated_so(house):
    scorer = house.server.model("scorer", "AI-0001")
    for auc in (0.9, 0.8):
        house.server.log(house.server.version(scorer), "roc_auc", auc)
    with house.database.transaction() as session:
        adam, server = house.cast.actor(session, "adam"), server_by_id(session, house.number, lock=True)
        facts = ServerFacts("Research", house.server.url, readings=Readings.LIVE)
        keeping.edit_server(session, adam, server, facts, version=server.version)
    house.sync()
    assert house.values() == []
    with house.database.transaction() as session:
        adam = house.cast.actor(session, "adam")
        model = session.exec(select(ModelVersion).where(ModelVersion.label == "scorer v1")).one()
        model.evaluation = "Good."
        versions.edit(session, adam, model, stated(session, model), version=model.version)
        versions.approve(session, adam, model, version=model.version)
        versions.put_live(session, adam, model.system_id, [(model, 100)])
    house.sync()
    assert house.values() == ["0.9"]


def stated(session, model):
    from registry.versions.queries import facts_of, learned_by

    return facts_of(model, learned_by(session, [model.id])[model.id])


def test_a_credential_goes_to_the_address_it_is_for_and_nothing_to_where_the_machine_forbids(house, tmp_path):
    (tmp_path / "ours").write_text(f"{house.server.url}\ntoken s3cret\n")
    (tmp_path / "theirs").write_text("https://elsewhere.example.org\nbasic user:s3cret\n")
    house.means = Means(MEANS.allowed, tmp_path)
    said = {}
    for name in ("theirs", "missing", "ours"):
        with house.database.transaction() as session:
            adam, server = house.cast.actor(session, "adam"), server_by_id(session, house.number, lock=True)
            facts = ServerFacts("Research", house.server.url, name)
            keeping.edit_server(session, adam, server, facts, version=server.version)
        house.server.headers.clear()
        said[name] = (house.sync().trouble, {each.get("Authorization") for each in house.server.headers})
    assert said["ours"] == ("", {"Bearer s3cret"})
    assert said["theirs"][0].startswith("The credential theirs is not usable: it is for another address than")
    assert said["missing"][0].endswith("there is no file missing in REGISTRY_MLFLOW_CREDENTIALS_DIR.")
    assert said["theirs"][1] == said["missing"][1] == set()
    # A server inside is not reached at all unless the machine allows it.
    house.means = Means((), tmp_path)
    house.server.headers.clear()
    assert "is not on the public network" in house.sync().trouble
    assert house.server.headers == []


def test_the_worker_syncs_what_is_on_and_what_is_asked_for(house, monkeypatch, tmp_path):
    monkeypatch.setenv("REGISTRY_WEBHOOK_NETWORKS", "127.0.0.1")
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    house.server.version(house.server.model("scorer", "AI-0001"))
    jobs.sync_all(house.database, {})
    assert house.labels(house.cast.triage) == ["scorer v1"]
    with house.database.transaction() as session:
        adam = house.cast.actor(session, "adam")
        keeping.ask_sync(session, adam, server_by_id(session, house.number, lock=True), whole=True)
    seq = house.read(lambda session: session.exec(select(func.max(LedgerEntry.seq))).one())
    jobs.sync_asked(house.database, {"subject_id": house.number, "seq": seq})
    rows = house.read(lambda session: session.exec(select(MlflowSync).order_by(MlflowSync.id)).all())
    assert [(row.is_whole, row.trouble, row.ended_at is not None) for row in rows] == [(True, "", True)] * 2
    with house.database.transaction() as session:
        keeping.switch_server(
            session,
            house.cast.actor(session, "adam"),
            server_by_id(session, house.number, lock=True),
            on=False,
        )
    asked = len(house.server.asked)
    jobs.sync_all(house.database, {})
    jobs.sync_asked(house.database, {"subject_id": house.number, "seq": seq})
    assert len(house.server.asked) == asked
    assert house.read(lambda session: session.exec(select(func.count(MlflowVersion.id))).one()) == 1
