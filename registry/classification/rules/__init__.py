"""What a questionnaire asks, when an answer counts, what follows from answers, and when a tier may stand."""
