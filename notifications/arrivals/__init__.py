"""How mail arrives: read from a mailbox (IMAP) or handed over by the mail server (LMTP)."""
