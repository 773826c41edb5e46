"""The blueprint, which every page about notices hangs on."""

from flask import Blueprint

pages = Blueprint("notices", __name__)
