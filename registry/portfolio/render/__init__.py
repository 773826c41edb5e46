"""Lists of the register as files to take away; why AI fails as a map; amounts in words; the reports on paper and as a workbook."""

from registry.portfolio.render.lists import causes_map, money_said, owners_csv, sparks

__all__ = ["causes_map", "money_said", "owners_csv", "sparks"]
