"""Add a passkey, rename it, take it away; come in by one, and say by one who one is."""

from registry.passkeys.actions.keeping import add, begin, remove, rename, reset
from registry.passkeys.actions.proving import DOOR, confirm, sign_in
from registry.passkeys.actions.questions import Asked, ask, sweep

__all__ = ["DOOR", "Asked", "add", "ask", "begin", "confirm", "remove", "rename", "reset", "sign_in", "sweep"]
