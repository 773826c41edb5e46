"""SORTS: what the register can be sorted by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from registry.audit.models import LedgerEntry
from registry.people.models import BusinessUnit
from registry.store.orders import Sort, in_order, plain
from registry.systems.models import System
from registry.systems.queries.facets import OWNER
from registry.systems.rules.record import Kind, Stage, Tier


def _unit_path() -> tuple[Any, Any]:
    """A unit's whole path in lower case, and the tree to join for it."""
    path = func.lower(col(BusinessUnit.name)).label("path")
    top: Any = select(col(BusinessUnit.id).label("id"), path).where(col(BusinessUnit.parent_id).is_(None))
    tree = top.cte("unit_path", recursive=True)
    longer = tree.c.path.concat(" / ").concat(func.lower(col(BusinessUnit.name)))
    under = select(col(BusinessUnit.id), longer).join(tree, col(BusinessUnit.parent_id) == tree.c.id)
    whole = tree.union_all(under)
    return whole.c.path, (whole, whole.c.id == System.unit_id)


def _last_entry() -> tuple[Any, Any]:
    """The place in the ledger of the last entry about a system."""
    query = select(func.max(LedgerEntry.seq)).where(LedgerEntry.system_id == System.id)
    return query.correlate(System).scalar_subquery(), None


SORTS: Mapping[str, Sort] = {
    "key": Sort(plain(lambda: col(System.id)), int, always=True),
    "name": Sort(plain(lambda: func.lower(col(System.name))), always=True),
    "unit": Sort(_unit_path),
    "owner": Sort(plain(lambda: func.lower(OWNER.name)), given=OWNER.name),
    "stage": Sort(plain(lambda: in_order(System.stage, list(Stage))), int, always=True),
    "tier": Sort(plain(lambda: in_order(System.tier, list(Tier))), int),
    "autonomy": Sort(plain(lambda: col(System.autonomy)), int),
    "kind": Sort(plain(lambda: in_order(System.kind, sorted(Kind, key=lambda kind: kind.said))), int),
    "vendor": Sort(plain(lambda: func.lower(func.nullif(System.vendor_name, "")))),
    "registered": Sort(plain(lambda: col(System.registered_at)), datetime, always=True),
    "changed": Sort(_last_entry, int),
}
