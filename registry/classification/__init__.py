"""Which risk tier a system falls into and why: questions and rules as data, answers scored."""
