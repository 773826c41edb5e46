"""Receive readings, answer alerts, choose a chart."""
