"""Signed notes and checkpoints, against the published example and against whatever is written in another way."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.rules.notes import (
    Checkpoint,
    NotANote,
    Signature,
    Verifier,
    read_checkpoint,
    read_note,
    sealed,
)
from registry.store.signing import SigningKey, is_signed_by

# The example of the Go project, whose checksum database first signed notes like this.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ROOT = bytes(range(32))
TOLD = Checkpoint("registry.example.org/ledger", 42, ROOT)


def test_the_published_note_is_read_and_its_signature_holds():
    key, note = Verifier.read(KEY), read_note(NOTE)
    assert (key.name, key.key_id, key.written()) == ("PeterNeumann", "c74f20a3", KEY)
    (signature,) = note.signatures
    assert (signature.name, signature.key_id) == (key.name, key.key_id)
    assert is_signed_by(key.public, signature.data, note.text.encode())
    assert not is_signed_by(key.public, signature.data, note.text.upper().encode())
    assert sealed(note.text, note.signatures) == NOTE


@given(st.integers(0, 2**60), st.binary(min_size=32, max_size=32), st.integers(1, 3))
def test_a_checkpoint_reads_as_it_was_written_whoever_else_signed_it(size, root, signers):
    told = Checkpoint("registry.example.org/ledger", size, root)
    signatures = [Signature(f"signer{each}", f"{each:08x}", bytes(64)) for each in range(signers)]
    note = read_note(sealed(told.text(), signatures))
    assert read_checkpoint(note) == told
    assert list(note.signatures) == signatures


@pytest.mark.parametrize(
    "text",
    [
        "origin\n",
        "origin\n42\n",
        "\n42\n" + b64encode(ROOT).decode() + "\n",
        *(
            f"origin\n{size}\n{b64encode(ROOT).decode()}\n"
            for size in ("", "042", "+42", "-1", "4 2", "\u0664", "x", "9" * 21)
        ),
        *(
            f"origin\n42\n{root}\n"
            for root in ("", "x", b64encode(ROOT[:31]).decode(), b64encode(ROOT).decode()[:-1])
        ),
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    note = read_note(sealed(text, [Signature("origin", "00000000", bytes(64))]))
    with pytest.raises(NotANote):
        read_checkpoint(note)


@pytest.mark.parametrize(
    "written",
    [
        "",
        TOLD.text(),
        NOTE.removesuffix("\n"),
        NOTE.replace("\u2014", "-"),
        NOTE.replace("PeterNeumann ", ""),
        NOTE.replace("x08go", "x08g!"),
        NOTE + "more\n",
        "\n" * 1_000_001,
    ],
)
def test_what_is_no_signed_note_is_refused(written):
    with pytest.raises(NotANote):
        read_note(written)


@pytest.mark.parametrize(
    "written", ["", "name", KEY.replace("c74f20a3", "c74f20a4"), KEY[:-4], KEY.replace("+AR", "+BR")]
)
def test_what_is_no_key_is_refused(written):
    with pytest.raises(NotANote):
        Verifier.read(written)


def test_a_key_is_kept_for_its_owner_alone_and_never_overwritten(tmp_path):
    place = tmp_path / "deeper" / "key.pem"
    key = SigningKey.new()
    key.write(place)
    assert place.stat().st_mode & 0o777 == 0o600
    assert SigningKey.read(place).public == key.public
    assert is_signed_by(key.public, SigningKey.read(place).sign(b"said"), b"said")
    with pytest.raises(FileExistsError):
        SigningKey.new().write(place)
    assert [each.name for each in place.parent.iterdir()] == ["key.pem"]
    place.write_text("no key")
    with pytest.raises(ValueError, match="no signing key"):
        SigningKey.read(place)
    assert not is_signed_by(b"no key", bytes(64), b"said")


def test_a_note_has_at_most_a_million_characters():
    signature = "\u2014 a AAAAAAA=\n"
    fits = "x" * (1_000_000 - len(signature) - 2) + "\n\n" + signature
    assert len(fits) == 1_000_000
    assert len(read_note(fits).signatures) == 1
    with pytest.raises(NotANote):
        read_note("x" + fits)


def test_a_signature_is_longer_than_the_number_of_its_key_and_in_one_spelling():
    for told in ("AAAAAA==", "AAAAAAA", "AAAA AAA=", "AAAAAAB="):
        with pytest.raises(NotANote):
            read_note(f"text\n\n\u2014 a {told}\n")
