"""Notes, links and labels that people put on a system."""
