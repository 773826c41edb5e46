"""docs/cryptography.md names every algorithm that the sources use, docs/data.md where everything secret is kept."""

import ast
import re

import pytest

from registry.tables import metadata
from tests.architecture.tree import PACKAGE, ROOT, parsed

CRYPTOGRAPHY = (ROOT / "docs" / "cryptography.md").read_text("utf-8")
DATA = (ROOT / "docs" / "data.md").read_text("utf-8")
# What is used in the sources, as the list calls it. Nothing else is.
HASHES = {"sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
PRIMITIVES = {
    "Fernet": "Fernet", "HKDF": "HKDF-SHA-256", "SHA256": "SHA-256", "PasswordHasher": "Argon2id",
    "Ed25519PrivateKey": "Ed25519", "Ed25519PublicKey": "Ed25519", "RSAKey": "RSA", "ECKey": "ECDSA", "BestAvailableEncryption": "PKCS#12",
}  # fmt: skip
# Names that these libraries have beside algorithms: errors, encodings, types, and what hashes by a name that is given.
BESIDE = {
    "InvalidToken", "InvalidSignature", "Encoding", "NoEncryption", "PrivateFormat", "load_pem_private_key",
    "serialize_key_and_certificates", "load_pem_x509_certificates", "load_der_x509_certificate",
    "file_digest", "new", "JoseError", "jws", "Type", "InvalidHashError", "VerificationError",
}  # fmt: skip
SECRET = re.compile("secret|sealed|password_hash|(code|answer)_sha256")
LIBRARIES = ("cryptography", "argon2", "joserfc")


def used_in(module: ast.Module) -> set[str]:
    """Every name of hashlib and of the libraries of cryptography that a source uses."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib":
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (
            *LIBRARIES,
            "hashlib",
        ):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names if each.name.split(".")[0] in LIBRARIES}
    return found


def rows(text):
    """The cells of every table in a text."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines]


def test_every_algorithm_that_is_used_is_on_the_list():
    used = set().union(*(used_in(parsed(path)) for path in PACKAGE.rglob("*.py")))
    assert used - HASHES.keys() - PRIMITIVES.keys() - BESIDE == set()
    listed = " ".join(cells[0] for cells in rows(CRYPTOGRAPHY.split("\n## Algorithms\n")[1]))
    assert {
        said for name, said in (HASHES | PRIMITIVES).items() if name in used and said not in listed
    } == set()
    # And nothing is on it that nothing uses.
    assert used >= HASHES.keys() | PRIMITIVES.keys()


@pytest.mark.parametrize(
    "source",
    [
        "import hashlib\nhashlib.md5()",
        "from hashlib import blake2b",
        "from cryptography.hazmat.x import DES3",
    ],
)
def test_an_algorithm_that_is_not_on_the_list_is_noticed(source):
    assert used_in(ast.parse(source)) - HASHES.keys() - PRIMITIVES.keys() - BESIDE


def test_every_table_that_holds_a_secret_or_the_hash_of_one_is_listed_as_secret():
    holding = {
        table.name
        for table in metadata.sorted_tables
        for column in table.columns
        if SECRET.search(column.name)
    }
    secret = " ".join(cells[2] for cells in rows(DATA) if len(cells) == 3 and cells[1].startswith("secret"))
    assert "credential" in holding
    assert holding - set(re.findall(r"`([a-z_]+)`", secret)) == set()


def test_every_table_that_is_named_is_there():
    named = set()
    for cells in rows(DATA):
        if len(cells) == 3:
            named |= set(re.findall(r"`([a-z_]+)(?:\.[a-z_]+)?`", cells[2]))
    assert len(named) > 15
    assert named - set(metadata.tables) == set()
