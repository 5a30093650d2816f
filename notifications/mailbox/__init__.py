"""What becomes of the mail that arrives (RFC 6047)."""
