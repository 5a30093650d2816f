"""Scheduling messages: which ones a change calls for, and what they change (RFC 5546). Pure."""
