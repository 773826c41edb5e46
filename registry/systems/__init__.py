"""The register: a system, its record, its checklist, its history."""
