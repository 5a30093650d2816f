"""Which days and hours are worked: holidays, closures, day units, legal periods (TIM)."""
