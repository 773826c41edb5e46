"""The stages of a system, the gates between them, how far it decides by itself, and the emergency stop."""
