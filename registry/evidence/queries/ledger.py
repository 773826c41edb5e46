"""What of the ledger's entries a reader may know of, where they tell of evidence."""

from collections.abc import Sequence
from dataclasses import replace

from registry.audit.queries import HistoryItem
from registry.evidence.models import Evidence, EvidenceRevision, EvidenceUse
from registry.kernel.actor import Actor, Permission, may

KINDS = frozenset(str(kind.__tablename__) for kind in (Evidence, EvidenceRevision, EvidenceUse))


def told_to(actor: Actor, items: Sequence[HistoryItem]) -> list[HistoryItem]:
    """These entries without what they tell of evidence to whoever may not read it; asks the database nothing.

    An entry about evidence is left out. One about something else that named evidence on the way, as the run of a test
    does, stays without those rows.
    """
    told = []
    for item in items:
        if may(actor, Permission.EVIDENCE_READ, item.system_id):
            told.append(item)
        elif item.subject_kind not in KINDS:
            told.append(replace(item, objects=tuple(one for one in item.objects if one.kind not in KINDS)))
    return told
