"""How long an inventory takes to import, beside the floor of the same run: the bare cells into one table.

    python -m benchmarks.importing FILE

Prints rows, seconds and peak memory of `registry import` into an empty register, of a second import of the same file,
and of the floor (the csv module into sqlite3, one transaction, synchronous=FULL).
"""

import csv
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def registry(folder: str, *arguments: str) -> dict[str, object]:
    """The JSON answer of one registry command over a register in that folder."""
    environment = {**os.environ, "REGISTRY_DATA_DIR": folder}
    command = [sys.executable, "-m", "registry", *arguments, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


def imported(folder: str, file: Path) -> tuple[float, dict[str, object]]:
    """Seconds of wall clock and the counts of one import."""
    began = time.perf_counter()
    result = registry(folder, "import", str(file))
    return time.perf_counter() - began, {name: value for name, value in result.items() if name != "problems"}


def floor(folder: str, file: Path) -> tuple[float, int]:
    """Seconds and rows of the bare cells into one table."""
    began = time.perf_counter()
    with file.open(newline="", encoding="utf-8-sig") as opened:
        header, *rows = csv.reader(opened)
    connection = sqlite3.connect(Path(folder) / "floor.sqlite3")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    columns = ", ".join(f"c{number} TEXT" for number in range(len(header)))
    connection.execute(f"CREATE TABLE cell ({columns})")
    holes = ", ".join("?" * len(header))
    connection.executemany(f"INSERT INTO cell VALUES ({holes})", rows)
    connection.commit()
    connection.close()
    return time.perf_counter() - began, len(rows)


def main() -> None:
    file = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        registry(folder, "db", "upgrade")
        bare, rows = floor(folder, file)
        first, counts = imported(folder, file)
        second, again = imported(folder, file)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"floor   {rows:>7,} rows in {bare:6.2f} s")
    print(f"import  {counts} in {first:6.2f} s, {first / bare:,.0f} times the floor")
    print(f"again   {again} in {second:6.2f} s")
    print(f"peak memory of a command {peak:,.0f} MB")


if __name__ == "__main__":
    main()
