"""The bundle for outsiders: whole as it is exported, refused with its first bad entry once anything in it is changed."""

import ast
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.audit import commands
from registry.audit.actions.erasing import erase_entry
from registry.audit.queries.proofs import consistency_proof
from registry.audit.render import verify as program
from registry.audit.rules.erasing import NEVER_ERASED
from registry.audit.rules.merkle import extends
from registry.settings import Settings
from registry.store.commandkit import House
from registry.store.signing import SigningKey, is_signed_by
from tests import databases
from tests.audit.conftest import with_ledger
from tests.audit.doing import add, edit
from tests.audit.test_erasing import ADMIN, AUDITOR, BASIS
from tests.audit.things import Thing


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Two checkpoints, two keys, one erased entry, in a folder; made once for all tests here, which copy it."""
    data = tmp_path_factory.mktemp("data")
    settings = Settings(data_dir=data, base_url="https://registry.example.org")
    with databases.fresh("sqlite", "ledger", with_ledger) as database:

        def typed(*arguments: str):
            result = CliRunner().invoke(commands.audit, arguments, obj=House(settings, lambda: database))
            assert result.exit_code == 0, result.output
            return json.loads(result.stdout)

        (number,) = add(database, Thing(name="Erika \u201cMustermann\u201d"))
        edit(database, number, name="somebody")
        first = typed("checkpoint", "--json")
        typed("rotate-key", "--json")
        with database.transaction() as session:
            erase_entry(session, ADMIN, 1, basis=BASIS, approver=AUDITOR)
        told = typed("export", str(data / "bundle"), "--entry", "2", "--json")
        assert list(told)[:4] == ["origin", "size", "root", "signature"]
        with database.transaction(read_only=True) as session:
            path = consistency_proof(session, first["size"], told["size"])
        roots = bytes.fromhex(first["root"]), bytes.fromhex(told["root"])
        assert extends(first["size"], told["size"], *roots, path)
        (data / "bundle" / "held.txt").write_text(first["note"])
    return data / "bundle"


@pytest.fixture
def bundle(exported, tmp_path):
    return Path(shutil.copytree(exported, tmp_path / "bundle"))


@pytest.fixture
def says(capsys):
    """What the program answers: its exit code, and what it said."""

    def run(*arguments: object) -> tuple[int, str]:
        code = program.main([str(each) for each in arguments])
        return code, capsys.readouterr().out

    return run


def lines(bundle: Path, name: str = "entries.jsonl") -> list[str]:
    return (bundle / name).read_text(encoding="utf-8").splitlines(keepends=True)


def test_an_export_is_whole_also_against_a_checkpoint_and_a_key_held_from_before(bundle, says):
    old, new = (json.loads(line)["verifier"] for line in lines(bundle, "keys.jsonl"))
    for more in ((), ("--checkpoint", bundle / "held.txt"), ("--key", old), ("--key", new)):
        code, said = says(bundle, *more)
        alone = "" if more else " in itself, against no key"
        assert (code, said.splitlines()[-1]) == (0, f"The ledger is whole{alone}.")
    assert "What entry 1 said was erased. Entry 5 says why, and who did it." in said
    assert "Holds: entry 2 stands in the ledger of 5 entries." in said
    assert "5 entries; the newest checkpoint is over 5 of them." in said
    code, said = says("--proof", bundle / "proofs" / "2.json", "--key", new)
    assert (code, said.splitlines()) == (
        0,
        ["Holds: entry 2 stands in the ledger of 5 entries.", "A proof says nothing of other entries."],
    )
    text = (bundle / "README.txt").read_text()
    assert new in text
    assert "Erika" not in lines(bundle)[0]


@pytest.mark.parametrize("name", ["entries.jsonl", "checkpoints.jsonl", "keys.jsonl", "proofs/2.json"])
def test_of_bits_turned_over_anywhere_none_passes(bundle, says, name):
    place = bundle / name
    honest = place.read_bytes()
    drawn = random.Random(name)
    # Whoever holds no key takes one that the old key does not vouch for as what it says it is: one after a loss.
    held = ("--key", json.loads(lines(bundle, "keys.jsonl")[0])["verifier"])
    for _ in range(60 if name == "entries.jsonl" else 20):
        at, bit = drawn.randrange(len(honest)), drawn.randrange(8)
        place.write_bytes(honest[:at] + bytes([honest[at] ^ 1 << bit]) + honest[at + 1 :])
        code, said = says(bundle, *held)
        if name == "entries.jsonl":
            first = honest[:at].count(b"\n") + 1
            assert (code, said.splitlines()[-1]) == (1, f"First bad entry: {first}"), (at, bit, said)
        else:
            assert code == 1, (at, bit, said)
    place.write_bytes(honest)
    assert says(bundle)[0] == 0


def test_entries_left_out_traded_repeated_or_cut_off_are_named(bundle, says):
    honest = lines(bundle)
    place = bundle / "entries.jsonl"
    for changed, first in (
        ([*honest[:1], *honest[2:]], 2),
        ([honest[0], honest[2], honest[1], *honest[3:]], 2),
        ([*honest[:3], honest[2], *honest[3:]], 4),
        (honest[:4], 5),
        ([], 1),
    ):
        place.write_text("".join(changed), encoding="utf-8")
        code, said = says(bundle)
        assert (code, said.splitlines()[-1]) == (1, f"First bad entry: {first}"), said


def test_a_ledger_made_up_anew_is_whole_in_itself_and_fails_against_what_is_held(bundle, says, tmp_path):
    held, key = bundle / "held.txt", json.loads(lines(bundle, "keys.jsonl")[0])["verifier"]
    settings = Settings(data_dir=tmp_path / "other", base_url="https://registry.example.org")
    with databases.fresh("sqlite", "ledger", with_ledger) as database:
        add(database, Thing(name="Erika"), Thing(name="better"))
        runner = CliRunner()
        runner.invoke(
            commands.audit, ["export", str(tmp_path / "made up")], obj=House(settings, lambda: database)
        )
    forged = tmp_path / "made up"
    assert says(forged)[0] == 0
    assert "none of the known keys" in says(forged, "--checkpoint", held)[1]
    assert "not signed with the key you hold" in says(forged, "--key", key)[1]


@pytest.mark.parametrize("kept", ["", "a line\n", "one\n2\nthree\n\n\u2014 four\n"])
def test_a_file_that_is_no_checkpoint_is_named_and_never_taken_for_one(bundle, says, tmp_path, kept):
    (tmp_path / "kept.txt").write_text(kept, encoding="utf-8")
    code, said = says(bundle, "--checkpoint", tmp_path / "kept.txt")
    assert (code, said) == (1, f"NOT WHOLE: {tmp_path / 'kept.txt'} cannot be read.\n")


def test_a_proof_without_a_key_and_a_key_that_is_none_are_refused_in_words(bundle, says, capsys):
    for more, words in (
        (("--proof", bundle / "proofs" / "2.json"), "name it with --key"),
        (("--key", "none"), "argument --key"),
    ):
        with pytest.raises(SystemExit) as stopped:
            says(bundle, *more)
        assert (stopped.value.code, words in capsys.readouterr().err) == (2, True)


def test_a_folder_that_has_something_in_it_is_left_alone(bundle, tmp_path):
    settings = Settings(data_dir=tmp_path / "other")
    with databases.fresh("sqlite", "ledger", with_ledger) as database:
        add(database, Thing(name="a"))
        result = CliRunner().invoke(
            commands.audit, ["export", str(bundle)], obj=House(settings, lambda: database)
        )
    assert "is not empty" in str(result.exception)


# RFC 8032, 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize("vector", VECTORS)
def test_signatures_of_the_standard_are_accepted_and_no_bit_of_them_may_differ(vector):
    key, message, signature = map(bytes.fromhex, vector)
    assert program.is_signed_by(key, signature, message)
    assert not program.is_signed_by(key, signature, message + b"\x00")
    for place in (0, 31, 32, 63):
        spoilt = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
        assert not program.is_signed_by(key, spoilt, message)
    # The same scalar, written past the order of the group.
    larger = (int.from_bytes(signature[32:], "little") + program.L).to_bytes(32, "little")
    assert not program.is_signed_by(key, signature[:32] + larger, message)
    assert not program.is_signed_by(key[:31], signature, message)


@settings(max_examples=6)
@given(st.binary(max_size=40), st.binary(min_size=64, max_size=64), st.integers(0, 511))
def test_both_verifiers_are_of_one_mind(message, noise, bit):
    key = SigningKey.new()
    signature = key.sign(message)
    spoilt = bytearray(signature)
    spoilt[bit // 8] ^= 1 << bit % 8
    for each in (signature, bytes(spoilt), noise):
        assert program.is_signed_by(key.public, each, message) == is_signed_by(key.public, each, message)


def test_the_program_needs_the_standard_library_alone_and_knows_what_is_never_erased():
    tree = ast.parse(Path(program.__file__).read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} <= sys.stdlib_module_names
    assert set(program.BINDING.split()) == NEVER_ERASED


@pytest.mark.long
def test_in_an_interpreter_with_nothing_installed_it_verifies_and_finds_what_was_changed(bundle):
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(bundle / "verify.py")]
        return subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)

    assert (run().returncode, run().stderr) == (0, "")
    honest = lines(bundle)
    drawn = random.Random("clean")
    for _ in range(20):
        seq = drawn.randrange(len(honest))
        at = drawn.randrange(len(honest[seq]) - 1)
        other = honest[seq][:at] + ("x" if honest[seq][at] != "x" else "y") + honest[seq][at + 1 :]
        (bundle / "entries.jsonl").write_text("".join([*honest[:seq], other, *honest[seq + 1 :]]), "utf-8")
        found = run()
        assert (found.returncode, found.stderr) == (1, "")
        assert found.stdout.splitlines()[-1] == f"First bad entry: {seq + 1}"
