"""Keep an uploaded people file until it is imported or forgotten; import it."""

from typing import Any

from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.people import queries
from registry.people.models import PeopleUpload
from registry.people.rules.imports import UPLOAD_KEPT


def keep_upload(
    session: Session, actor: Actor, file_name: str, data: bytes, map_data: bytes | None
) -> PeopleUpload:
    """Keep a file for its preview; what the same person uploaded more than a day ago is let go.

    A file that is only looked at changes nothing, so it is outside the ledger. Raises RuleBroken without a file.
    """
    require(actor, Permission.PEOPLE_EDIT)
    if actor.person_id is None or not data:
        raise RuleBroken([Problem("file", "Choose the file with the people.")])
    for old in queries.uploads_of(session, actor.person_id, clock.now() - UPLOAD_KEPT):
        session.delete(old)
    upload = PeopleUpload(
        person_id=actor.person_id,
        file_name=file_name[-255:],
        uploaded_at=clock.now(),
        data=data,
        map_data=map_data or None,
    )
    session.add(upload)
    session.flush()
    return upload


def finish_upload(session: Session, actor: Actor, upload: PeopleUpload, result: dict[str, Any]) -> None:
    """Put what came of an import in the place of its file. The ledger has the import itself."""
    require(actor, Permission.PEOPLE_EDIT)
    upload.data = upload.map_data = None
    upload.result = result
    session.flush()
