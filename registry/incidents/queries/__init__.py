"""Incidents as far as the reader may know of them; their timelines, links and systems; what the registry itself has to take up."""
