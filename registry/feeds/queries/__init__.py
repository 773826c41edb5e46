"""Addresses of feeds that work, and whom each belongs to."""

from registry.feeds.queries.addresses import address_of, addresses_of, left_open, opened

__all__ = ["address_of", "addresses_of", "left_open", "opened"]
