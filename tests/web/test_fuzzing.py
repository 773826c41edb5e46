"""A share of what `python -m benchmarks.fuzzing` sends: no answer is broken, and none is missing from the document."""

from itertools import islice

import pytest

from tests.fuzzing import Attack, known_places

CASES = 200


def test_no_case_drawn_from_the_document_breaks_anything(everything, app, cast, database):
    if not database.is_sqlite:
        pytest.skip("the same cases: what they ask of the database is asked by every other test of the API")
    attack = Attack(app, cast, known_places(everything.place, cast))
    # A third of the operations, which carry the most of what can be sent; all of them are the benchmark's.
    operations = list(islice(attack.operations(), 0, None, 3))
    for number, operation in enumerate(operations):
        attack.send(operation, -(-CASES // len(operations)), number)
    assert attack.tally.findings == {}
    assert attack.tally.cases >= CASES * 0.9
    assert {200, 401, 403, 422} <= attack.tally.statuses.keys()
