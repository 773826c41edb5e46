"""Reports of other tools as readings: what each holds, and everything that was left out of it with the reason"""
