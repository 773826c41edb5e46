"""Who answers for what: seats held over time, offered, accepted, handed over, confirmed."""
