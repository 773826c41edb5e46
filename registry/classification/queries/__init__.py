"""Editions of questionnaires, runs and drafts of systems, and what another edition would change."""
