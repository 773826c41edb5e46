"""What an incident may state, how it goes on, what is to be done and told, and what the times say."""
