"""Submit, check and decide reviews; state, sign and waive; one ledger entry each. What binds takes a person and their password."""
