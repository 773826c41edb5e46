"""What a provider answers, and what is known here of whom it speaks of."""
