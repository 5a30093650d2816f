"""The middle: all that is written to people, and what they mail back."""
