"""PDF for the archive and for every reader: PDF/A-2a and PDF/UA-1 at once, by typst (NOT-2).

What people wrote reaches the template as data, never as source; a template may read nothing but
its own folder, and no font of the machine gets into a paper.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import typst

from calendars.model.typeset import typeset

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

_FOLDER = Path(__file__).with_name("typst")
_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


def pdf(template: str, data: Mapping[str, Json], *, at: int) -> bytes:
    """The paper of that template; of equal data at one instant equal octets."""
    made = typst.compile(
        _FOLDER / f"{template}.typ",
        root=_FOLDER,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(typeset_all(dict(data)))},
        pdf_standards=_STANDARDS,
        timestamp=at,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single file")
    return made


def typeset_all(value: Json) -> Json:
    """Texts as they are printed: French spaces, and apostrophes that are curved."""
    if isinstance(value, str):
        return typeset(value).replace("'", "’")
    if isinstance(value, list):
        return [typeset_all(one) for one in value]
    if isinstance(value, dict):
        return {name: typeset_all(one) for name, one in value.items()}
    return value
