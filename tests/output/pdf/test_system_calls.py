"""What the kernel was asked for while hostile pages were laid out, as strace tells it: no connection, by whatever library."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from tests.output.pdf.fetch_corpus import VECTORS

pytestmark = pytest.mark.long

STRACE = shutil.which("strace")
# To a host itself, or to a program of this machine that asks one for it; the two ends of one pair have no address.
TO_SOMEBODY = re.compile(r"\b(?:connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_")


def calls_of(tmp_path, module, told):
    """Every call by which the process or one it started spoke to anybody, line by line; and what it printed."""
    noted = tmp_path / "calls"
    done = subprocess.run(
        [STRACE, "-f", "-e", "trace=%network", "-o", noted, sys.executable, "-m", module],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in noted.read_text().splitlines() if TO_SOMEBODY.search(line)]
    # Without the number of the process.
    return [line.partition(" ")[2] for line in lines], json.loads(done.stdout)


@pytest.mark.skipif(STRACE is None, reason="strace is not on the path")
def test_no_page_makes_any_library_of_the_process_speak_to_anybody(tmp_path, listener, record_property):
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    parts = {"http": f"http://{listener.address}", "file": secret.as_uri(), "path": secret}
    pages = [f"<!doctype html><title>t</title><h1>Card</h1>{vector.format(**parts)}" for vector in VECTORS]
    calls, made = calls_of(tmp_path, "tests.output.pdf.traced", pages)
    to_hosts = [call for call in calls if "AF_INET" in call]
    record_property("system calls that speak to a host", len(to_hosts))
    assert (to_hosts, made) == ([], len(pages))
    # Who the process runs as is asked of this machine as it starts, whatever is laid out then.
    assert calls == calls_of(tmp_path, "tests.output.pdf.traced", ["<h1>Card</h1>"])[0]
    # The seeded defect: with the library's own fetcher the same pages are seen to reach out.
    calls, _ = calls_of(tmp_path, "tests.output.pdf.unwalled", {"walls": [], "pages": pages})
    assert len([call for call in calls if "AF_INET" in call]) >= 20
