"""What a system stands on and what stands on it, and whom a change anywhere touches."""
