"""Reviews and what is found in them; decisions, attestations, sign-offs and waivers."""
