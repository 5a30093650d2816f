"""Who of a group is meant by somebody elsewhere who invites it (DIR-1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from calendars.itip.group import Member
from calendars.kernel.database import Db
from calendars.model.calendar_user_address import CalendarUserAddress, addresses_of, email_in
from calendars.model.principal import PrincipalKind
from calendars.services.date_members import members_on
from calendars.services.find_calendar_users import find_calendar_users


def find_members_by_mail(
    db: Db, addresses: Iterable[CalendarUserAddress], day: date
) -> Mapping[CalendarUserAddress, Sequence[Member]]:
    """The members on a day of those that are groups of ours, by the address of the group.

    To somebody elsewhere only an e-mail address means anything; who has none is left out.
    """
    groups = find_calendar_users(db, addresses)
    return {
        address: [
            Member(mail, person.display_name)
            for person in members_on(db, group.id, day)
            if (mail := next((one for one in addresses_of(person) if email_in(one)), None))
        ]
        for address, group in groups.items()
        if group.kind is PrincipalKind.GROUP
    }
