"""What the service does by itself: APScheduler only ticks, the tables remember."""
