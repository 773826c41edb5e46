"""One run of wapiti as somebody, and what of its report has to be looked at."""

import csv
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.scanner.serving import COOKIE, Site

REVIEWED = Path(__file__).with_name("reviewed.csv")
MEDIUM: Final = 2
MODULES: Final = (
    *("backup", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers", "ldap"),
    *("log4shell", "methods", "permanentxss", "redirect", "shellshock", "spring4shell", "sql", "ssrf"),
    *("timesql", "upload", "xss", "xxe"),
)
"""All but those that download lists of other products (cms, htp, network_device, nikto, wapp, wp_enum), ask name servers
(takeover), look at https (https_redirect, ssl) or guess passwords and names for hours (brute_login_form, buster)."""

# What ends the session that the scan is made in.
_LEFT_ALONE = ("sign-out*", "account/browsers*", "account/password*")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long one scan may take: finding pages, and each module; in seconds."""

    finding: int
    module: int

    @property
    def whole(self) -> int:
        """When it is ended, with room for what wapiti does between."""
        return 3 * (self.finding + len(MODULES) * self.module) + 60


@dataclass(frozen=True, slots=True)
class Finding:
    """What a scan says is wrong: what kind of thing, how bad (1 low to 4 critical), where, by which field, in its words."""

    kind: str
    level: int
    method: str
    path: str
    parameter: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.level}): {self.method} {self.path} {self.parameter}: {self.words}"


@dataclass(frozen=True, slots=True)
class Report:
    """How many pages and forms were found, and what is wrong."""

    pages: int
    findings: tuple[Finding, ...]


def scanned(
    program: str, site: Site, cookie: str, folder: Path, modules: Sequence[str], bounds: Bounds
) -> Report:
    """Scan a site with a cookie. Raises RuntimeError where wapiti leaves no report."""
    cookies, report = folder / "cookies.json", folder / "report.json"
    attributes = {"value": cookie, "expires": None, "secure": False, "port": None, "version": 0}
    cookies.write_text(json.dumps({"127.0.0.1": {"/": {COOKIE: attributes}}}), "utf-8")
    words = [program, "-u", site.address, "-c", str(cookies), "--scope", "folder", "-m", ",".join(modules)]
    words += ["--max-scan-time", str(bounds.finding), "--max-attack-time", str(bounds.module)]
    words += ["--max-links-per-page", "60", "--max-files-per-dir", "5", "--max-parameters", "60", "-d", "2"]
    words += [word for path in _LEFT_ALONE for word in ("-x", f"{site.address}{path}")]
    # Where an attack would have the registry call home, home is this machine.
    words += ["--endpoint", site.address, "--dns-endpoint", "localhost", "--no-bugreport", "--flush-session"]
    words += ["--store-session", str(folder / "session"), "--store-config", str(folder / "config")]
    words += ["-t", "15", "-v", "0", "-f", "json", "-o", str(report)]
    said = folder / "wapiti.log"
    with said.open("wb") as log:
        child = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        child.wait(bounds.whole)
    except subprocess.TimeoutExpired as late:
        raise RuntimeError(f"wapiti did not end within {bounds.whole} seconds") from late
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if not report.exists():
        raise RuntimeError(f"wapiti left no report: {said.read_text('utf-8', 'replace')[-1_000:]}")
    return read(json.loads(report.read_text("utf-8")))


def read(told: dict[str, Any]) -> Report:
    """A report of wapiti 3.2 as JSON."""
    findings = tuple(
        Finding(
            kind,
            int(each["level"]),
            each["method"],
            each["path"].partition("?")[0],
            each["parameter"] or "",
            each["info"],
        )
        for part in ("vulnerabilities", "anomalies")
        for kind, found in told[part].items()
        for each in found
    )
    return Report(int(told["infos"]["crawled_pages_nbr"]), findings)


def reviewed_rows() -> list[dict[str, str]]:
    """What was looked at and is no fault: the kind, a pattern of the path, the field ("" for any) and why."""
    with REVIEWED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def to_look_at(findings: Iterable[Finding], reviewed: Sequence[dict[str, str]]) -> Iterator[Finding]:
    """The findings of medium weight and more that nobody has looked at."""
    for finding in findings:
        known = any(
            row["kind"] == finding.kind
            and re.fullmatch(row["path"], finding.path)
            and row["parameter"] in {"", finding.parameter}
            for row in reviewed
        )
        if finding.level >= MEDIUM and not known:
            yield finding
