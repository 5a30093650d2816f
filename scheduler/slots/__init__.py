"""Free slots for people, rooms and vehicles, ranked, each with its reasons (MTG-3)."""
