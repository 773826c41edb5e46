"""Open incidents, take them on, judge, tie, merge and close them, keep their timelines and what is evidence; one ledger entry each."""
