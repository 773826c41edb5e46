"""What a test before use states, who may run and sign it, what is covered, and results read from files of other tools."""
