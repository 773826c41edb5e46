"""Attack the JSON API with cases drawn from its own document, by everybody with every scope, over a register with something of everything.

python -m benchmarks.fuzzing --cases 10000 [--database URL] [--seed N] [--only TEXT]

The database has to be empty; without one it is SQLite in a folder that goes again. Prints one JSON document; exit 1 where an
answer was broken or undocumented.
"""

import argparse
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from registry.app import create_app
from registry.settings import Settings
from registry.store import migrate
from tests import contract
from tests.cast import find_cast, raise_cast
from tests.fuzzing import Attack, known_places
from tests.journeys.addresses import places
from tests.web.everything import fill_with_everything


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only operations whose label holds this")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = _attacked(given, Path(folder))
    print(json.dumps(told, indent=1))
    return 1 if told["findings"] else 0


def _attacked(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    more = {"database_url": given.database} if given.database else {}
    app = create_app(Settings(data_dir=folder, secret_key=secrets.token_urlsafe(48), **more))
    app.config["PROPAGATE_EXCEPTIONS"] = True
    migrate.upgrade(app.database)
    with app.database.transaction() as session:
        raise_cast(session)
    with app.database.transaction() as session:
        fill_with_everything(session, find_cast(session))
    with app.database.transaction(read_only=True) as session:
        cast = find_cast(session)
        place = places(session, cast)
    contract.hold(app)
    attack = Attack(app, cast, known_places(place, cast))
    operations = [each for each in attack.operations() if given.only in each.label]
    began, share = time.perf_counter(), -(-given.cases // len(operations))
    for number, operation in enumerate(operations):
        attack.send(operation, share, given.seed * 1_000 + number)
        print(
            f"{number + 1}/{len(operations)} {operation.label}: {attack.tally.cases:,} cases", file=sys.stderr
        )
    return {
        "operations": len(operations),
        "tokens": len(attack.tokens),
        "cases": attack.tally.cases,
        "seconds": round(time.perf_counter() - began, 1),
        "statuses": dict(sorted(attack.tally.statuses.items())),
        "findings": [
            {"operation": label, "says": says, "case": case}
            for (label, says), case in attack.tally.findings.items()
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
