"""Take in counts by group and forecasts in bins; set what is acceptable between groups."""
