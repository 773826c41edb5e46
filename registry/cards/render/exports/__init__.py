"""A card in the formats that others read: Markdown with a Hugging Face header, CycloneDX, Model Card Toolkit, OMB's inventory."""

from registry.cards.render.exports.forms import FORMS, Export, Form, exported, left_out

__all__ = ["FORMS", "Export", "Form", "exported", "left_out"]
