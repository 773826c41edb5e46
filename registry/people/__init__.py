"""People, units and teams."""
