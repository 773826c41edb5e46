"""What feedback may hold, who may send how much, how it is sorted and answered, and what it says in numbers."""
