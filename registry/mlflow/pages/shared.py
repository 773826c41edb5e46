"""The blueprint, which every page of MLflow hangs on."""

from flask import Blueprint

pages = Blueprint("mlflow", __name__)
