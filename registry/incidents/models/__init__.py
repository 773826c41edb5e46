"""Incidents, what they are tied to, corrective actions, and reports to authorities."""
