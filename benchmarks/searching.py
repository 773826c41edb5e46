"""How long one search takes in a register of ten thousand systems and as many people, beside one of a hundred.

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
from pathlib import Path

from registry.accounts.actions import open_session
from registry.accounts.queries import person_by_email
from registry.app import create_app
from registry.settings import Settings
from registry.store.session import Database

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
            print(f"{count:,} systems and people, filled in {time.perf_counter() - began:.1f} s")
            for words, (median, late) in measured(folder, url).items():
                print(f"  {words:<26} median {median:7.1f} ms   p95 {late:7.1f} ms")


if __name__ == "__main__":
    main()
