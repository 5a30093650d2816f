"""Benchmarks: Niaouli beside other CalDAV servers, the same seeded requests to each."""
