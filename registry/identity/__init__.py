"""Signing in by an identity provider (OpenID Connect), and people kept in step by SCIM."""
