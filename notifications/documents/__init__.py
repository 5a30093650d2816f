"""Papers that are printed or kept: PDF by typst, DOCX; data in, octets out (NOT-2)."""
