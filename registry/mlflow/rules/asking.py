"""What an MLflow server is asked: the path of each list and what narrows it, and where its own page of a thing is"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

MODELS_AT_ONCE: Final = 100
VERSIONS_AT_ONCE: Final = 200
RUNS_AT_ONCE: Final = 100
EXPERIMENTS_AT_ONCE: Final = 1_000
_API: Final = "/api/2.0/mlflow"


@dataclass(frozen=True, slots=True)
class Question:
    """A GET of `path`, or a POST where there is a `body`."""

    path: str
    body: bytes | None = None


def models_question(place: str) -> Question:
    """A page of the registered models, those that changed last first.

    What changes while one reads on moves to the front and pushes others back, so that something may be met twice and
    nothing is passed over.
    """
    return _list("registered-models/search", MODELS_AT_ONCE, "timestamp DESC", place)


def versions_question(place: str) -> Question:
    """A page of the versions of all models, those that changed last first.

    Of all models at once, because a filter by name cannot carry a name with a quotation mark in it.
    """
    return _list("model-versions/search", VERSIONS_AT_ONCE, "last_updated_timestamp DESC", place)


def _list(path: str, most: int, order: str, place: str) -> Question:
    asked = {"max_results": str(most), "order_by": order} | ({"page_token": place} if place else {})
    return Question(f"{_API}/{path}?{urlencode(asked)}")


def model_question(name: str) -> Question:
    """One registered model."""
    return Question(f"{_API}/registered-models/get?{urlencode({'name': name})}")


def experiments_question(place: str) -> Question:
    """A page of the experiments: runs are found only by naming those they may be in."""
    asked: dict[str, object] = {"max_results": EXPERIMENTS_AT_ONCE, "view_type": "ALL"}
    return _post("experiments/search", asked | ({"page_token": place} if place else {}))


def runs_question(experiments: Sequence[str], run_ids: Sequence[str]) -> Question:
    """These runs, at most RUNS_AT_ONCE. Ids of runs are letters and digits; others are left out by the caller."""
    named = ",".join(f"'{each}'" for each in run_ids)
    return _post(
        "runs/search",
        {
            "experiment_ids": list(experiments),
            "filter": f"attributes.run_id IN ({named})",
            "run_view_type": "ALL",
            "max_results": RUNS_AT_ONCE,
        },
    )


def _post(path: str, asked: dict[str, object]) -> Question:
    return Question(f"{_API}/{path}", json.dumps(asked).encode())


def model_page(url: str, name: str) -> str:
    """The address of MLflow's own page of a model."""
    return f"{url}/#/models/{quote(name, safe='')}"


def version_page(url: str, name: str, number: int) -> str:
    """The address of MLflow's own page of a version."""
    return f"{url}/#/models/{quote(name, safe='')}/versions/{number}"


def run_page(url: str, experiment_id: str, run_id: str) -> str:
    """The address of MLflow's own page of a run."""
    return f"{url}/#/experiments/{quote(experiment_id, safe='')}/runs/{quote(run_id, safe='')}"
