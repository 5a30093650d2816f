"""Text compares as RFC 4790 and RFC 5051 say, for French too."""

from __future__ import annotations

import pytest

from calendars.model.collation import Collation
from calendars.model.invalid import UnsupportedCollation


@pytest.mark.rfc("4791 §9.7.5")
@pytest.mark.parametrize(
    ("collation", "text", "part", "found"),
    [
        pytest.param("i;octet", "Réunion", "union", True, id="octet-substring"),
        pytest.param("i;octet", "Réunion", "réunion", False, id="octet-minds-case"),
        pytest.param("i;octet", "Re\u0301union", "Réunion", False, id="octet-minds-form"),
        pytest.param("i;ascii-casemap", "Point PRESSE", "point p", True, id="ascii-no-case"),
        pytest.param("i;ascii-casemap", "RÉUNION", "réunion", False, id="ascii-minds-accents"),
        pytest.param("i;ascii-casemap", "Réunion", "RéUNION", True, id="ascii-keeps-others"),
        pytest.param("i;ascii-casemap", "straße", "STRASSE", False, id="ascii-sharp-s"),
        pytest.param("i;unicode-casemap", "RÉUNION", "réunion", True, id="unicode-accents"),
        pytest.param("i;unicode-casemap", "Re\u0301union", "RÉUNION", True, id="unicode-forms"),
        pytest.param("i;unicode-casemap", "Réunion", "Reunion", False, id="unicode-not-plain"),
        pytest.param("i;unicode-casemap", "ŒUVRE", "œuvre", True, id="unicode-ligature"),
        pytest.param("i;unicode-casemap", "Nº 5", "no 5", False, id="unicode-case-before-form"),
        pytest.param("default", "Conseil", "CONSEIL", True, id="default"),
        pytest.param("i;octet", "100 % sûr", "%", True, id="no-wildcard"),
        pytest.param("i;octet", "aaaa", "(a+)+$", False, id="no-regular-expression"),
        pytest.param("i;ascii-casemap", "x", "", True, id="nothing-is-everywhere"),
    ],
)
def test_a_part_is_found_as_the_collation_sees_it(
    collation: str, text: str, part: str, found: bool
) -> None:
    assert Collation.named(collation).contains(text, part) is found


@pytest.mark.rfc("4791 §7.5")
@pytest.mark.parametrize("name", ["i;evil-%n", "i;*", "*", "", "I;OCTET"])
def test_another_collation_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedCollation):
        Collation.named(name)
