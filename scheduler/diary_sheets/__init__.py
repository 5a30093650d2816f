"""Diaries on paper: the week, the day, the month, who is present (DIA-6, DIA-7)."""
