"""What a system is for, and the metrics that say whether it works."""
