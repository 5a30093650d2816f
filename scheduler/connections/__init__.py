"""Calendars and registers elsewhere: what is read from them and written to them."""
