"""Which events are worth a notice and to whom; when each is mailed; what a letter says; what hooks are and when they are tried again."""
