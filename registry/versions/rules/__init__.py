"""What a model version states, which way it may go, who approves it, how use is shared, and how two of them differ."""
