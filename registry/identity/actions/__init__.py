"""Sign people in by their provider, link its accounts to people, end what it ends, and keep people as it has them."""
