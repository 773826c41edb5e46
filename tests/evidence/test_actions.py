"""Evidence is kept once, by what it is, and stays: revisions, uses, withdrawal, and what refuses each."""

from datetime import date

import pytest

from registry.evidence import actions, queries
from registry.evidence.queries.integrity import damaged
from registry.evidence.rules.files import FileType
from registry.evidence.rules.record import EvidenceFacts, Kind
from registry.incidents.actions.holds import hold
from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.store.files import FileDamaged, FileTooLarge
from tests.evidence.samples import HOSTILE, LIMIT, PDF, TEXT, arrived, files_in, left_in, sent
from tests.incidents.happening import later, opened

FACTS = EvidenceFacts("Test report of May", Kind.TEST_REPORT, date(2027, 5, 31), "By the *test* desk.")


@pytest.fixture
def add(session, cast, tmp_path):
    files = files_in(tmp_path)

    def added(name="report.pdf", content=PDF, who="ben", facts=FACTS, system=None, **options):
        with files.drafted(sent(content), limit=LIMIT) as draft:
            return actions.add_evidence(
                session,
                cast.actor(session, who),
                (system or cast.triage).id,
                facts,
                arrived(files, draft, name, **options),
            )

    return added


def test_a_file_is_kept_once_under_its_hash_with_what_is_stated_of_it(session, cast, add, tmp_path):
    evidence = add()
    again = add("copy.pdf")
    revision = queries.latest_revision(session, evidence.id)
    assert (evidence.key, revision.ordinal, revision.type) == ("EVD-0001", 1, FileType.PDF)
    assert revision.sha256 == queries.latest_revision(session, again.id).sha256
    place = files_in(tmp_path).path(revision.sha256)
    assert place.read_bytes() == PDF
    assert place.stat().st_mode & 0o077 == 0
    assert left_in(tmp_path) == [str(place.relative_to(tmp_path))]
    found = queries.evidence_page(session, cast.triage.id)
    assert [(one.evidence.key, one.added_by.name, one.uses) for one in found.items] == [
        ("EVD-0002", "Ben Engineer", 0),
        ("EVD-0001", "Ben Engineer", 0),
    ]
    assert queries.count(session, cast.triage.id) == 2


def test_of_a_hostile_file_nothing_is_kept(session, cast, add, tmp_path):
    for name, content, says in HOSTILE.values():
        with pytest.raises(RuleBroken, match=says):
            add(name, content)
    assert left_in(tmp_path) == []
    assert queries.count(session, cast.triage.id) == 0


def test_what_is_too_large_or_past_the_quota_leaves_nothing(session, cast, add, tmp_path):
    with pytest.raises(FileTooLarge):
        add("a.txt", b"x" * (LIMIT + 1))
    add("a.txt", TEXT, quota=60)
    kept = left_in(tmp_path)
    with pytest.raises(RuleBroken, match="The evidence of this system takes"):
        add("b.txt", TEXT + b"more", quota=60)
    assert left_in(tmp_path) == kept
    # Another system has room of its own.
    add("b.txt", TEXT + b"more", who="olga", system=cast.pricing, quota=60)


def test_a_revision_follows_the_file_before_it_and_what_was_named_keeps_its_own(session, cast, add, tmp_path):
    evidence, ben, files = add(), cast.actor(session, "ben"), files_in(tmp_path)
    first = actions.use(session, cast.actor(session, "rita"), evidence, "review", 1)
    with files.drafted(sent(PDF), limit=LIMIT) as draft, pytest.raises(RuleBroken, match="byte for byte"):
        actions.add_revision(session, ben, evidence, arrived(files, draft, "report.pdf"))
    with files.drafted(sent(TEXT), limit=LIMIT) as draft:
        second = actions.add_revision(session, ben, evidence, arrived(files, draft, "r.txt"), "Now in text.")
    assert [row.ordinal for row, _ in queries.revisions_of(session, evidence.id)] == [2, 1]
    then = actions.use(session, ben, evidence, "review", 1)
    assert first.revision_id != then.revision_id == second.id
    assert actions.use(session, ben, evidence, "review", 1) is then
    assert [one.revision.ordinal for one in queries.supporting(session, "review", [1, 2])[1]] == [1, 2]


