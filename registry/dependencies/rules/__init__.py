"""What a dependency states and how it stands; whom a change touches; what has to be reconsidered then."""
