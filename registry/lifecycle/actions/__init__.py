"""Move a system from stage to stage; stop it and let it go on; raise and lower its autonomy; note that it fell below its gate."""
