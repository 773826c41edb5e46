"""Whether a system treats groups alike and whether its forecasts come true: counts in, every rate and comparison computed."""
