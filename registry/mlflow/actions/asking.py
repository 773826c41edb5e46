"""Ask an MLflow server: through the guard that knows where the registry may reach, and never twice as long as it takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, TypeVar

from registry.mlflow.queries.servers import authorization_from
from registry.mlflow.rules import asking
from registry.mlflow.rules.answers import LARGEST, AnswerRefused, document_in, experiments_in
from registry.mlflow.rules.servers import CredentialUnusable
from registry.output.destinations import Hostile, Network, destination_of
from registry.output.fetching import fetch_guarded
from registry.output.sending import NotSent

Answer = TypeVar("Answer")

_MOST_PAGES: Final = 1_000


class Unheard(RuntimeError):
    """A server does not tell what was asked, and why.

    `is_place_lost` where the page that was asked for is not known any more, `is_missing` where the thing is not there,
    `is_forbidden` where the credential does not reach it.
    """

    def __init__(
        self, says: str, *, is_place_lost: bool = False, is_missing: bool = False, is_forbidden: bool = False
    ) -> None:
        super().__init__(says)
        self.is_place_lost, self.is_missing, self.is_forbidden = is_place_lost, is_missing, is_forbidden


@dataclass(frozen=True, slots=True)
class Means:
    """What this machine lets the registry reach, and where it keeps credentials."""

    allowed: Sequence[Network] = ()
    credentials: Path | None = None


@dataclass(slots=True)
class Peer:
    """A server that is asked; what its experiments are is asked once."""

    url: str
    credential: str
    means: Means
    _experiments: list[str] | None = field(default=None, init=False)

    def ask(self, question: asking.Question, read: Callable[[dict[str, Any]], Answer]) -> Answer:
        """What `read` finds in the object it answers with. Raises Unheard."""
        headers = {"Accept": "application/json", "User-Agent": "ai-registry"}
        if question.body is not None:
            headers["Content-Type"] = "application/json"
        try:
            known = authorization_from(self.means.credentials, self.credential, self.url)
            if known:
                headers["Authorization"] = known
            where = destination_of(self.url)
            target = f"{where.target.rstrip('/')}{question.path}"
            found = fetch_guarded(
                type(where)(where.is_secure, where.host, where.port, target),
                headers,
                self.means.allowed,
                body=question.body,
                largest=LARGEST,
            )
            return read(document_in(found.status, found.body))
        except CredentialUnusable as wrong:
            raise Unheard(f"The credential {self.credential} is not usable: {wrong}.") from wrong
        except Hostile as refused:
            raise Unheard(str(refused)) from refused
        except NotSent as broken:
            raise Unheard(f"The server was not heard: {broken}.") from broken
        except AnswerRefused as refused:
            raise Unheard(
                f"The server was not understood: {refused}.",
                is_place_lost=refused.is_place_lost,
                is_missing=refused.is_missing,
                is_forbidden=found.status == HTTPStatus.FORBIDDEN,
            ) from refused

    def experiments(self) -> list[str]:
        """The ids of all its experiments. Raises Unheard."""
        if self._experiments is None:
            found, place = list[str](), ""
            for _ in range(_MOST_PAGES):
                page = self.ask(asking.experiments_question(place), experiments_in)
                found += page.items
                place = page.following
                if not place:
                    break
            self._experiments = found
        return self._experiments
