"""The material content of systems; reviews, decisions, attestations, sign-offs and waivers as far as the reader may know of them."""
