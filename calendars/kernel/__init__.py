"""What every other package leans on: addresses, clock, database, errors, identifiers."""
