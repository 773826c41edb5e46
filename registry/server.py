"""Pages and API behind gunicorn, with the worker as a child process beside them."""

import gc
import os
import subprocess
import sys
import threading
import time
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from registry.output import logs
from registry.settings import Settings
from registry.web.tallies import Tallies

_THREADS = 8
_GRACE_SECONDS = 30
_LOOKS_EVERY_SECONDS = 1.0
# A worker that ends at once would else be started a hundred times a minute.
_STARTED_AGAIN_AFTER_SECONDS = 3.0


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, tallies: Tallies, options: dict[str, Any]) -> None:
        self.settings, self.tallies, self.options = settings, tallies, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # In the child, after the fork: no database connection is ever shared between processes.
        from registry.app import create_app  # noqa: PLC0415

        app = create_app(self.settings, tallies=self.tallies)
        settle()
        return app


class _Log(Logger):  # type: ignore[misc]
    """What the server itself has to say comes out as everything else does."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers, self.error_log.propagate = [], True


class _Slots:
    """Which serving process counts in which slot: one that follows another goes on in the slot that became free."""

    def __init__(self, tallies: Tallies, count: int) -> None:
        self._tallies, self._free = tallies, list(range(count))

    def before_fork(self, _server: Any, process: Any) -> None:
        process.slot = self._free.pop(0) if self._free else None

    def after_fork(self, _server: Any, process: Any) -> None:
        if process.slot is not None:
            self._tallies.write_in(process.slot)

    def over(self, _server: Any, process: Any) -> None:
        if process.slot is not None:
            self._tallies.silence(process.slot)
            self._free.append(process.slot)


class _Beside:
    """The worker process of `registry serve`: started with it, started again when it ends by itself, stopped with it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving = threading.Event()

    def start(self, _server: Any) -> None:
        self._begin()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self, _server: Any) -> None:
        if self._process is None or os.getpid() != self._owner:
            return
        self._leaving.set()
        self._process.terminate()
        try:
            self._process.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            # It was to give its job back by now. The lease runs out by itself.
            self._process.kill()

    def _begin(self) -> None:
        self._owner = os.getpid()
        command = [sys.executable, "-m", "registry", "worker", "--beside", str(self._owner)]
        # Ctrl-C is for us, who tell it to stop: from the terminal too it would hear that twice, and drop what it has begun.
        self._process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - every word of it is ours

    def _watch(self) -> None:
        while not self._leaving.wait(_LOOKS_EVERY_SECONDS):
            if self._process is not None and self._process.poll() is not None:
                time.sleep(_STARTED_AGAIN_AFTER_SECONDS)
                if not self._leaving.is_set():
                    self._begin()


def settle() -> None:
    """Take the finished application out of Python's search for garbage.

    It stays for good: to look through all of it again at each full collection makes whichever page is being made wait.
    """
    gc.collect()
    gc.freeze()


def serve_forever(settings: Settings, *, host: str, port: int, processes: int, with_worker: bool) -> None:
    """Serve until told to stop; requests in flight are finished and the worker is stopped with us."""
    logs.speak(settings.log_format)
    # One that is ending and one that takes its place may overlap.
    count = 2 * processes
    tallies, beside = Tallies(count), _Beside()
    slots = _Slots(tallies, count)
    options: dict[str, Any] = {
        "bind": f"{host}:{port}",
        "workers": processes,
        "threads": _THREADS,
        "worker_class": "gthread",
        "graceful_timeout": _GRACE_SECONDS,
        "pre_fork": slots.before_fork,
        "post_fork": slots.after_fork,
        "child_exit": slots.over,
        "logger_class": _Log,
        # Nobody manages it through a socket, and all servers of one user would share theirs.
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
        "limit_request_line": 8_190,
    }
    if with_worker:
        options |= {"when_ready": beside.start, "on_exit": beside.stop}
    _Server(settings, tallies, options).run()
