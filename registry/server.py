"""Pages and API behind gunicorn, with the worker as a child process beside them."""

import gc
import subprocess
import sys
from typing import Any

from gunicorn.app.base import BaseApplication

from registry.settings import Settings

_THREADS = 8
_GRACE_SECONDS = 30
# When, what was asked for, the answer, its size, and the microseconds from reading the request to the last byte of the
# answer; then the number that a proxy has given the request. What people search for stays out of it.
_LINE = "%(t)s %(m)s %(U)s %(s)s %(B)s %(D)s %({x-request-id}i)s"


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.settings, self.options = settings, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # In the child, after the fork: no database connection is ever shared between processes.
        from registry.app import create_app  # noqa: PLC0415

        app = create_app(self.settings)
        settle()
        return app


def settle() -> None:
    """Take the finished application out of Python's search for garbage.

    It stays for good: to look through all of it again at each full collection makes whichever page is being made wait.
    """
    gc.collect()
    gc.freeze()


def serve_forever(
    settings: Settings,
    *,
    host: str,
    port: int,
    processes: int,
    with_worker: bool,
    access_log: str | None = None,
) -> None:
    """Serve until told to stop; requests in flight are finished and the worker is stopped with us.

    `access_log` is the file that each request gets a line in, "-" for standard output.
    """
    beside: list[subprocess.Popen[bytes]] = []

    def start_worker(_server: Any) -> None:
        if with_worker:
            beside.append(subprocess.Popen([sys.executable, "-m", "registry", "worker"]))

    def stop_worker(_server: Any) -> None:
        for process in beside:
            process.terminate()
            process.wait(timeout=_GRACE_SECONDS)

    _Server(
        settings,
        {
            "bind": f"{host}:{port}",
            "workers": processes,
            "threads": _THREADS,
            "worker_class": "gthread",
            "graceful_timeout": _GRACE_SECONDS,
            "when_ready": start_worker,
            "on_exit": stop_worker,
            "accesslog": access_log,
            "access_log_format": _LINE,
            "loglevel": "warning",
            "limit_request_line": 8_190,
        },
    ).run()
