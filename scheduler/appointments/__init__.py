"""What reaches people by telephone: messages that are tasks (RDV-1)."""
