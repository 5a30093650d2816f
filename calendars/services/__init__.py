"""Deeds on calendars, one a module: each loads, decides and stores, and none commits."""
