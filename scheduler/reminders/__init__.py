"""Reminders before the date, and digests of a diary: when they leave, and to whom (TIM-11)."""
