"""What lies on disk: sessions, migrations, files, pages of lists, and the register as of a past day."""
