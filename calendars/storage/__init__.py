"""Tables and their queries, one shelf a module. Instants are epoch seconds UTC."""
