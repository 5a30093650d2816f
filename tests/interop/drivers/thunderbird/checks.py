"""All checks, in their order."""

from editing import Editing
from recurrence import Recurrence
from scheduling import Scheduling
from session import Session
from subscription import Subscription


class Checks(Subscription, Editing, Recurrence, Scheduling, Session):
    """Each step leans on those before it."""

    def steps(self):
        return (
            ("01-discovery", self.discovery),
            ("02-subscribe", self.subscribe),
            ("03-create", self.create),
            ("04-remote-create", self.remote_create),
            ("05-edit", self.edit),
            ("06-conflict", self.conflict),
            ("07-recurring", self.recurring),
            ("08-edit-occurrence", self.edit_occurrence),
            ("09-own-series", self.own_series),
            ("10-task", self.task),
            ("11-scheduling", self.scheduling),
            ("12-freebusy", self.freebusy),
            ("13-peer", self.peer),
            ("14-remote-delete", self.remote_delete),
            ("15-delete", self.delete),
            ("16-restart-resync", self.resync),
        )
