"""Editions of questionnaires, runs and drafts of systems, and what another edition would change."""

from registry.classification.queries.runs import Standing, outcomes_by_system, standing

__all__ = ["Standing", "outcomes_by_system", "standing"]
