"""A small MLflow on this machine that answers as the real one does, oddities included: for the everyday tests of the sync."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Peer:
    """What it holds. `before` is told of each question before it is answered; `refuses` answers instead of it."""

    port: int = 0
    at: int = 1_795_380_000_000
    models: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    before: Callable[[str], None] = lambda _asked: None
    refuses: Callable[[str], tuple[int, bytes] | None] = lambda _asked: None
    at_once: int = 3

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tick(self) -> int:
        self.at += 1_000
        return self.at

    def model(self, name: str, tag: str = "", **more: Any) -> dict[str, Any]:
        at = self.tick()
        made = {"name": name, "creation_timestamp": at, "last_updated_timestamp": at, **more}
        if tag:
            made["tags"] = [{"key": "registry.system", "value": tag}]
        self.models.append(made)
        return made

    def version(self, model: dict[str, Any], **more: Any) -> dict[str, Any]:
        at, number = self.tick(), 1 + sum(each["name"] == model["name"] for each in self.versions)
        run = f"{len(self.runs):032x}"
        made = {
            "name": model["name"],
            "version": str(number),
            "creation_timestamp": at,
            "last_updated_timestamp": at,
            "current_stage": "None",
            "source": f"s3://models/{number}",
            "run_id": run,
            "status": "READY",
            **more,
        }
        model["last_updated_timestamp"] = at
        self.versions.append(made)
        self.runs.append(
            {
                "info": {"run_id": run, "experiment_id": "1", "lifecycle_stage": "active"},
                "data": {"metrics": []},
            }
        )
        return made

    def log(self, version: dict[str, Any], name: str, value: object, step: int = 0) -> None:
        run = next(each for each in self.runs if each["info"]["run_id"] == version["run_id"])
        kept = [each for each in run["data"]["metrics"] if each["key"] != name]
        run["data"]["metrics"] = [
            *kept,
            {"key": name, "value": value, "timestamp": self.tick(), "step": step},
        ]

    def rename(self, model: dict[str, Any], name: str) -> None:
        at = self.tick()
        for each in self.versions:
            if each["name"] == model["name"]:
                each |= {"name": name, "last_updated_timestamp": at}
        model |= {"name": name, "last_updated_timestamp": at}

    def answer(self, path: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        what = path.removeprefix("/api/2.0/mlflow/")
        if what == "registered-models/search":
            return self._page("registered_models", self.models, asked)
        if what == "model-versions/search":
            return self._page("model_versions", self.versions, asked)
        if what == "experiments/search":
            return _said({"experiments": [{"experiment_id": "1"}]})
        if what == "runs/search":
            assert asked["experiment_ids"] == ["1"]
            wanted = [each for each in self.runs if f"'{each['info']['run_id']}'" in asked["filter"]]
            return _said({"runs": wanted} if wanted else {})
        if what == "registered-models/get":
            found = next((each for each in self.models if each["name"] == asked["name"]), None)
            if found:
                return _said({"registered_model": found})
            return _said({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not found"}, 404)
        return 404, b"<!doctype html>\n<title>404 Not Found</title>"

    def _page(self, name: str, rows: list[dict[str, Any]], asked: dict[str, Any]) -> tuple[int, bytes]:
        ordered = sorted(rows, key=lambda each: -each["last_updated_timestamp"])
        first = int(asked.get("page_token", "0"))
        some = ordered[first : first + self.at_once]
        # An empty server answers with an empty object, and the last page with no token.
        found: dict[str, Any] = {name: some} if some else {}
        if first + self.at_once < len(ordered):
            found["next_page_token"] = str(first + self.at_once)
        return _said(found)


def _said(found: dict[str, Any], status: int = 200) -> tuple[int, bytes]:
    return status, json.dumps(found).encode()


@contextmanager
def peer() -> Iterator[Peer]:
    held = Peer()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._reply(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

        def do_POST(self) -> None:
            self._reply(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _reply(self, path: str, asked: dict[str, Any]) -> None:
            what = path.rpartition("/mlflow/")[2]
            held.asked.append(what)
            held.headers.append(dict(self.headers.items()))
            held.before(what)
            status, body = held.refuses(what) or held.answer(path, asked)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_told: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        held.port = server.server_port
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield held
        finally:
            server.shutdown()
            thread.join()
