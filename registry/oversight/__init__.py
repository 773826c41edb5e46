"""People who watch a system and may stop it: what they are trained for, how often they should say no, whether stopping works."""
