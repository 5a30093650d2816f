"""iTIP by mail (RFC 6047)."""
