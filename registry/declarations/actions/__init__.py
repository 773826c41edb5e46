"""Apply files to the register, all of them or none; remember what each set"""

from registry.declarations.actions.applying import Applied, apply
from registry.declarations.actions.remembering import Origin

__all__ = ["Applied", "Origin", "apply"]
