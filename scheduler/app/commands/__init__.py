"""The command line, one idea a module; heavy modules are imported inside the commands."""
