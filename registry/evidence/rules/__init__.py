"""What a piece of evidence states and how long it holds; which files are taken and by what names."""
