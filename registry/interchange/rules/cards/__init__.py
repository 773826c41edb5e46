"""A model card that somebody else wrote, as the draft of a system: what is understood, what becomes a note, what is not."""
