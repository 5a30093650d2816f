"""Absences: days on which somebody is not there, and never why (DIA-7)."""
