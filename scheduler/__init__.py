"""The top: the business of the directorate, and the assembled service."""
