"""Meetings as JSON."""
