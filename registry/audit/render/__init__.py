"""The ledger for outsiders: a folder that verifies itself, wherever it is taken."""
