"""Bring an inventory onto the register: upload, map, check, carry out, undo; and the mappings people save."""
