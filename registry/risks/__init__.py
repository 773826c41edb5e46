"""The risk register of a system: rated, treated, what is left accepted by a name."""
