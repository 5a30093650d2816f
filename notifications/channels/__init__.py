"""The ways out: a mail relay, or a folder where no relay is set."""
