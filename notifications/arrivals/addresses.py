"""Whether mail for an address is for us: asked before the mail is accepted."""

from __future__ import annotations

from calendars.kernel.database import Db
from calendars.services.find_calendar_users import find_calendar_user
from notifications.bounces import find_by_bounce, token_in
from notifications.imip.reply_address import thread_of


def is_ours(db: Db, mailbox: str, address: str) -> bool:
    """The mailbox itself, a mark that we gave, or a person here.

    A mark that nobody was given is refused as any unknown address is (RFC 5321 §3.6.2): guessing
    costs the guesser a conversation for each.
    """
    local, _, domain = address.strip().lower().rpartition("@")
    own, _, own_domain = mailbox.lower().partition("@")
    base, _, token = local.partition("+")
    if (base, domain) != (own, own_domain):
        return find_calendar_user(db, f"mailto:{local}@{domain}") is not None
    if not token or thread_of(db, token) is not None:
        return True
    returned = token_in(address)
    return returned is not None and find_by_bounce(db, token=returned) is not None
