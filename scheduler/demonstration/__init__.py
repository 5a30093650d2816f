"""An invented directorate with a year of diaries, to try the service and to show it."""
