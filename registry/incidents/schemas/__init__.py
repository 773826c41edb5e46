"""Incident JSON, in and out."""

from registry.incidents.schemas.incoming import EntryIn, IncidentIn, narrowing_of
from registry.incidents.schemas.outgoing import entry_said, line_said, whole_said
from registry.incidents.schemas.times import times_said

__all__ = ["EntryIn", "IncidentIn", "entry_said", "line_said", "narrowing_of", "times_said", "whole_said"]
