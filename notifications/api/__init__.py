"""Mail over REST: what was decided of what arrived, and what waits for a person."""
