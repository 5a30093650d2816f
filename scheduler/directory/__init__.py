"""Where people work, and how far it is from one place to another (DIR, DIA-5)."""
