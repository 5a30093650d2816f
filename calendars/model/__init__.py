"""Pure calendar rules: iCalendar text, recurrence, filters. No database, no HTTP."""
