"""Every template compiles, is used and obeys the content security policy; pages have titles, components have styles."""

import ast
import os
import re
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import PurePath

import pytest
from jinja2 import Environment, FileSystemBytecodeCache, meta, nodes

from registry.app import create_app
from registry.output.places import static_dir, templates_dir
from registry.settings import Settings
from tests import databases
from tests.architecture.tree import parsed, sources

TEMPLATES = sorted(path.relative_to(templates_dir()).as_posix() for path in templates_dir().rglob("*.*"))
COMPONENTS = [name for name in TEMPLATES if name.startswith("components/")]
SHELLS = {"base.html", "system.html", "print.html"}

# What the policy of web/security.py would refuse to run or to apply, so that it would silently do nothing.
FORBIDDEN = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script in the page": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>{%]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "an address outside": re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE),
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Environment:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), secret_key=secrets.token_urlsafe(48))
    made = create_app(settings).jinja_env
    # What the pages of this run have compiled need not be compiled again; what does not compile is never kept.
    made.bytecode_cache = FileSystemBytecodeCache(os.environ[databases.FOLDER])
    return made


@pytest.fixture(scope="module")
def trees(environment) -> dict[str, nodes.Template]:
    """Every template as it is parsed."""
    return {name: environment.parse(source(name)) for name in TEMPLATES}


def source(name: str) -> str:
    return (templates_dir() / name).read_text(encoding="utf-8")


def without_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


def offences(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(without_comments(text))]


def parent_of(tree: nodes.Template) -> str | None:
    """The template this one extends, where it is named outright."""
    found = [node.template for node in tree.find_all(nodes.Extends)]
    return found[0].value if found and isinstance(found[0], nodes.Const) else None


def block(tree: nodes.Template, name: str) -> nodes.Block | None:
    return next((one for one in tree.find_all(nodes.Block) if one.name == name), None)


def words_of(block: nodes.Block | None) -> bool:
    """Whether a block says or prints anything but white space."""
    if block is None:
        return False
    return any(
        not isinstance(part, nodes.TemplateData) or part.data.strip()
        for output in block.find_all(nodes.Output)
        for part in output.nodes
    )


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_compiles(environment, name):
    environment.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_holds_nothing_the_content_security_policy_refuses(name):
    assert offences(source(name)) == []


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: red">',
        "<style>p { color: red }</style>",
        "<script>alert(1)</script>",
        '<button class="a" onclick="go()">',
        '<a href="javascript:go()">',
        '<script src="https://cdn.example.org/a.js"></script>',
    ],
)
def test_what_it_refuses_is_noticed(text):
    assert len(offences(text)) == 1


def test_what_it_allows_is_left_alone():
    fine = '{# <p style="x"> #}<script type="module" src="{{ a }}"></script><p class="on" data-on="x">on = off</p><a href="/x">'
    assert offences(fine) == []


def test_every_page_has_a_title(trees):
    titled = {name for name, tree in trees.items() if words_of(block(tree, "title"))}
    pages = {name: parent_of(tree) for name, tree in trees.items() if parent_of(tree)}
    assert pages
    untitled = {
        name
        for name, parent in pages.items()
        if name not in SHELLS and not {name, parent} & titled - {"base.html"}
    }
    assert untitled == set()


def test_an_empty_title_is_noticed(environment):
    empty, said = (
        environment.parse(f"{{% block title %}}{words}{{% endblock %}}") for words in ("  ", "{{ name }}")
    )
    assert not words_of(block(empty, "title"))
    assert words_of(block(said, "title"))


def test_every_component_has_its_stylesheet():
    styles = {path.stem for path in (static_dir() / "css" / "components").glob("*.css")}
    components = {PurePath(name).stem: source(name) for name in COMPONENTS}
    assert {name for name, text in components.items() if not is_composed(name, text)} - styles == set()


def is_composed(name: str, text: str) -> bool:
    """Whether a component is put together from others, with no look of its own."""
    classes = " ".join(re.findall(r'class="([^"]*)"', text)).split()
    return '"components/' in text and not any(
        one.partition("__")[0].partition("--")[0] == name for one in classes
    )


def test_a_component_with_classes_of_its_own_is_not_taken_for_a_composed_one():
    borrowed = '{% from "components/table.html" import table %}<p class="quiet">'
    assert is_composed("history", borrowed)
    assert not is_composed("history", borrowed + '<p class="history__line">')
    assert not is_composed("history", '<p class="quiet">')


def test_every_stylesheet_is_loaded():
    css = static_dir() / "css"
    loaded = set(
        re.findall(r"""["']?([\w./-]+\.css)\b""", " ".join(path.read_text() for path in css.glob("*.css")))
    )
    loaded |= {name.removeprefix("css/") for name in mentioned(r"css/[\w/-]+\.css")}
    named = {path.relative_to(css).as_posix() for path in css.rglob("*.css")}
    assert {name for name in named if name not in {one.removeprefix("./") for one in loaded}} == set()


def test_every_template_is_used(trees):
    used = set(mentioned(r"[\w./-]+\.(?:html|txt|svg)", in_templates=False))
    for name in TEMPLATES:
        used |= {each for each in meta.find_referenced_templates(trees[name]) if each}
        used |= set(put_together(source(name)))
    assert set(TEMPLATES) - used == set()


def put_together(text: str) -> Iterator[str]:
    """Templates included as "folder/" ~ id ~ ".html" for ids the including template lists."""
    for folder in re.findall(r'include "([\w/]+/)" ~', text):
        yield from (f"{folder}{word}.html" for word in re.findall(r'"([\w-]+)"', text))


def test_every_template_that_is_named_exists(trees):
    for name in TEMPLATES:
        named = {each for each in meta.find_referenced_templates(trees[name]) if each}
        assert named <= set(TEMPLATES), name


def test_every_behaviour_exists_and_is_used():
    files = {path.stem for path in (static_dir() / "js" / "behaviours").glob("*.js")}
    texts = [source(name) for name in TEMPLATES]
    asked = {
        word
        for text in texts
        for words in re.findall(r'data-behaviour="([a-z -]+)"', text)
        for word in words.split()
    }
    assert asked - files == set()
    assert {name for name in files if not any(re.search(rf"\b{name}\b", text) for text in texts)} == set()


def test_every_static_file_that_is_named_exists():
    named = {
        each for name in TEMPLATES for each in re.findall(r"""filename=['"]([^'"{]+)['"]""", source(name))
    }
    assert named
    assert {each for each in named if not (static_dir() / each).is_file()} == set()


def mentioned(pattern: str, *, in_templates: bool = True) -> Iterator[str]:
    """Whatever matches within the texts of the program, and of its templates."""
    for text in texts_of_the_program():
        yield from re.findall(pattern, text)
    if in_templates:
        for name in TEMPLATES:
            yield from re.findall(pattern, source(name))


@cache
def texts_of_the_program() -> frozenset[str]:
    return frozenset(
        node.value
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
