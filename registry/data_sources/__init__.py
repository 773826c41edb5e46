"""What systems are fed with: the catalogue of sources, and what each is used for."""
