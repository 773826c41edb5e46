"""Editions of questionnaires, runs and drafts of systems, and what another edition would change."""

from registry.classification.queries.runs import Standing, standing

__all__ = ["Standing", "standing"]
