"""Dates that must not be missed, one after another (DLN-1)."""
