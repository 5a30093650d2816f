"""The JSON face of principals and calendars, and the feeds."""
