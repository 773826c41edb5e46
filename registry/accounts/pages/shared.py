"""The blueprint, which every page of an account hangs on."""

from flask import Blueprint

pages = Blueprint("accounts", __name__)
