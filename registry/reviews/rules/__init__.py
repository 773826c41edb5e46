"""What a review, a decision, an attestation, a sign-off and a waiver must satisfy; what they bind to; when they are due and lapse."""
