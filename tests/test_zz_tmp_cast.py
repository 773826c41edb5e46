import registry.tables
from registry.audit.queries import verify, entries
def test_cast(database, cast):
    with database.transaction(read_only=True) as s:
        f = verify(s)
    assert f.ok, f.problems
    assert f.entries > 5
    print(f.entries)
