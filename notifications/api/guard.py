"""The guard over REST: its lists, and the messages that it holds back (SEC-6)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from calendars.http.problems import PROBLEM_RESPONSES
from calendars.http.shapes import Identifier, Shape, StrictShape, instant_of
from calendars.http.state import CurrentPrincipal, State
from notifications import keep_guard
from notifications.held import HeldMail
from notifications.hold_back import let_go, list_held, sentence

TAG = "Messages retenus"
TAGS = [{"name": TAG, "description": "Les mots et les noms qui ne partent dans aucun titre."}]

router = APIRouter(prefix="/api/v1", tags=[TAG], responses=PROBLEM_RESPONSES)

Text = Annotated[str, Field(min_length=2, max_length=200)]


class HeldMailOut(Shape):
    """A message that waits, without what it says."""

    id: int = Field(examples=[41])
    held_at: datetime
    kind: str = Field(examples=["imip"])
    recipient: str = Field(examples=["mailto:juge@tribunal.example"])
    uid: str | None = Field(None, description="De quel objet d'agenda il parle.")
    found: list[str] = Field(
        description="Ce qui a été trouvé et où, jamais le mot lui-même.",
        examples=[["name:summary"]],
    )
    because: str = Field(examples=["le titre contient un nom lié à un dossier"])

    @classmethod
    def of(cls, held: HeldMail) -> HeldMailOut:
        """One of them."""
        return cls(
            id=held.id,
            held_at=instant_of(held.held_at),
            kind=held.kind,
            recipient=held.recipient,
            uid=held.uid or None,
            found=list(held.flaws),
            because=sentence(held.flaws),
        )


class HeldMailsOut(Shape):
    """What waits, the oldest first."""

    items: list[HeldMailOut]


class ReasonIn(StrictShape):
    """Why it leaves all the same; kept with the name of who says so."""

    reason: Annotated[str, Field(min_length=8, max_length=500)]


class GuardedNameIn(StrictShape):
    """A name that belongs to a reference; only a keyed digest of it is kept."""

    reference: Text
    name: Text


class GuardedReferenceOut(Shape):
    """How many names are linked to a reference."""

    reference: str = Field(examples=["IS-2026-0421"])
    names: int = Field(examples=[2])


class GuardedReferencesOut(Shape):
    """By alphabet."""

    items: list[GuardedReferenceOut]


class DeniedWordIn(StrictShape):
    """A word, or a few that stand together."""

    text: Text


class DeniedWordOut(Shape):
    """One of the list."""

    id: int
    text: str


class DeniedWordsOut(Shape):
    """By alphabet."""

    items: list[DeniedWordOut]


class CountOut(Shape):
    """How many entries came or went."""

    entries: int


@router.get(
    "/held-mails",
    operation_id="listHeldMails",
    summary="Les messages que le contrôle des noms retient",
    description="Pour la personne au nom de qui ils partent, et pour qui invite en son nom.",
)
def held_mails(actor: CurrentPrincipal, state: State) -> HeldMailsOut:
    """What waits."""
    with state.database.reading() as db:
        found = list_held(db, actor, now=state.now())
    return HeldMailsOut(items=[HeldMailOut.of(one) for one in found])


@router.post(
    "/held-mails/{id}/release",
    operation_id="releaseHeldMail",
    summary="Laisser partir un message retenu",
    description="Il part tel quel ; votre nom et votre motif restent inscrits.",
)
def release(
    actor: CurrentPrincipal,
    state: State,
    number: Annotated[Identifier, Path(alias="id")],
    wanted: ReasonIn,
) -> HeldMailOut:
    """It leaves."""
    with state.database.transaction() as db:
        found = let_go(db, actor, number, wanted.reason, now=state.now())
    return HeldMailOut.of(found)


@router.get(
    "/guarded-names",
    operation_id="listGuardedReferences",
    summary="Les références auxquelles des noms sont liés",
    description="Combien de noms chacune a ; les noms eux-mêmes ne sont pas gardés.",
)
def references(actor: CurrentPrincipal, state: State) -> GuardedReferencesOut:
    """Without any name."""
    with state.database.reading() as db:
        found = keep_guard.list_references(db, actor)
    items = [GuardedReferenceOut(reference=one.reference, names=one.names) for one in found]
    return GuardedReferencesOut(items=items)


@router.post(
    "/guarded-names",
    status_code=201,
    operation_id="addGuardedName",
    summary="Lier un nom à une référence",
    description="Il ne part plus dans le titre, le lieu ni les noms de fichiers de ce qui est "
    "confidentiel, ni à côté de cette référence.",
)
def add_name(actor: CurrentPrincipal, state: State, wanted: GuardedNameIn) -> CountOut:
    """One more."""
    with state.database.transaction() as db:
        added = keep_guard.add_name(db, actor, wanted.reference, wanted.name, now=state.now())
    return CountOut(entries=int(added))


@router.delete(
    "/guarded-names",
    operation_id="removeGuardedNames",
    summary="Délier les noms d'une référence",
    description="Tous, ou celui qui est donné.",
)
def remove_names(
    actor: CurrentPrincipal,
    state: State,
    reference: Annotated[str, Query(max_length=200)],
    name: Annotated[str | None, Query(max_length=200)] = None,
) -> CountOut:
    """They may leave again."""
    with state.database.transaction() as db:
        gone = keep_guard.remove_names(db, actor, reference, name, now=state.now())
    return CountOut(entries=gone)


@router.get(
    "/denied-words",
    operation_id="listDeniedWords",
    summary="Les mots qui ne partent dans aucun titre",
    description="Pour l'administration du service.",
)
def words(actor: CurrentPrincipal, state: State) -> DeniedWordsOut:
    """The list."""
    with state.database.reading() as db:
        found = keep_guard.list_words(db, actor)
    return DeniedWordsOut(items=[DeniedWordOut(id=one.id, text=one.text) for one in found])


@router.post(
    "/denied-words",
    status_code=201,
    operation_id="addDeniedWord",
    summary="Ajouter un mot qui ne part pas",
    description="Pour l'administration du service.",
)
def add_word(actor: CurrentPrincipal, state: State, wanted: DeniedWordIn) -> CountOut:
    """One more."""
    with state.database.transaction() as db:
        added = keep_guard.add_word(db, actor, wanted.text, now=state.now())
    return CountOut(entries=int(added))


@router.delete(
    "/denied-words/{id}",
    status_code=204,
    operation_id="removeDeniedWord",
    summary="Retirer un mot de la liste",
    description="Pour l'administration du service.",
)
def remove_word(
    actor: CurrentPrincipal, state: State, number: Annotated[Identifier, Path(alias="id")]
) -> None:
    """It may leave again."""
    with state.database.transaction() as db:
        keep_guard.remove_word(db, actor, number, now=state.now())
