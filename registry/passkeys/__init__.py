"""Passkeys (WebAuthn), by the extra of that name: a way in that no password and no code is asked beside."""
