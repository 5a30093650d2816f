"""The CalDAV face: a raw ASGI app, its methods, reports and properties (docs/adr/0003)."""
