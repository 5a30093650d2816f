"""Meetings: agenda, attendance, minutes, actions; the event holds time, place and people (MTG)."""
