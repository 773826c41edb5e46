"""The pages of MLflow: a server is stated, asked to be synced and switched; a model is linked, its metrics given a meaning, and both taken back."""

import pytest
from sqlmodel import select

from registry.mlflow.models import MlflowLink, MlflowMetric, MlflowModel, MlflowServer
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Kind, MetricFacts
from tests.journeys.synced import synced_server

SERVER = {
    "label": "Research",
    "url": "https://93.184.215.14/mlflow/",
    "tag": "registry.system",
    "alias": "champion",
    "readings": "all",
    "version": "0",
}


def all_of(database, kind):
    with database.transaction(read_only=True) as session:
        return session.exec(select(kind).order_by(kind.id)).all()


def test_a_server_is_stated_and_what_cannot_stand_comes_back_with_its_reason(client_of, database, cast):
    adam = client_of("adam")
    for wrong, said in {
        "url": ("http://127.0.0.1:5000", "is not on the public network"),
        "label": ("", "Name the server as people call it"),
        "credential": ("../../etc/passwd", "Name the credential as its file is called"),
        "readings": ("some", "Choose one of the list."),
    }.items():
        refused = adam.post("/mlflow/new", data=SERVER | {wrong: said[0]})
        assert (refused.status_code, said[1] in refused.text) == (422, True), wrong
    assert adam.post("/mlflow/new", data=SERVER).status_code == 303
    [server] = all_of(database, MlflowServer)
    assert server.url == "https://93.184.215.14/mlflow"
    assert "known already" in adam.post("/mlflow/new", data=SERVER | {"label": "research"}).text
    assert (
        adam.post(f"/mlflow/{server.id}/edit", data=SERVER | {"tag": "", "version": "1"}).status_code == 303
    )
    assert adam.post(f"/mlflow/{server.id}/edit", data=SERVER | {"version": "1"}).status_code == 409
    assert adam.post(f"/mlflow/{server.id}/switch?to=off").status_code == 303
    assert adam.post(f"/mlflow/{server.id}/sync").status_code == 422
    assert client_of("ada").get("/mlflow").status_code == 403


@pytest.fixture
def model(database, cast):
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        objectives.add_metric(session, adam, cast.triage.id, MetricFacts(Kind.CUSTOM, "Recall"))
        return synced_server(session, adam, "Research", "scorer")[1].id


def test_a_model_is_linked_and_its_metrics_are_given_a_meaning(client_of, database, cast, model):
    adam, place = client_of("adam"), f"/mlflow/models/{model}"
    assert "There is no such system" in adam.post(f"{place}/link", data={"system": "AI-9999"}).text
    assert adam.post(f"{place}/link", data={"system": cast.triage.key}).status_code == 303
    assert [(each.system_id, each.model_name) for each in all_of(database, MlflowLink)] == [
        (cast.triage.id, "scorer")
    ]
    [metric] = [each for each in adam.get(place).text.split("option") if "Recall (recall)" in each]
    number = metric.split('value="')[1].split('"')[0]
    assert adam.post(f"{place}/metrics", data={"name": "roc_auc", "metric": number}).status_code == 303
    assert adam.post(f"{place}/metrics", data={"name": "never seen", "metric": number}).status_code == 422
    assert adam.post(f"{place}/metrics", data={"name": "roc_auc", "metric": "999"}).status_code == 422
    assert [each.name for each in all_of(database, MlflowMetric)] == ["roc_auc"]
    assert adam.post(f"{place}/metrics", data={"name": "roc_auc", "metric": ""}).status_code == 303
    assert all_of(database, MlflowMetric) == []
    assert adam.post(f"{place}/unlink").status_code == 303
    assert (all_of(database, MlflowLink), all_of(database, MlflowModel)[0].system_id) == ([], None)
    assert adam.post(f"{place}/unlink").status_code == 404
