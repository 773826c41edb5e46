import pytest
from jinja2 import TemplateNotFound, UndefinedError

from registry.output import places
from registry.output.html import environment, render


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of templates of the test's own."""
    monkeypatch.setattr("registry.output.html.templates_dir", lambda: tmp_path)
    environment.cache_clear()
    yield tmp_path
    environment.cache_clear()


def test_what_is_put_in_is_escaped(folder):
    (folder / "a.html").write_text("<p title='{{ name }}'>{{ name }}</p>")
    assert render("a.html", name="<b>'&") == "<p title='&lt;b&gt;&#39;&amp;'>&lt;b&gt;&#39;&amp;</p>"


def test_a_plain_text_mail_is_not_escaped(folder):
    (folder / "a.txt").write_text("{{ name }}")
    assert render("a.txt", name="R&D") == "R&D"


def test_a_name_that_was_not_given_is_an_error_and_not_an_empty_space(folder):
    (folder / "a.html").write_text("{{ owner.name }}")
    with pytest.raises(UndefinedError, match="owner"):
        render("a.html")


def test_a_template_outside_the_folder_is_not_read(folder):
    (folder.parent / "secret.html").write_text("secret")
    with pytest.raises(TemplateNotFound):
        render("../secret.html")


def test_a_checkout_uses_the_folders_beside_the_package():
    assert places.templates_dir().name == "templates"
    assert places.templates_dir().parent == places.migrations_dir().parent
    assert (places.templates_dir() / "print.html").is_file()
    assert (places.static_dir() / "css" / "print.css").is_file()


def test_an_installed_wheel_uses_the_copies_inside_the_package(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "_PACKAGE", tmp_path / "registry")
    assert places.templates_dir() == tmp_path / "templates"
    (tmp_path / "registry/_bundled/templates").mkdir(parents=True)
    assert places.templates_dir() == tmp_path / "registry/_bundled/templates"
