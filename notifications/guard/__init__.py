"""The guard in the door: no name of a child or a family leaves in a subject or a title (SEC-6)."""
