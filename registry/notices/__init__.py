"""Who is told what has happened: in the registry itself, by mail, and other programs by signed webhooks."""
