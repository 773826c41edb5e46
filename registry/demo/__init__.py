"""An invented insurer to look at, and registers of any size to measure on."""
