"""What a tag may be called, how many a system carries, and who may change a note."""