def test_what_something_rests_on_or_is_held_stays_and_the_rest_is_withdrawn_with_a_reason(session, cast, add):
    used, held, free = add(), add(who="olga", system=cast.pricing), add("b.txt", TEXT)
    ben, olga = cast.actor(session, "ben"), cast.actor(session, "olga")
    actions.use(session, ben, used, "waiver", 3)
    with pytest.raises(RuleBroken, match="It supports waiver WVR-0003"):
        actions.withdraw(session, ben, used, "Wrong file.", version=used.version)
    with later():
        incident = opened(session, cast, cast.pricing, "olga")
    hold(session, olga, incident, "Lawyers asked for it.")
    with pytest.raises(RuleBroken, match="Lawyers asked for it"):
        actions.withdraw(session, olga, held, "Wrong file.", version=held.version)
    with pytest.raises(RuleBroken, match="Say why"):
        actions.withdraw(session, ben, free, " ", version=free.version)
    with pytest.raises(Conflict):
        actions.withdraw(session, ben, free, "Wrong file.", version=99)
    actions.withdraw(session, ben, free, "Wrong file.", version=free.version)
    for act in (
        lambda: actions.use(session, ben, free, "waiver", 1),
        lambda: actions.edit_evidence(session, ben, free, FACTS, version=free.version),
        lambda: actions.withdraw(session, ben, free, "Again.", version=free.version),
    ):
        with pytest.raises(RuleBroken, match="withdrawn"):
            act()
    assert queries.count(session, cast.triage.id) == 1


def test_evidence_is_added_by_those_who_answer_and_reviewers_and_hidden_with_its_system(session, cast, add):
    for who in ("mia", "otto", "aud", "eva"):
        with pytest.raises(Forbidden):
            add(who=who)
    secret = add(who="rita", system=cast.sentinel)
    assert queries.by_number(session, cast.actor(session, "aud"), secret.id)[1].id == cast.sentinel.id
    for look in (queries.by_number, queries.revision_by_number):
        with pytest.raises(NotFound):
            look(session, cast.actor(session, "ben"), secret.id)


def test_of_two_editors_the_second_sees_both_sides(session, cast, add):
    evidence, ben = add(), cast.actor(session, "ben")
    with pytest.raises(Conflict) as met:
        actions.edit_evidence(session, ben, evidence, EvidenceFacts("Other", Kind.POLICY), version=9)
    assert {each.field for each in met.value.differences} == {"title", "kind", "valid_until", "note"}
    actions.edit_evidence(
        session, ben, evidence, EvidenceFacts("Other", Kind.POLICY), version=evidence.version
    )
    assert (evidence.title, evidence.valid_until, evidence.version) == ("Other", None, 2)


def test_one_flipped_byte_and_one_deleted_file_are_named(session, cast, add, tmp_path):
    add(), add("a.txt", TEXT), add("b.txt", TEXT + b"b")
    files = files_in(tmp_path)
    assert list(damaged(session, files)) == []
    flipped, deleted = (files.path(queries.latest_revision(session, n).sha256) for n in (1, 2))
    content = bytearray(PDF)
    content[40] ^= 1
    flipped.write_bytes(content)
    deleted.unlink()
    said = sorted(each.says for each in damaged(session, files))
    assert len(said) == 2
    assert said[0].startswith("The file of EVD-0001, revision 1, is not what it was")
    assert said[1].startswith("The file of EVD-0002, revision 1, is missing")
    # The same file sent again is not laid over the damaged one.
    with pytest.raises(FileDamaged):
        add()
    assert flipped.read_bytes() == bytes(content)
