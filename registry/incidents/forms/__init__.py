"""What is typed about an incident: opening and editing it, moving it on, its story, what it is tied to, what is done about it."""
