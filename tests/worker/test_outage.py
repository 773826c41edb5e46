"""Two web and two worker processes over one PostgreSQL, one of each killed under load; and a backup made under load.

A programme of minutes: script/test -m long tests/worker/test_outage.py
"""

from itertools import count

import pytest

from benchmarks import drill, outage
from benchmarks.cluster import running
from tests import databases

pytestmark = [pytest.mark.long, pytest.mark.slow]

BACKUPS = 10


def test_of_what_was_acknowledged_nothing_is_lost_and_each_job_has_its_effect_once(tmp_path):
    with running("postgresql", tmp_path, counting=True) as cluster:
        found = outage.measured(cluster, 30)
    assert found.acknowledged > 100
    assert found.is_well, found


@pytest.mark.parametrize(("kind", "other"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_ten_backups_made_under_load_are_each_restored_the_same_elsewhere(
    tmp_path, kind, other, record_property
):
    numbers = count()
    with running(kind, tmp_path, webs=1, workers=1) as cluster:
        for backup in range(BACKUPS):
            folder = tmp_path / str(backup)
            folder.mkdir()
            with databases.empty(other) as elsewhere:
                assert drill.drilled(cluster, elsewhere, folder, 20, numbers), backup
    record_property("backups under load, restored", BACKUPS)
