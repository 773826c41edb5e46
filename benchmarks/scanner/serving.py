"""The example on this machine, anew for each role, and the cookie of somebody who signed in there."""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.peers import free_port, served

COOKIE = "registry"
_FIELD = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody of the example: in which role, and by what they come in."""

    role: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Site:
    """A registry that is served."""

    port: int
    log: Path

    @property
    def address(self) -> str:
        """Where it begins."""
        return f"http://127.0.0.1:{self.port}/"

    def answers(self) -> list[tuple[str, str, int]]:
        """The route, the path and the status of every answer it logged."""
        found = []
        for line in self.log.read_text("utf-8").splitlines():
            if '"event":"request"' in line:
                told = json.loads(line)
                found.append((str(told["route"]), str(told["path"]), int(told["status"])))
        return found


def made(folder: Path) -> list[SignIn]:
    """Fill a new register in the folder with the example; who may sign in there, one of each role."""
    folder.mkdir()
    told = subprocess.run(
        [sys.executable, "-m", "registry", "demo", "--json"],
        env=os.environ | {"REGISTRY_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        check=True,
    )
    people = json.loads(told.stdout)["sign_ins"]
    return [SignIn(each["role"], each["email"], each["password"]) for each in people]


@contextmanager
def copy_served(original: Path, folder: Path) -> Iterator[Site]:
    """A copy of that register, served until the end: what one role's scan does to it no other sees."""
    shutil.copytree(original, folder)
    port = free_port()
    command = [sys.executable, "-m", "registry", "serve", "--no-worker", "--port", str(port)]
    environment = {"REGISTRY_DATA_DIR": str(folder), "REGISTRY_BASE_URL": f"http://127.0.0.1:{port}"}
    with served(command, port, folder, **environment):
        yield Site(port, folder / f"server-{port}.log")


def cookie_of(site: Site, person: SignIn) -> str:
    """The cookie of somebody who signs in by the form. Raises RuntimeError where that does not open."""
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    line.request("GET", "/sign-in")
    answer = line.getresponse()
    field, before = _FIELD.search(answer.read()), _cookie_in(answer)
    if field is None:
        raise RuntimeError("the sign-in page has no form")
    form = {"email": person.email, "password": person.password, "csrf_token": field[1].decode()}
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"{COOKIE}={before}"}
    line.request("POST", "/sign-in", urlencode(form), kind)
    answer = line.getresponse()
    answer.read()
    cookie = _cookie_in(answer)
    if answer.status != 303 or not opens(site, cookie):
        raise RuntimeError(f"{person.email} was not let in: {answer.status}")
    return cookie


def opens(site: Site, cookie: str) -> bool:
    """Whether the cookie still is somebody's who is signed in."""
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    line.request("GET", "/account", headers={"Cookie": f"{COOKIE}={cookie}"})
    return line.getresponse().status == 200


def _cookie_in(answer: http.client.HTTPResponse) -> str:
    return (answer.getheader("Set-Cookie") or "").partition(";")[0].removeprefix(f"{COOKIE}=")
