"""Of how many people one may ask in a minute."""

from __future__ import annotations

import pytest

from calendars.http.inquiries import Inquiries, TooManyInquiries
from calendars.kernel.identifiers import PrincipalId

ANNE, PAUL = PrincipalId(1), PrincipalId(2)


def test_each_has_a_number_of_people_in_each_minute() -> None:
    inquiries = Inquiries(per_minute=10)
    inquiries.charge(ANNE, 10, now=60)
    with pytest.raises(TooManyInquiries):
        inquiries.charge(ANNE, 1, now=119)

    inquiries.charge(PAUL, 10, now=119)
    inquiries.charge(ANNE, 10, now=120)
