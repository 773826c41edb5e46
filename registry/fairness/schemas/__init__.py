"""What is counted by group as JSON: deliveries in, figures out, and the bounds they are held against."""
