"""Words that attack whoever reads them, cut to fit each field; and how to tell that a page let one through."""

from itertools import count, islice

from playwright.sync_api import BrowserContext, Page

from registry.kernel.text import clean
from tests.journeys.furnished import Words
from tests.output.xss_corpus import PAYLOADS

# Whatever runs leaves a flag behind and opens a dialog.
RUNS = "alert(window.__xss=1)"
# Texts that try to end the attribute, field or element they are written in.
BREAKING_OUT = (
    f'" autofocus onfocus={RUNS} x="',
    f"' autofocus onfocus={RUNS} x='",
    f'"><script>{RUNS}</script>',
    f"'><img src=x onerror={RUNS}>",
    f"</textarea><script>{RUNS}</script>",
    f"</option></select><svg onload={RUNS}>",
    f"</title></head><script>{RUNS}</script>",
    f"</script><script>{RUNS}</script>",
    f"--><img src=x onerror={RUNS}><!--",
)


def _storable(text: str) -> bool:
    try:
        return clean(text) == text
    except ValueError:
        return False


CORPUS = tuple(
    each
    for each in (*BREAKING_OUT, *(each.replace("alert(1)", RUNS) for each in PAYLOADS))
    if _storable(each)
)
ON_ONE_LINE = tuple(each for each in CORPUS if "\n" not in each and "\t" not in each)
_IN_A_TEXT = 12


# So many times another beginning, and each long text has had each of the corpus in it.
TURNS = -(-len(CORPUS) // (_IN_A_TEXT - 1))


def hostile_words(turn: int = 0) -> Words:
    """Every field gets others of the corpus, so that a record of thirty fields carries all of it; with each turn others again."""
    turns, lines = count(turn), count(turn * (_IN_A_TEXT - 1))
    said: set[str] = set()

    def line(_words: str, limit: int = 300) -> str:
        # Two names may not be the same; where there is room for the short ones alone, another beginning has others.
        for start in islice(lines, len(ON_ONE_LINE)):
            turned = (*ON_ONE_LINE[start % len(ON_ONE_LINE) :], *ON_ONE_LINE)
            kept = ""
            for each in turned:
                if len(kept) + len(each) + 1 <= limit:
                    kept = f"{kept} {each}".strip()
            if kept not in said:
                said.add(kept)
                return kept
        raise ValueError(f"there is no other hostile line of at most {limit} characters")

    def text(_words: str) -> str:
        start = next(turns) * (_IN_A_TEXT - 1) % len(CORPUS)
        return "\n\n".join((CORPUS * 2)[start : start + _IN_A_TEXT])

    return Words(line, text)


_FOREIGN_PARTS = """() => {
    const ours = (element) => element.matches("script[src^='/static/'], link[href^='/static/']");
    const found = [];
    for (const element of document.querySelectorAll("*")) {
        const name = element.localName;
        if (/^(script|style|link|iframe|frame|object|embed|base|marquee)$/.test(name) && !ours(element)) found.push(`<${name}>`);
        for (const { name: key, value } of element.attributes) {
            const target = value.replace(/[\\u0000-\\u0020]/g, "").toLowerCase();
            if (key.startsWith("on") || key === "style" || key === "srcdoc" || key === "http-equiv") found.push(`${name} ${key}`);
            else if (/^(javascript|vbscript|data):/.test(target) && !/^(value|title|aria-label|content)$/.test(key)) found.push(`${name} ${key}=${value}`);
        }
    }
    return found;
}"""


def let_through(page: Page) -> list[str]:
    """What of the hostile words became part of the page, or ran in it."""
    found = [f"part of the page: {each}" for each in page.evaluate(_FOREIGN_PARTS)]
    ran = [frame.url for frame in page.frames if frame.evaluate("() => '__xss' in window")]
    return found + [f"ran in {url}" for url in ran]


def report_violations(context: BrowserContext) -> None:
    """Say in the console what the content security policy stopped, beside what Chromium says there itself."""
    context.add_init_script(
        "document.addEventListener('securitypolicyviolation', (event) =>"
        " console.error(`policy: ${event.effectiveDirective} ${event.sample}`))"
    )
