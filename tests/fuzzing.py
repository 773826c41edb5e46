"""Cases drawn from the API's own document, sent by everybody with every scope; whatever is answered has to be in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from registry.accounts import actions as accounts
from registry.kernel.actor import the_registry
from registry.kernel.scopes import SCOPES
from registry.web.flask_app import App
from registry.web.openapi import PREFIX
from tests.cast import NAMES, Cast
from tests.contract import ASKS_ANYTHING

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
_PLAIN = settings(
    database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@dataclass
class Tally:
    """What came of an attack: how many cases, with which statuses, and what was wrong, each once with a way to repeat it."""

    cases: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    findings: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, status: int) -> None:
        self.cases += 1
        self.statuses[status] = self.statuses.get(status, 0) + 1


def tokens(app: App, cast: Cast) -> list[str]:
    """A token of everybody with every scope, of the owner and an administrator with each alone, some held to one system; and none."""
    found: list[str] = []
    with app.database.transaction() as session:

        def issued(name: str, scopes: frozenset[str], system: int | None = None) -> str:
            who = cast.people[name]
            text, _ = accounts.issue_token(session, the_registry("test"), who, "f", scopes, system_id=system)
            return f"Bearer {text}"

        # What is drawn first is drawn most.
        found += [issued(name, frozenset(SCOPES)) for name in ("adam", "ada", *NAMES)]
        found += [issued(name, frozenset({scope})) for name in ("adam", "ada") for scope in sorted(SCOPES)]
        found += [issued(name, frozenset(SCOPES), cast.triage.id) for name in ("adam", "ada", "mia")]
    return [*found, "", "Bearer nobody-was-given-this"]


class Attack:
    """One application under attack. `known` has for each variable of an address values that lead somewhere."""

    def __init__(self, app: App, cast: Cast, known: Mapping[str, list[Any]]) -> None:
        app.config[ASKS_ANYTHING] = True
        self.schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app)
        self.tokens, self.known = tokens(app, cast), known
        self.tally = Tally()

    def operations(self) -> Iterator[Any]:
        """Every operation of the document."""
        for found in self.schema.get_all_operations():
            yield found.ok()

    def send(self, operation: Any, cases: int, begin: int) -> None:
        """Send so many cases to one operation; what is drawn follows from `begin`."""

        @seed(begin)
        @settings(_PLAIN, max_examples=cases)
        @given(data=st.data())
        def sent(data: Any) -> None:
            self._one(operation, data)

        sent()

    def _one(self, operation: Any, data: Any) -> None:
        modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
        mode = modes[0] if not _may_be_wrong(operation) else data.draw(st.sampled_from([modes[0], *modes]))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if data.draw(st.sampled_from([True, True, True, False])):
            of_source = "/data-sources/" in operation.path
            named = {
                name: "source" if of_source and name == "key" else name for name in case.path_parameters or {}
            }
            places = {name: self.known[known] for name, known in named.items() if known in self.known}
            case.path_parameters |= {
                name: data.draw(st.sampled_from(values)) for name, values in places.items()
            }
        token = data.draw(st.sampled_from(self.tokens))
        try:
            response = case.call(headers={"Authorization": token} if token else {})
            self.tally.add(response.status_code)
            case.validate_response(response, checks=list(CHECKS))
        except (FailureGroup, Failure) as failed:
            self._note(
                operation, case, "; ".join(str(each) for each in getattr(failed, "exceptions", [failed]))
            )
        except InvalidSchema:
            raise
        except Exception as broken:  # noqa: BLE001 - whatever the program raises is what is looked for
            self.tally.add(500)
            self._note(operation, case, f"{type(broken).__name__}: {broken}")

    def _note(self, operation: Any, case: Any, says: str) -> None:
        plain = re.sub(r"\s+", " ", says)
        self.tally.findings.setdefault(
            (operation.label, plain[:110]), f"{plain[:600]} | {case.as_curl_command()[:900]}"
        )


def _may_be_wrong(operation: Any) -> bool:
    """Whether anything can be sent that its schema does not have."""
    return bool(operation.body or operation.query or operation.path_parameters)


def known_places(place: Mapping[str, Any], cast: Cast) -> dict[str, list[Any]]:
    """Values of the variables of an address that lead somewhere, by everything there is."""
    numbers = sorted({value for value in place.values() if isinstance(value, int) and value < 1_000_000})
    return {
        "key": [cast.triage.key, cast.triage.key, cast.pricing.key, cast.sentinel.key, "AI-9999"],
        "number": numbers[:40],
        "label": ["2.1", "2.0", "1"],
        "source": ["DS-0001", "DS-0002", "DS-9999"],
        "pack_id": ["nist-ai-rmf", "iso-42001"],
        "slug": [str(place.get("metric", "accuracy"))],
        "attribute": ["sex", "age"],
    }
