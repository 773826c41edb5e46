"""Registered models, versions and metrics of an MLflow server, kept in step."""
