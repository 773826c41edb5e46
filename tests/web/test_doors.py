"""A view that does not say who may enter it stops the application from starting."""

import pytest
from flask import Flask

from registry.kernel.actor import Permission
from registry.web.doors import needs, public, refuse_unmarked


def app_with(view):
    app = Flask("doors", static_folder=None)
    app.add_url_rule("/somewhere", "somewhere", view)
    return app


def test_a_view_without_a_permission_stops_the_start_and_is_named():
    with pytest.raises(RuntimeError, match="somewhere"):
        refuse_unmarked(app_with(lambda: "open to all by oversight"))


def test_a_view_that_is_both_public_and_guarded_stops_the_start():
    with pytest.raises(RuntimeError, match="somewhere"):
        refuse_unmarked(app_with(public(needs(Permission.SYSTEM_READ)(lambda: "which?"))))


@pytest.mark.parametrize("mark", [public, needs(Permission.SYSTEM_READ)])
def test_a_view_that_says_who_may_enter_is_let_through(mark):
    refuse_unmarked(app_with(mark(lambda: "fine")))
