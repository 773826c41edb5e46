"""What the ledger promises, as arithmetic: how values are written, hashed, chained and checked."""
