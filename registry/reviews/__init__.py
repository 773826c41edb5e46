"""Reviews bound to what was read: findings, conditions, attestations, sign-offs, waivers."""
