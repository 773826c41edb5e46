"""Registers one system after another on the database named, and prints each key once its transaction is committed.

python -m tests.store.cut_writer sqlite:///place
"""

import sys
from itertools import count

import registry.tables  # noqa: F401 - completes the metadata
from registry.store.session import Database
from registry.systems import actions
from registry.systems.rules.record import Registration
from tests.cast import find_cast


def main(url):
    database = Database(url)
    with database.transaction(read_only=True) as session:
        cast = find_cast(session)
    for number in count(1):
        with database.transaction() as session:
            facts = Registration(f"System {number}", "Sorts.", cast.units["claims"].id, cast.number("ada"))
            key = actions.register(session, cast.actor(session, "ada"), facts).key
        print(key, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
