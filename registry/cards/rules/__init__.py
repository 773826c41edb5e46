"""What a card states, in what order, how complete it is, and the bytes whose hash it is known by."""
