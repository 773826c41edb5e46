"""One file with everything in it, made while people work, and restored with its proof."""
