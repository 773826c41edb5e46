"""/healthz: the process answers; /readyz: it can serve (database, schema, PDF libraries, disk)."""

import shutil
from collections.abc import Callable

from flask import Blueprint, Response, current_app

from registry.web import jsonkit
from registry.web.doors import no_database, public
from registry.web.flask_app import database

pages = Blueprint("health", __name__)

Check = Callable[[], str]
_LEAST_FREE_SHARE = 0.02


@pages.get("/healthz")
@public
@no_database
def alive() -> Response:
    return jsonkit.reply({"status": "alive"})


@pages.get("/readyz")
@public
@no_database
def ready() -> Response:
    checks: dict[str, Check] = {"database": _database, "disk": _disk, **current_app.extensions["readiness"]}
    said = {}
    for name, check in checks.items():
        try:
            said[name] = check()
        except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
            said[name] = f"failed: {type(error).__name__}"
    fine = all(each == "ok" for each in said.values())
    # Pages are served without it, so nobody is turned away. What is wrong exactly is no business of whoever asks here.
    lacks = sorted(current_app.extensions["lacking"]()) if fine else []
    status = "ready" if fine else "not ready"
    return jsonkit.reply({"status": status, "checks": said, "lacking": lacks}, 200 if fine else 503)


def _database() -> str:
    with database().transaction(read_only=True) as session:
        session.connection().exec_driver_sql("SELECT 1")
    return "ok"


def _disk() -> str:
    usage = shutil.disk_usage(current_app.config["REGISTRY_DATA_DIR"])
    return "ok" if usage.free / usage.total > _LEAST_FREE_SHARE else "failed: the disk is nearly full"
