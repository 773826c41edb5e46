"""Test reports sent in with a version: what was tested, what came of it, signed."""
