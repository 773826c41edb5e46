"""The ledger: every change chained and provable, its pages, checkpoints, the auditor's bundle and its stand-alone verifier."""
