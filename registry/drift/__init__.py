"""How far what comes in now differs from what a system was made on."""
