"""Every real report: what is taken from it and how much is left, or why it is refused."""

import json
import os
from pathlib import Path

import pytest

from registry.monitoring.rules.reports.recognising import read_report
from registry.monitoring.rules.reports.shapes import Kind, ReportRefused

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        "REGISTRY_REAL_DATA" not in os.environ, reason="REGISTRY_REAL_DATA names no folder of real data"
    ),
]
EXPORT = "mlflow/export_samples/databricks"
EXPECTED = {
    # file: its tool, the numbers taken and the things left out; or words of the refusal
    f"{EXPORT}/bulk/experiments/1280664374380606/253000ee70914831850defc593ba4740/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/bulk/experiments/1280664374380606/experiment.json": "an experiment",
    f"{EXPORT}/bulk/experiments/9195e233f19e49379b16c5f2d2b0c05f/a17f0abf5d46464d899f0ffcebbdb7a8/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/bulk/experiments/9195e233f19e49379b16c5f2d2b0c05f/experiment.json": "an experiment",
    f"{EXPORT}/bulk/experiments/experiments.json": "a list of experiments",
    f"{EXPORT}/bulk/models/experiments/1280664374380606/851de1f466304650a77c949f5d386d9f/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/bulk/models/experiments/1280664374380606/experiment.json": "an experiment",
    f"{EXPORT}/bulk/models/experiments/9195e233f19e49379b16c5f2d2b0c05f/a17f0abf5d46464d899f0ffcebbdb7a8/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/bulk/models/experiments/9195e233f19e49379b16c5f2d2b0c05f/experiment.json": "an experiment",
    f"{EXPORT}/bulk/models/experiments/experiments.json": "a list of experiments",
    f"{EXPORT}/bulk/models/manifest.json": "list of contents",
    f"{EXPORT}/bulk/models/models/Keras_MNIST/model.json": "a registered model",
    f"{EXPORT}/bulk/models/models/Sklearn_WineQuality/model.json": "a registered model",
    f"{EXPORT}/bulk/models/models/models.json": "a list of exported models",
    f"{EXPORT}/single/experiments/notebook_experiments/repo_notebook/02aeef6d8cbf449ab50c8e715e320085/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/single/experiments/notebook_experiments/repo_notebook/experiment.json": "an experiment",
    f"{EXPORT}/single/experiments/notebook_experiments/workspace_notebook/experiment.json": "an experiment",
    f"{EXPORT}/single/experiments/notebook_experiments/workspace_notebook/f7816bc76f254f22ab25549a7c2c9b06/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/single/experiments/workspace_experiments/automl_workspace_notebook/5e1e2c44039a40afafc760b837a4daab/run.json": (
        Kind.MLFLOW,
        35,
        0,
    ),
    f"{EXPORT}/single/experiments/workspace_experiments/job_repo_notebook/experiment.json": "an experiment",
    f"{EXPORT}/single/experiments/workspace_experiments/repo_notebook/bad4988ed1184aad953fd14efee72fa2/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/single/experiments/workspace_experiments/repo_notebook/experiment.json": "an experiment",
    f"{EXPORT}/single/experiments/workspace_experiments/workspace_notebook/253000ee70914831850defc593ba4740/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/single/experiments/workspace_experiments/workspace_notebook/experiment.json": "an experiment",
    f"{EXPORT}/single/experiments/workspace_experiments/workspace_notebook_src_tags/68850173104649149678090f75d36d0a/run.json": (
        Kind.MLFLOW,
        2,
        0,
    ),
    f"{EXPORT}/single/experiments/workspace_experiments/workspace_notebook_src_tags/experiment.json": "an experiment",
    f"{EXPORT}/single/models/basic/model.json": "a registered model",
    f"{EXPORT}/single/models/deleted_runs/model.json": "a registered model",
    f"{EXPORT}/single/models/src_tags/model.json": "a registered model",
    f"{EXPORT}/single/versions/sklearn_wine/experiment.json": "an experiment",
    f"{EXPORT}/single/versions/sklearn_wine/model.json": "a registered model",
    f"{EXPORT}/single/versions/sklearn_wine/run/run.json": (Kind.MLFLOW, 2, 0),
    f"{EXPORT}/single/versions/sklearn_wine/version.json": "a version of a model",
    "mlflow/rest_3.17.2/bad_filter_400.json": "answered with an error",
    "mlflow/rest_3.17.2/experiments_search.json": "a list of experiments",
    "mlflow/rest_3.17.2/latest_versions.json": "a list of versions of a model",
    "mlflow/rest_3.17.2/metric_history_ca_roc_auc.json": (Kind.MLFLOW, 20, 0),
    "mlflow/rest_3.17.2/metric_history_ma_roc_auc.json": (Kind.MLFLOW, 56, 0),
    "mlflow/rest_3.17.2/metric_history_paged.json": (Kind.MLFLOW, 10, 1),
    "mlflow/rest_3.17.2/model_version_alias.json": "a version of a model",
    "mlflow/rest_3.17.2/model_versions_get.json": "a version of a model",
    "mlflow/rest_3.17.2/model_versions_search.json": "a list of versions of a model",
    "mlflow/rest_3.17.2/registered_models_404.json": "answered with an error",
    "mlflow/rest_3.17.2/registered_models_get.json": "a registered model",
    "mlflow/rest_3.17.2/registered_models_get_empty.json": "a registered model",
    "mlflow/rest_3.17.2/registered_models_search.json": "a list of registered models",
    "mlflow/rest_3.17.2/runs_get.json": (Kind.MLFLOW, 2, 2),
    "mlflow/rest_3.17.2/runs_search.json": (Kind.MLFLOW, 9, 4),
    "mlflow/rest_3.17.2/runs_search_page1.json": (Kind.MLFLOW, 1, 2),
    "mlflow/rest_3.17.2/runs_search_page2.json": (Kind.MLFLOW, 5, 3),
    "mlflow/rest_3.17.2/unknown_path.json": "web page",
    "mlflow/rest_3.17.2/version.json": "broken JSON",
    "reports/compas_constraints_report.json": "whylogs",
    "reports/great_expectations/BasicDatasetProfiler_evrs.json": (Kind.GREAT_EXPECTATIONS, 207, 65),
    "reports/great_expectations/BasicDatasetProfiler_evrs_with_exception.json": (
        Kind.GREAT_EXPECTATIONS,
        237,
        74,
    ),
    "reports/great_expectations/ValidationOperatorResult_with_multiple_validation_results.json": (
        Kind.GREAT_EXPECTATIONS,
        80,
        16,
    ),
    "reports/great_expectations/datetime_column_evrs.json": (Kind.GREAT_EXPECTATIONS, 6, 2),
    "reports/great_expectations/expected_cli_results_default.json": (Kind.GREAT_EXPECTATIONS, 32, 9),
    "reports/great_expectations/invalid_json_file.json": "broken JSON",
    "reports/great_expectations/titanic_expected_data_asset_validate_results.json": (
        Kind.GREAT_EXPECTATIONS,
        35,
        15,
    ),
    "reports/great_expectations/titanic_expected_data_asset_validate_results_with_exceptions.json": (
        Kind.GREAT_EXPECTATIONS,
        10,
        4,
    ),
    "reports/v0.7_classification_drifted.json": (Kind.EVIDENTLY, 16, 0),
    "reports/v0.7_classification_ok.json": (Kind.EVIDENTLY, 16, 0),
    "reports/v0.7_data_drift_drifted.json": (Kind.EVIDENTLY, 14, 0),
    "reports/v0.7_data_drift_ok.json": (Kind.EVIDENTLY, 14, 0),
    "reports/v0.7_summary_drifted.json": (Kind.EVIDENTLY, 179, 0),
    "reports/v0.7_summary_ok.json": (Kind.EVIDENTLY, 179, 0),
}


def folder() -> Path:
    return Path(os.environ["REGISTRY_REAL_DATA"])


def answer(path: Path) -> bytes:
    """What the tool itself wrote: the REST answers are kept with the request they belong to."""
    data = path.read_bytes()
    if "rest_" not in path.parent.name:
        return data
    response = json.loads(data)["response"]
    return response.encode() if isinstance(response, str) else json.dumps(response).encode()


def test_every_file_has_its_expectation():
    found = {
        path.relative_to(folder()).as_posix()
        for kind in ("mlflow", "reports")
        for path in (folder() / kind).rglob("*.*")
        if path.is_file()
    }
    assert found == set(EXPECTED)


def test_every_file_is_read_or_refused_as_expected():
    outcomes = {}
    for name, expected in EXPECTED.items():
        path = folder() / name
        try:
            report = read_report(answer(path), path.name)
        except ReportRefused as refusal:
            outcomes[name] = (
                expected if isinstance(expected, str) and expected in refusal.says else refusal.says
            )
        else:
            outcomes[name] = (report.kind, len(report.points), sum(each.count for each in report.remarks))
    assert outcomes == EXPECTED
