"""Incidents through the JSON door: reading and opening them, working on one, what it is tied to, its corrective actions."""

from registry.incidents.api import measures, records, tying, working
from registry.incidents.api.shared import api

__all__ = ["api", "measures", "records", "tying", "working"]
