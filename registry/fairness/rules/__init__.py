"""Counts by group, the named ways of comparing them, bounds and what breaks them; forecasts held against what happened"""
