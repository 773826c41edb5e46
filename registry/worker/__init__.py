"""What is done apart from requests: jobs that follow the ledger or the clock, each under a lease."""
