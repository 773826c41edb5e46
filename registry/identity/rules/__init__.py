"""Whom to believe about who somebody is: addresses, flows and tokens of a provider; roles by group; people by programme."""
