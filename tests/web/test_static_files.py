"""What templates and style sheets may hold: no inline code, no colour outside the tokens, enough contrast."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "registry" / "static"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if not path.name.startswith("print"))
# The sheets of charts and of PDFs carry their own colours: a PDF has no theme.
SHEETS = sorted(
    path for path in (STATIC / "css").rglob("*.css") if path.name not in {"chart.css", "print.css"}
)


def inline_code(text: str) -> list[str]:
    """Inline scripts, styles and handlers: a strict policy blocks them, so they would silently do nothing."""
    return re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe\b", text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_holds_no_inline_code_and_never_switches_escaping_off(path: Path) -> None:
    assert inline_code(path.read_text()) == []


@pytest.mark.parametrize(
    "text", ['<p style="a">', "<script>x</script>", '<a onclick="x">', "{{ x|safe }}", "<style>"]
)
def test_inline_code_would_be_found(text: str) -> None:
    assert inline_code(text) != []


def test_every_style_sheet_is_imported_once() -> None:
    imported = re.findall(r'@import url\("([^"]+)"\)', (STATIC / "css" / "app.css").read_text())
    there = [str(path.relative_to(STATIC / "css")) for path in (STATIC / "css").rglob("*.css")]
    assert sorted(imported) == sorted(set(there) - {"app.css", "print.css"})


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_colours_are_stated_in_the_tokens_and_every_token_used_is_declared(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    declared = set(re.findall(r"(--[\w-]+)\s*:", (STATIC / "css" / "tokens.css").read_text() + text))
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= declared
    if path.name != "tokens.css":
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(", text) == []


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2), from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def too_faint(tokens: str) -> list[str]:
    """Every pairing of the tokens that falls below its ratio, in either theme."""
    colours = {
        name: (light, dark)
        for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", tokens)
    }
    grounds = ("canvas", "surface", "sunken", "hover", "selected")
    states = ("neutral", "good", "warn", "bad", "info")
    pairs = [(ink, ground, 4.5) for ink in ("ink", "ink-2", "ink-3", "link") for ground in grounds]
    pairs += [(f"{state}-ink", ground, 4.5) for state in states for ground in (f"{state}-tint", *grounds)]
    pairs += [(f"{state}-mark", ground, 3) for state in states for ground in (f"{state}-tint", "surface")]
    pairs += [("control-line", "surface", 3), ("control-line", "canvas", 3)]
    pairs += [("focus", ground, 3) for ground in grounds]
    pairs += [
        (f"on-{kind}", f"{kind}{when}", 4.5) for kind in ("accent", "danger") for when in ("", "-hover")
    ]
    pairs += [("bad-ink", "del-tint", 4.5), ("good-ink", "ins-tint", 4.5)]
    return [
        f"{ink} on {ground}: {contrast(colours[ink][theme], colours[ground][theme]):.2f}"
        for ink, ground, least in pairs
        for theme in (0, 1)
        if contrast(colours[ink][theme], colours[ground][theme]) < least
    ]


def test_every_pairing_of_the_tokens_has_enough_contrast_in_both_themes() -> None:
    assert too_faint((STATIC / "css" / "tokens.css").read_text()) == []


def test_a_paler_ink_would_be_found() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    assert too_faint(re.sub(r"--ink-3: light-dark\(#\w+", "--ink-3: light-dark(#8a939e", tokens)) != []
