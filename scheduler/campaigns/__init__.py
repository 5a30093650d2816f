"""Campaigns of appraisals: those who are appraised choose a slot of whoever appraises (RDV-3)."""
