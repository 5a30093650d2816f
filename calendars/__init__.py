"""The ground: CalDAV server and calendar storage; knows neither mail nor commissions."""
