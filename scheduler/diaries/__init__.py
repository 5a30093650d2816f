"""Diaries that others keep: what stands against a date (DIA)."""
