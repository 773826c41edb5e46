"""The model card: its facts, editions, approval, PDF, verification, and other standards' forms of it."""
