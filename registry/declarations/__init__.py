"""A system as a file beside its code: planned, applied, compared, written out again."""
