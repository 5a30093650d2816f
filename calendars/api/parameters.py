"""Path and query parameters that several routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from calendars.http.shapes import Identifier, PathName, QueryInstant, QueryMoment

LoginPath = Annotated[PathName, Path(description="L'identifiant de la personne.")]
CalendarPath = Annotated[PathName, Path(description="Le nom de l'agenda.", examples=["agenda"])]
ResourcePath = Annotated[
    PathName, Path(description="L'identifiant de la ressource.", examples=["salle-ocre"])
]
ObjectName = Annotated[PathName, Path(description="Le nom de l'objet dans l'agenda.")]
VersionPath = Annotated[Identifier, Path(description="Le numéro de la version.")]
DelegationPath = Annotated[Identifier, Path(description="Le numéro de la délégation.")]
From = Annotated[
    QueryInstant,
    Query(alias="from", description="Début de la période, compris (RFC 3339)."),
]
To = Annotated[
    QueryInstant,
    Query(alias="to", description="Fin de la période, exclue (RFC 3339)."),
]
OccurrenceStart = Annotated[
    QueryMoment | None,
    Query(
        description="Le début initial d'une occurrence, tel que la liste le donne : elle seule "
        "est concernée."
    ),
]
Limit = Annotated[int, Query(ge=1, le=500, description="Combien d'éléments au plus.")]
ShortLimit = Annotated[int, Query(ge=1, le=100, description="Combien d'éléments au plus.")]
Before = Annotated[
    Identifier | None, Query(description="La suite : ce que `next` a donné la fois d'avant.")
]
