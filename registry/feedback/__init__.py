"""What those a system decides on say of it, by a public door, sorted and answered."""
