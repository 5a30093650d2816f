"""Pages for people without an account: what `/r/<token>` shows and does (SEC-7)."""
