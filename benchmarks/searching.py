"""How long one search takes in a register of ten thousand systems and as many people, beside one of a hundred.

To each system belong an alert, a note, a piece of feedback, a risk, a metric, a version and an action.

    python -m benchmarks.searching [DATABASE_URL]

Fills a new SQLite register, or the empty database given, and prints the median and the 95th percentile of the server's
time for a whole results page, in milliseconds, for searches of several kinds.
"""

import csv
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from registry.accounts.actions import open_session
from registry.accounts.queries import person_by_email
from registry.annotations.models import Note
from registry.app import create_app
from registry.feedback.models import Feedback
from registry.feedback.rules.feedback import Door
from registry.incidents.models.measures import CorrectiveAction
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, Severity
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind as MetricKind
from registry.risks.models import Risk
from registry.settings import Settings
from registry.store.columns import Row
from registry.store.session import Database
from registry.versions.models import ModelVersion

TOPICS = (
    "claims",
    "fraud",
    "pricing",
    "letters",
    "credit",
    "churn",
    "routing",
    "vision",
    "translation",
    "payroll",
)
SEARCHES = (
    "claims",
    "triage 4711",
    "müller",
    "AI-0042",
    "credit letters",
    "nothing like it at all",
    "e",
    "team",
    # A letter or two wrong: every name is compared.
    "triaeg",
    "clams tirage",
    "jurgen mullr",
    # What only belongs to systems says.
    "drifted 4711",
    "postcode",
)
ROUNDS = 20


def filled(folder: Path, url: str, count: int) -> None:
    """Put so many systems and people on the register with the same commands anybody uses."""
    systems, people = folder / f"systems{count}.csv", folder / f"people{count}.csv"
    with systems.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["Name", "Description", "Department"])
        for number in range(count):
            one, other = TOPICS[number % 10], TOPICS[number // 10 % 10]
            says = (
                f"Sorts {other} by urgency and tells the people who work on {one} what to look at first. " * 3
            )
            rows.writerow([f"{one.capitalize()} triage {number}", says, f"Department {number % 200}"])
    with people.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["Name", "E-mail", "Function", "Unit"])
        for number in range(count):
            rows.writerow(
                [f"Jürgen Müller {number}", f"m{number}@example.org", "Analyst", f"Department {number % 200}"]
            )
    environment = {**os.environ, "REGISTRY_DATABASE_URL": url, "REGISTRY_DATA_DIR": str(folder)}
    for command in (["db", "upgrade"], ["people", "import", str(people)], ["import", str(systems)]):
        subprocess.run(
            [sys.executable, "-m", "registry", *command], env=environment, check=True, capture_output=True
        )


def belonging(url: str) -> None:
    """To every system one of what the search looks through besides, past the actions: they are only read."""
    database = Database(url)
    with database.engine.begin() as connection:
        numbers = connection.execute(sa.select(sa.text("id")).select_from(sa.text("system"))).scalars().all()
        for make in _MADE:
            rows = [make(number).model_dump(exclude={"id"}) for number in numbers]
            connection.execute(sa.insert(type(make(1))), rows)
        connection.exec_driver_sql("ANALYZE")
    database.dispose()


_AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
_WORDS = (
    "People in one postcode wait longer than the others since the last retraining, and nobody could say why. "
)
_MADE: tuple[Callable[[int], Row], ...] = (
    lambda number: Alert(
        system_id=number,
        slot="drift",
        kind=AlertKind.DRIFT,
        severity=Severity.WARNING,
        says=f"Feature {number} drifted.",
        opened_at=_AT,
        waiting_from=_AT.date(),
    ),
    lambda number: Note(system_id=number, body=_WORDS * 3, written_at=_AT),
    lambda number: Feedback(
        system_id=number, received_at=_AT, came_by=Door.STAFF, comment=_WORDS, answer_sha256=f"{number:064}"
    ),
    lambda number: Risk(
        system_id=number,
        title=f"Risk {number}",
        cause=_WORDS,
        likelihood=2,
        impact=2,
        owner_id=1,
        added_at=_AT,
    ),
    lambda number: SuccessMetric(
        system_id=number, slug="accuracy", kind=MetricKind.ACCURACY, name=f"Sorted right {number}"
    ),
    lambda number: ModelVersion(
        system_id=number, label="1.0", label_key="1.0", changed=_WORDS, significant=False, added_at=_AT
    ),
    lambda number: CorrectiveAction(
        system_id=number, title=f"Mend {number}", detail=_WORDS, owner_id=1, due_on=_AT.date(), set_at=_AT
    ),
)


def measured(folder: Path, url: str) -> dict[str, tuple[float, float]]:
    """Milliseconds, median and 95th percentile, of each search as a page."""
    database = Database(url)
    app = create_app(Settings(data_dir=folder, secret_key=secrets.token_urlsafe(48)), database)
    with database.transaction() as session:
        secret, person = secrets.token_urlsafe(32), person_by_email(session, "m1@example.org")
        assert person is not None
        open_session(session, person, secret, "the benchmark")
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["secret"] = secret
    found = {}
    for words in SEARCHES:
        times = []
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            reply = client.get("/search", query_string={"q": words})
            times.append((time.perf_counter() - began) * 1_000)
            assert reply.status_code in {200, 302}, reply.status_code
        # The first looks up templates and plans.
        found[words] = (statistics.median(times[1:]), sorted(times[1:])[round(ROUNDS * 0.95) - 1])
    database.dispose()
    return found


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else ""
    for count in (100, 10_000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            url = given or f"sqlite:///{folder / 'registry.sqlite3'}"
            began = time.perf_counter()
            filled(folder, url, count)
            belonging(url)
            print(f"{count:,} systems and people, filled in {time.perf_counter() - began:.1f} s")
            for words, (median, late) in measured(folder, url).items():
                print(f"  {words:<26} median {median:7.1f} ms   p95 {late:7.1f} ms")


if __name__ == "__main__":
    main()
