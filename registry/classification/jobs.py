"""Re-score the runs that stand when another edition of the questionnaire is in force, and say what it would change."""

from typing import Any

from registry.classification.actions import notice_changes
from registry.classification.queries.runs import in_force, newest_runs
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.store.session import Database

_TOGETHER = 100


def on_questionnaire_added(database: Database, payload: dict[str, Any]) -> None:
    """An edition that is in force from the day it was added tells at once; a later one when its day comes."""
    rescore(database, payload)


def rescore(database: Database, _payload: dict[str, Any]) -> None:
    """Look at every run that stands and was made by another edition. What was said already is not said again."""
    after = 0
    while True:
        with database.transaction() as session:
            questionnaire = in_force(session, clock.today())
            runs = newest_runs(session, after=after, limit=_TOGETHER)
            for run in runs:
                if run.edition_said != questionnaire.said:
                    notice_changes(session, the_registry("worker"), run, questionnaire)
        if len(runs) < _TOGETHER:
            return
        after = runs[-1].id or 0
