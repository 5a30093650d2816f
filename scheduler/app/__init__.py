"""The assembled service: settings, wiring, web, command line, migrations."""
