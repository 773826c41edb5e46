"""What went wrong: noticed, stopped, explained by a pattern of failure, reported, and mended for good."""
