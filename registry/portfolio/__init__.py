"""My desk, the search, how we stand in numbers, and the reports that say so."""
