"""Mutants: one small change in a rule at a time, each of which its own tests have to notice."""
