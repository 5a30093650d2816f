"""What the papers of a meeting say: agenda, attendance sheet, minutes (FR-1, DIR-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from calendars.kernel.database import Db
from calendars.model.french_dates import hour, lasting, long_date
from calendars.model.principal import Principal, Visibility
from calendars.model.wall_clock import epoch_to_local
from calendars.services.find_principals import get_principal_by_id
from notifications.documents.docx import docx
from notifications.documents.markdown import blocks_of, spans_of
from notifications.documents.pdf import Json, pdf
from scheduler.meetings import people
from scheduler.meetings.access import Opened
from scheduler.meetings.action_model import Action
from scheduler.meetings.house import House
from scheduler.meetings.invitation import KINDS
from scheduler.meetings.keep_actions import ActionLine, still_open
from scheduler.meetings.keep_agenda import AgendaLine, ShownAgenda
from scheduler.meetings.minutes_model import (
    Minutes,
    MinutesKind,
    MinutesStep,
    NotedAction,
    Section,
    actions_in,
)
from scheduler.meetings.note_attendance import Attending, list_attending
from scheduler.meetings.rules import OUT, MeetingState, MinutesState, Presence

SPARE_LINES = 3
ONE_PAGE = 22
"""So many lines of the attendance sheet fit on its page."""
MINUTES_KINDS = {
    MinutesKind.ACCOUNT: "Compte rendu",
    MinutesKind.DECISIONS: "Relevé de décisions",
}
_GROUPS = (
    (Presence.PRESENT, "Présents"),
    (Presence.REMOTE, "À distance"),
    (Presence.REPRESENTED, "Représentés"),
    (Presence.EXCUSED, "Excusés"),
    (Presence.ABSENT, "Absents"),
)


def agenda_pdf(db: Db, actor: Principal, shown: ShownAgenda, house: House, *, now: int) -> bytes:
    """The agenda on paper; with what is still to be done since the last times, as far as its
    reader may know it.
    """
    opened = shown.opened
    settled = opened.meeting.state not in {MeetingState.REQUESTED, MeetingState.PLANNED}
    data: dict[str, Json] = {
        **_head(opened, house),
        "facts": _facts(db, opened),
        "items": [_item(one, house) for one in shown.lines],
        "closing": "L'ordre du jour est arrêté." if settled else _until(opened, house),
        "actions": [_pending(one) for one in still_open(db, actor, opened, house, now=now)],
    }
    return pdf("agenda", data, at=now)


def _head(opened: Opened, house: House) -> dict[str, Json]:
    return {
        "organisation": house.organisation,
        "title": opened.title,
        "when": when(opened, house),
        "reference": f"Réf. {opened.meeting.ref}",
        "confidential": opened.visibility == Visibility.CONFIDENTIAL,
    }


def when(opened: Opened, house: House) -> str:
    """`lundi 9 mars 2026, de 8 h à 10 h`."""
    start, end = opened.starts_at, opened.ends_at
    if start is None or end is None:
        return "date à préciser"
    first, last = epoch_to_local(start, house.zone), epoch_to_local(end, house.zone)
    return f"{long_date(first.date())}, de {hour(first)} à {hour(last)}"


def _facts(db: Db, opened: Opened) -> list[Json]:
    meeting = opened.meeting
    pairs: list[Json] = [["Présidence", chair_of(db, opened)]]
    if meeting.secretary_id is not None:
        pairs.append(["Secrétariat", get_principal_by_id(db, meeting.secretary_id).display_name])
    if opened.event is not None and opened.event.location:
        pairs.append(["Lieu", opened.event.location])
    return pairs


def chair_of(db: Db, opened: Opened) -> str:
    """`Aurélien Cagou, le directeur`."""
    chair = get_principal_by_id(db, opened.meeting.chair_id or opened.owner.id)
    function = opened.meeting.chair_function
    return f"{chair.display_name}, {function}" if function else chair.display_name


def _until(opened: Opened, house: House) -> str:
    closes = opened.meeting.agenda_closes_at
    if closes is None:
        return ""
    local = epoch_to_local(closes, house.zone)
    return f"L'ordre du jour est ouvert jusqu'au {long_date(local.date())} à {hour(local)}."


def _item(line: AgendaLine, house: House) -> Json:
    item, window = line.item, line.timed.window
    said = [KINDS[item.kind].capitalize()]
    if line.presenter is not None:
        said.append(line.presenter.name)
    if item.added_in_session:
        said.append("ajouté en séance")
    papers = ", ".join(one.ref for one in line.papers)
    return {
        "number": item.position,
        "hour": hour(epoch_to_local(window.starts_at, house.zone)) if window else "reporté",
        "title": item.title,
        "detail": " – ".join(said),
        "papers": f"Pièces : {papers}" if papers else "",
        "duration": lasting(item.minutes),
    }


def _pending(line: ActionLine) -> Json:
    return {**_action(line.action, line.owner.name), "late": line.overdue}


def _action(action: Action | NotedAction, owner: str) -> dict[str, Json]:
    return {
        "ref": action.ref or "",
        "label": action.label,
        "owner": owner,
        "due": f"{action.due:%d/%m/%Y}" if action.due else "–",
    }


def attendance_pdf(db: Db, opened: Opened, house: House, *, now: int) -> bytes:
    """The sheet that is signed; with a few lines for those who come besides."""
    lines = list_attending(db, opened)
    data: dict[str, Json] = {
        **_head(opened, house),
        "facts": _facts(db, opened),
        "people": [_signer(number, one, house) for number, one in enumerate(lines, 1)],
        "spare": max(0, min(SPARE_LINES, ONE_PAGE - len(lines))),
    }
    return pdf("attendance", data, at=now)


def _signer(number: int, one: Attending, house: House) -> Json:
    noted = one.noted
    arrived = noted.arrived_at if noted else None
    presence = presence_words(one) if noted else expected_words(one)
    return {
        "number": number,
        "name": one.who.name,
        "presence": presence,
        "arrived": "" if arrived is None else hour(epoch_to_local(arrived, house.zone)),
    }


_PRESENCES = {
    Presence.PRESENT: ("présent", "présente", "présent(e)"),
    Presence.REMOTE: ("visio", "visio", "visio"),
    Presence.EXCUSED: ("excusé", "excusée", "excusé(e)"),
    Presence.ABSENT: ("absent", "absente", "absent(e)"),
    Presence.REPRESENTED: ("représenté", "représentée", "représenté(e)"),
}


def presence_words(one: Attending) -> str:
    """`présente`, `représenté par Lucas Letchi`; agreed where the civility is known."""
    if one.presence is None:
        return "sans réponse"
    civility = one.noted.civility if one.noted else None
    words = _PRESENCES[one.presence][{"M.": 0, "Mme": 1}.get(civility or "", 2)]
    by = one.noted.represented_by if one.noted else None
    return f"{words} par {by}" if by and one.presence is Presence.REPRESENTED else words


def expected_words(one: Attending) -> str:
    """What the answer makes expect, before the day."""
    if one.expected is None:
        return "sans réponse"
    return "attendu(e)" if one.expected is Presence.PRESENT else presence_words(one)


def minutes_pdf(db: Db, opened: Opened, found: Minutes, step: MinutesStep, house: House) -> bytes:
    """A version of the minutes, as PDF; of a version always the same octets."""
    return pdf("minutes", minutes_data(db, opened, found, step, house), at=step.at)


def minutes_docx(db: Db, opened: Opened, found: Minutes, step: MinutesStep, house: House) -> bytes:
    """The same for a word processor."""
    return docx(minutes_data(db, opened, found, step, house), at=step.at)


def minutes_data(
    db: Db, opened: Opened, found: Minutes, step: MinutesStep, house: House
) -> dict[str, Json]:
    """What the minutes say, ready to be set."""
    owners = people.known(db, [one.owner for one in actions_in(step.sections)])
    final = step.state in OUT | {MinutesState.VALIDATED}
    return {
        **_head(opened, house),
        "kind": MINUTES_KINDS[step.kind],
        "reference": f"Réf. {opened.meeting.ref} – version n° {step.version}",
        "status": status_of(db, opened, found, step, house),
        "final": final,
        "correction": correction_of(found, step, house),
        "facts": [*_facts(db, opened), *_attendance(list_attending(db, opened))],
        "sections": [_section(number, one) for number, one in enumerate(step.sections, 1)],
        "actions": [_action(one, owners[one.owner].name) for one in actions_in(step.sections)],
        "signature": _signature(db, opened, found, step, house),
    }


def _attendance(lines: Sequence[Attending]) -> Iterable[Json]:
    for presence, label in _GROUPS:
        names = [_named(one) for one in lines if one.presence is presence]
        if names:
            yield [label, ", ".join(names)]


def _named(one: Attending) -> str:
    by = one.noted.represented_by if one.noted else None
    if by and one.presence is Presence.REPRESENTED:
        return f"{one.who.name} (par {by})"
    return one.who.name


def _section(number: int, section: Section) -> Json:
    return {
        "number": number,
        "title": section.title,
        "detail": "Point réservé" if section.reserved else "",
        "blocks": [one.json() for one in blocks_of(section.text)],
        "decisions": [[span.json() for span in spans_of(one)] for one in section.decisions],
    }


def status_of(db: Db, opened: Opened, found: Minutes, step: MinutesStep, house: House) -> str:
    """`Validé le mercredi 11 mars 2026 par Hortense Niaouli, pour le directeur, par intérim.`"""
    validation = found.validation_of(step)
    if validation is None:
        return "Projet : ce document n'est pas validé."
    name = get_principal_by_id(db, validation.author_id).display_name
    day = long_date(house.day(validation.at))
    return f"Validé le {day} par {name}{interim_of(db, opened, validation, ', ')}."


def interim_of(db: Db, opened: Opened, step: MinutesStep, before: str = "") -> str:
    """`pour le directeur, par intérim`; empty where the chair himself did it (DIR-3)."""
    if step.for_id is None:
        return ""
    chair = get_principal_by_id(db, step.for_id).display_name
    return f"{before}pour {opened.meeting.chair_function or chair}, par intérim"


def correction_of(found: Minutes, step: MinutesStep, house: House) -> str:
    """What changed, and which version it replaces (MTG-7)."""
    correction, former = found.correction_of(step), found.replaced_by(step)
    if correction is None or former is None:
        return ""
    day = long_date(house.day(former.at))
    said = f"Version rectifiée (n° {step.version}), qui remplace celle du {day}."
    return f"{said} Modification : {(correction.reason or '').rstrip('.')}."


def _signature(
    db: Db, opened: Opened, found: Minutes, step: MinutesStep, house: House
) -> list[Json]:
    signed: list[Json] = []
    validation = found.validation_of(step)
    if validation is not None:
        chair = interim_of(db, opened, validation) or opened.meeting.chair_function or "Présidence"
        name = get_principal_by_id(db, validation.author_id).display_name
        day = f"le {long_date(house.day(validation.at))}"
        signed.append({"role": chair[:1].upper() + chair[1:], "name": name, "note": day})
    if opened.meeting.secretary_id is not None:
        name = get_principal_by_id(db, opened.meeting.secretary_id).display_name
        signed.append({"role": "Secrétariat de séance", "name": name, "note": ""})
    return signed


def minutes_markdown(
    db: Db, opened: Opened, found: Minutes, step: MinutesStep, house: House
) -> str:
    """The minutes as one text in Markdown."""
    owners = people.known(db, [one.owner for one in actions_in(step.sections)])
    lines = [f"# {MINUTES_KINDS[step.kind]} – {opened.title}", "", when(opened, house), ""]
    lines += [f"*{status_of(db, opened, found, step, house)}*", ""]
    for number, section in enumerate(step.sections, 1):
        lines += [f"## {number}. {section.title}", ""]
        lines += [section.text, ""] if section.text else []
        for decision in section.decisions:
            lines += [f"**Décision** : {decision}", ""]
        for one in section.actions:
            due = f", avant le {one.due:%d/%m/%Y}" if one.due else ""
            lines += [f"- **Action {one.ref}** : {one.label} ({owners[one.owner].name}{due})", ""]
    return "\n".join(lines)
