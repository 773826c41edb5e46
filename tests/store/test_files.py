"""Blobs by digest: written once, closed to others, gone when dropped. Progress: a note that may be missing, never wrong."""

import hashlib
import io
import os
import time

import pytest

from registry.store import files as store
from registry.store.files import FileDamaged, Files, FileTooLarge
from registry.store.progress import Board, Progress


def test_what_is_kept_is_found_by_its_digest_and_closed_to_others(tmp_path):
    files = Files(tmp_path)
    stored = files.keep(io.BytesIO(b"letters"), limit=7)
    assert (stored.sha256, stored.size) == (hashlib.sha256(b"letters").hexdigest(), 7)
    assert files.keep(io.BytesIO(b"letters"), limit=7) == stored
    place = files.path(stored.sha256)
    assert place.read_bytes() == b"letters"
    assert place.stat().st_mode & 0o077 == 0
    assert place.parent.stat().st_mode & 0o077 == 0
    assert [digest for digest, _ in files.kept()] == [stored.sha256]
    files.drop(stored.sha256)
    files.drop(stored.sha256)
    assert not files.has(stored.sha256)


def test_the_names_of_a_file_are_on_the_disk_before_it_counts_as_kept(tmp_path, monkeypatch):
    held = []
    monkeypatch.setattr(store, "_write_through", held.append)
    files = Files(tmp_path, "cards")
    place = files.path(files.keep(io.BytesIO(b"letters"), limit=7).sha256)
    assert held == [place.parent, place.parent.parent]


def test_of_a_file_that_is_too_large_nothing_stays(tmp_path):
    with pytest.raises(FileTooLarge):
        Files(tmp_path).keep(io.BytesIO(b"x" * 11), limit=10)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize("name", ["", "../secret_key", "A" * 64, "g" * 64])
def test_only_a_digest_names_a_file(tmp_path, name):
    with pytest.raises(ValueError, match="SHA-256"):
        Files(tmp_path).path(name)


def test_progress_is_noted_seldom_and_read_whole(tmp_path):
    board = Board(tmp_path, "import-1")
    assert board.read() is None
    board.begin("Reading", 10)
    for _ in range(9):
        board.advance(1)
    assert board.read() == Progress("Reading", 0, 10)
    (tmp_path / "progress" / "import-1.json").write_text("{")
    assert board.read() is None
    board.clear()
    board.clear()


def test_a_draft_is_kept_once_and_for_good_or_goes_without_a_trace(tmp_path):
    files = Files(tmp_path, "evidence")
    with files.drafted(io.BytesIO(b"letters"), limit=7) as draft:
        stored = files.keep_once(draft)
        # What is there is not written again.
        files.path(stored.sha256).chmod(0o400)
        before = files.path(stored.sha256).stat()
        assert files.keep_once(draft) == stored
    assert files.path(stored.sha256).stat().st_ino == before.st_ino
    with files.drafted(io.BytesIO(b"other"), limit=7):
        pass
    assert [digest for digest, _ in files.kept()] == [stored.sha256]
    assert list(Files(tmp_path).kept()) == []
    files.path(stored.sha256).chmod(0o600)
    files.path(stored.sha256).write_bytes(b"lettres")
    with files.drafted(io.BytesIO(b"letters"), limit=7) as draft, pytest.raises(FileDamaged):
        files.keep_once(draft)
    assert files.path(stored.sha256).read_bytes() == b"lettres"


def test_what_an_upload_that_died_left_behind_is_swept_and_nothing_else(tmp_path):
    files = Files(tmp_path, "evidence")
    files.keep(io.BytesIO(b"kept"), limit=7)
    place = tmp_path / "files" / "evidence"
    for name, age in (("." + "a" * 16, 100), ("." + "b" * 16, 0)):
        (place / name).write_bytes(b"half")
        os.utime(place / name, (time.time() - age, time.time() - age))
    assert files.sweep_drafts(older_than=50) == 1
    assert sorted(each.name for each in place.glob(".*")) == ["." + "b" * 16]
    assert len(list(files.kept())) == 1
