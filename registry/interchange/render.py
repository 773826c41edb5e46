"""An entity of another tool's catalogue as the YAML it reads"""

from typing import Any

import yaml


def to_yaml(entity: dict[str, Any]) -> str:
    """One document of YAML, its fields in the order they stand in."""
    return yaml.safe_dump(entity, sort_keys=False, allow_unicode=True, width=120)
