"""What every feature stands on: who acts and what they may, time, text, numbers, events. It imports nothing of ours."""
