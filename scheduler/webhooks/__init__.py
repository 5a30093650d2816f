"""Other programs are told what became of meetings, minutes and actions, by signed requests."""
