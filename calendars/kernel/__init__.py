"""What every other package leans on: addresses, audit, clock, database, errors, identifiers."""
