"""Numbers that other systems know a thing by: mail register, procurement, dossiers (DIR-5)."""
