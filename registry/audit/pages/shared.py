"""The blueprint, which every page of the ledger hangs on."""

from flask import Blueprint

pages = Blueprint("audit", __name__)
