"""Files that are applied, in; what came of each, out."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.client.plans import without_user
from registry.declarations.actions import Applied, Origin
from registry.declarations.rules.fields import COMMIT_LIMIT, PATH_LIMIT, coded
from registry.declarations.rules.plan import Does, digest_of
from registry.web.describing import Words

MOST_FILES = 200


class FileIn(BaseModel):
    """One file: where it stands in its repository, and its text."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1, max_length=PATH_LIMIT)
    text: str


class ApplyIn(BaseModel):
    """Files that are applied together, where they come from, and the digest of the plan that was shown."""

    model_config = ConfigDict(extra="forbid")

    files: list[FileIn] = Field(min_length=1, max_length=MOST_FILES)
    repository: str = Field(default="", max_length=PATH_LIMIT)
    commit: str = Field(default="", max_length=COMMIT_LIMIT)
    overwrite: bool = False
    expects: str = ""

    def origin(self) -> Origin:
        """Where they come from."""
        return Origin(without_user(self.repository), self.commit)


# Of a field that is named "from", which Python keeps for itself.
StepOut = TypedDict(
    "StepOut",
    {
        "key": str,
        "does": Annotated[str, Words(Does)],
        "field": str,
        "from": Any,
        "to": Any,
        "changed_since": bool,
    },
)


class DocumentOut(TypedDict):
    """What became of one file: its system, how many steps, the fields people own, and what was left as it is."""

    id: str
    key: str | None
    new: bool
    steps: int
    kept_by_people: list[str]
    remarks: list[str]


class AppliedOut(TypedDict):
    """What applying did, or would do. `digest` names exactly this plan."""

    dry_run: bool
    plan: list[StepOut]
    documents: list[DocumentOut]
    digest: str


def applied_out(done: Sequence[Applied], *, dry_run: bool) -> AppliedOut:
    """What applying did, or would do: step by step over all documents, and each document by itself.

    A system that is new has its key once it is registered for good.
    """
    documents: list[DocumentOut] = [
        {
            "id": each.plan.id,
            "key": None if dry_run and each.is_new else each.system.key,
            "new": each.is_new,
            "steps": len(each.plan.steps),
            "kept_by_people": list(each.plan.kept),
            "remarks": list(each.plan.remarks),
        }
        for each in done
    ]
    plan: list[StepOut] = [
        {
            "key": document["key"] or document["id"],
            "does": step.does.value,
            "field": step.field,
            "from": coded(step.before),
            "to": coded(step.after),
            "changed_since": step.changed_since,
        }
        for document, each in zip(documents, done, strict=True)
        for step in each.plan.steps
    ]
    digest = digest_of([each.plan for each in done])
    return {"dry_run": dry_run, "plan": plan, "documents": documents, "digest": digest}
