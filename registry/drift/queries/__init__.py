"""Features, their windows and baselines; what a delivery finds held; what the check goes through; whether it all still stands."""
