"""The acceptance programme, T01 to T30: what is promised of reliability and security, shown at its size and with its defect."""
