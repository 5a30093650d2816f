"""Requests for an appointment with somebody whose diary others keep (DIA-2)."""
