"""Chromium over a live server: what every test that looks at pages in a real browser stands on."""

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

# The same engine: the first draws no windows of its own around the page, which take a fifth of the time.
_CHROMIA = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
CHROMIUM = next((each for each in _CHROMIA if each.exists()), _CHROMIA[-1])
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    # One process fewer to pass pictures to: a tenth of the time.
    "--in-process-gpu",
    "--no-first-run",
    # Whatever a page asks for, no name but this machine's is ever resolved.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

# WCAG 2.2 at level AA, and what axe calls best practice.
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Those of them that look at colours.
COLOURS = ("color-contrast", "link-in-text-block")
# Those that are about components more than about the page they stand on, and take most of the time: of the size of
# whatever is pressed axe asks for each against each of its neighbours, which takes as long as all other rules twice.
OF_COMPONENTS = (*COLOURS, "target-size")

_AXE, _AXE_BYTES = "/axe-of-the-tests.js", AXE_SCRIPT.encode()

_REFUSED = re.compile(
    r"Failed to load resource: the server responded with a status of \d{3} \([A-Z' -]*\)", re.IGNORECASE
)


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_words: Any) -> None:
        """Say nothing: what a test prints is about the page."""


@contextmanager
def served(application: Any) -> Iterator[str]:
    """A WSGI application on a free loopback port, a thread per request, with axe beside it; yields its address."""
    server = make_server("127.0.0.1", 0, _with_axe(application), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _with_axe(application: Any) -> Any:
    """The application, and axe at an address of its own: from there a browser compiles it once and not for every page."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] != _AXE:
            return application(environ, start_response)
        kept = [("Content-Type", "text/javascript"), ("Cache-Control", "max-age=86400, immutable")]
        start_response("200 OK", kept)
        return [_AXE_BYTES]

    return answer


@contextmanager
def chromium(program: Path = CHROMIUM) -> Iterator[Browser]:
    """Debian's Chromium, started once. Where there is none the test fails: a page nobody looked at has not passed."""
    if not program.exists():
        pytest.fail(f"There is no {program}: no page was looked at in a browser.", pytrace=False)
    # Chromium refuses its sandbox to root only.
    alone = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=str(program), args=[*_FLAGS, *alone])
        try:
            yield started
        finally:
            started.close()


@dataclass
class Watch:
    """Everything a browser context complained of: its console, its policy, dialogs, failures and foreign requests."""

    address: str
    expected: frozenset[int] = frozenset()
    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> "Watch":
        """Watch every page of a context from here on."""
        context.on("page", self._meet)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._note(f"error: {error.error}"))
        context.on("request", lambda request: self._ask(request.url))
        context.on("response", self._answer)
        return self

    def _meet(self, page: Page) -> None:
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Any) -> None:
        self._note(f"dialog: {dialog.type} {dialog.message}")
        dialog.dismiss()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        # Chromium reports every reply from 400 on; which of them were meant, `_answer` knows better.
        if _REFUSED.fullmatch(message.text):
            return
        self._note(f"console: {message.text}")

    def _ask(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", "data:", "about:", "blob:")):
            self._note(f"request to another host: {url[:200]}")

    def _answer(self, reply: Response) -> None:
        # A page may refuse where the test expects it; whatever belongs to a page has to be there.
        if reply.status < 400 or (
            reply.request.resource_type == "document" and reply.status in self.expected
        ):
            return
        self._note(f"{reply.status} from {reply.url}")

    def _note(self, what: str) -> None:
        self.complaints.append(what)


def ready(page: Page) -> None:
    """Wait until every behaviour of the page is loaded and at work."""
    page.evaluate(
        """() => {
            const app = document.querySelector("script[type=module]")?.src;
            return Promise.all([...document.querySelectorAll("[data-behaviour]")]
                .flatMap((element) => element.dataset.behaviour.split(/\\s+/).filter(Boolean))
                .map((name) => import(new URL(`behaviours/${name}.js`, app))));
        }"""
    )


def show_in(page: Page, theme: str, size: dict[str, int]) -> None:
    """Turn the page to a theme and a window size, and wait until it is drawn that way."""
    # To be told what it is already, a page is laid out and drawn anew.
    if not page.evaluate("theme => matchMedia(`(prefers-color-scheme: ${theme})`).matches", theme):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    if page.viewport_size != size:
        page.set_viewport_size(size)  # type: ignore[arg-type]
    page.evaluate(
        """async ([theme, width]) => {
            const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            while (!matchMedia(`(prefers-color-scheme: ${theme})`).matches || innerWidth !== width) await drawn();
            await drawn();
        }""",
        [theme, size["width"]],
    )


# What does not break a rule is neither named nor sent: it is most of what axe has to say, and nobody reads it.
_ASK_AXE = """async ([address, options]) => {
    if (!("axe" in window)) await new Promise((done, failed) => {
        const script = Object.assign(document.createElement("script"), {src: address, onerror: failed});
        script.onload = () => done(script.remove());
        document.head.append(script);
    });
    const {violations} = await axe.run(options);
    return violations.flatMap(({id, nodes}) => nodes.map(({target}) => `${id}: ${target.map(String).join(" ")}`));
}"""


def violations(page: Page, rules: Sequence[str] = (), *, without: Sequence[str] = ()) -> list[str]:
    """What axe holds against the page as it stands, one line per element; by all its rules, all but some, or by these."""
    # Without preload: false axe fetches nested style sheets by wrong addresses, which fails and adds nothing.
    only = {"type": "rule", "values": [*rules]} if rules else {"type": "tag", "values": [*STANDARDS]}
    left_out = {name: {"enabled": False} for name in without}
    options = {"preload": False, "reporter": "no-passes", "runOnly": only, "rules": left_out}
    return page.evaluate(_ASK_AXE, [_AXE, options])


_OUT_OF_THEIR_CELLS = """() => [...document.querySelectorAll("td :is(input, select, textarea, button)")].flatMap((box) => {
    const [its, cell] = [box, box.closest("td")].map((each) => each.getBoundingClientRect());
    const pixels = Math.round(Math.max(its.right - cell.right, cell.left - its.left));
    return its.width && pixels > 0 ? [`${box.name || box.textContent.trim()}: ${pixels} pixels out of its cell`] : [];
})"""


def out_of_their_cells(page: Page) -> list[str]:
    """The boxes and buttons of tables that stand out of their cells, and by how many pixels."""
    return page.evaluate(_OUT_OF_THEIR_CELLS)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
