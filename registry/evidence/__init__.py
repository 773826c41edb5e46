"""Files and links that show that something holds, kept by their SHA-256."""
