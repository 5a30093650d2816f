"""Polls of dates: which of those held for an appointment suit whom (MTG-3, DIA-3)."""
