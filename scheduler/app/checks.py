"""What `niaouli doctor` looks at: each check answers in one line and never stops the others."""

from __future__ import annotations

import os
import ssl
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from calendars.kernel.database import SAFE_SQLITE, Database, StoreUnavailable, sqlite_module
from calendars.services import verify_audit
from scheduler.app import migrate
from scheduler.app.settings import Settings

CERTIFICATE_WARNING = timedelta(days=21)
MAX_CLOCK_SKEW = 5
BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that is right shows an earlier day."""


class State(StrEnum):
    """How a check went."""

    OK = "ok"
    WARNING = "attention"
    ERROR = "erreur"


class Finding(NamedTuple):
    """One line of the report."""

    check: str
    state: State
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn; nothing is written or repaired."""
    for name, check in _CHECKS.items():
        try:
            state, words = check(settings)
        except Exception as error:  # noqa: BLE001 - a broken check is a finding
            state, words = State.ERROR, f"vérification impossible ({type(error).__name__})"
        yield Finding(name, state, words)


def _check_store(settings: Settings) -> tuple[State, str]:
    url = make_url(settings.store)
    where = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return State.WARNING, "pas encore créée ; elle le sera au premier démarrage"
    database = Database(settings.store)
    try:
        with database.reading() as db:
            revision = migrate.revision_of(db)
            if database.is_sqlite:
                broken = db.execute(text("PRAGMA quick_check(1)")).scalar_one() != "ok"
                if broken:
                    return State.ERROR, f"{where} : contenu abîmé ; rétablissez une sauvegarde"
    except (StoreUnavailable, SQLAlchemyError):
        return State.ERROR, f"{where} : ne répond pas"
    finally:
        database.close()
    if revision not in migrate.known():
        return State.ERROR, f"{where} : schéma {revision or 'absent'}, inconnu de cette version"
    if revision != migrate.newest():
        return State.WARNING, f"{where} : schéma {revision}, mis à jour au prochain démarrage"
    return State.OK, f"{where} : répond, schéma {revision}, contenu intègre"


def _check_audit(settings: Settings) -> tuple[State, str]:
    url = make_url(settings.store)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return State.OK, "encore vide"
    database = Database(settings.store)
    try:
        with database.reading() as db:
            if not inspect(db).has_table("audit_chains"):
                return State.OK, "encore vide"
            broken = verify_audit.glance(db)
    finally:
        database.close()
    if broken:
        return State.ERROR, f"{len(broken)} fins de chaîne fausses ; voyez « niaouli audit verify »"
    return State.OK, "fins de chaîne exactes (« niaouli audit verify » vérifie chaque ligne)"


def _check_engine(settings: Settings) -> tuple[State, str]:
    if settings.store.startswith("postgresql"):
        database = Database(settings.store)
        try:
            with database.reading() as db:
                version = db.execute(text("SHOW server_version")).scalar_one()
        finally:
            database.close()
        return State.OK, f"PostgreSQL {version}"
    found = sqlite_module().sqlite_version_info
    version = ".".join(map(str, found))
    if tuple(found) < SAFE_SQLITE:
        wanted = ".".join(map(str, SAFE_SQLITE))
        state = State.ERROR if settings.workers > 1 else State.WARNING
        return state, f"SQLite {version} ; {wanted} au moins pour plusieurs processus"
    return State.OK, f"SQLite {version}"


def _check_mail(settings: Settings) -> tuple[State, str]:
    if not settings.smtp_url:
        return State.OK, f"aucun relais : les messages vont dans {settings.data / 'mail'}"
    from notifications.channels.relay import Relay
    from notifications.channels.smtp import Smtp

    relay = Relay.parse(settings.smtp_url)
    with closing(Smtp(relay, connections=1)) as smtp:
        because = smtp.why_away()
    if because is not None:
        return State.ERROR, f"le relais {relay.host} ne nous laisse pas entrer : {because}"
    return State.OK, f"relais {relay.host}, expéditeur {settings.mail_from}"


def _check_messages(settings: Settings) -> tuple[State, str]:
    """What waits for a person is said: nobody else would see to it (NOT-1, SEC-6)."""
    from notifications import message, queued

    url = make_url(settings.store)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return State.OK, "aucun encore"
    database = Database(settings.store)
    try:
        with database.reading() as db:
            if not inspect(db).has_table("outbox"):
                return State.OK, "aucun encore"
            counts = queued.count_by_state(db)
    finally:
        database.close()
    words = queued.sentence(counts)
    waits = counts[message.State.HELD] or counts[message.State.FAILED]
    return (State.WARNING if waits else State.OK), words


def _check_arrivals(settings: Settings) -> tuple[State, str]:
    """The mailbox is opened and looked at; nothing in it changes."""
    from notifications.arrivals.imap import AWAY, connected
    from notifications.arrivals.mailbox_url import MailboxUrl

    listening = f"écoute LMTP sur {settings.lmtp_listen}" if settings.lmtp_listen else ""
    if not settings.imap_url:
        words = listening or "aucune boîte lue ; « niaouli receive » reste possible"
        return State.OK, words
    box = MailboxUrl.parse(settings.imap_url)
    try:
        with connected(box) as talk:
            waiting = len(talk.mailbox.uids("UNDELETED", charset=None))
            lacks = [name for name in ("IDLE", "MOVE") if not talk.can(name)]
    except AWAY as error:
        return State.ERROR, f"boîte de {box.host} illisible ({type(error).__name__})"
    words = f"boîte {box.folder} sur {box.host}, {waiting} message(s) à lire"
    if lacks:
        return State.WARNING, f"{words} ; le serveur ne connaît pas {' ni '.join(lacks)}"
    return State.OK, f"{words} ; {listening}" if listening else words


def _check_templates(settings: Settings) -> tuple[State, str]:
    from notifications.own_templates import faults_of
    from scheduler.app.wiring import composers

    own = settings.data / "templates"
    found = faults_of(composers(settings), own)
    if found:
        return State.ERROR, found[0].sentence
    changed = sum(path.is_file() for path in own.rglob("*")) if own.is_dir() else 0
    return State.OK, f"{changed} à vous, les autres du service" if changed else "ceux du service"


def _check_tls(settings: Settings) -> tuple[State, str]:
    if settings.tls_cert is None or settings.tls_key is None:
        if settings.behind_proxy:
            return State.OK, "assuré par le serveur mandataire placé devant"
        return State.OK, "sans TLS, accessible de cette machine seulement"
    for path in (settings.tls_cert, settings.tls_key):
        if not os.access(path, os.R_OK):
            return State.ERROR, f"{path} : illisible"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except ssl.SSLError:
        return State.ERROR, "le certificat et la clé ne vont pas ensemble"
    return _expiry(settings.tls_cert)


def _expiry(path: Path) -> tuple[State, str]:
    # The standard library reads certificates of files in this function only.
    decoded = ssl._ssl._test_decode_cert(str(path))  # type: ignore[attr-defined]
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(decoded["notAfter"]), UTC)
    left = ends - datetime.now(UTC)
    words = f"certificat valable jusqu'au {ends:%d/%m/%Y}"
    if left <= timedelta(0):
        return State.ERROR, f"certificat périmé depuis le {ends:%d/%m/%Y}"
    return (State.WARNING if left < CERTIFICATE_WARNING else State.OK), words


def _check_clock(settings: Settings) -> tuple[State, str]:
    now = datetime.now(UTC)
    if now < BUILT:
        return State.ERROR, f"l'horloge retarde : {now:%d/%m/%Y %H:%M} UTC"
    local = f"{now.astimezone(ZoneInfo(settings.timezone)):%d/%m/%Y %H:%M} ({settings.timezone})"
    if settings.store.startswith("postgresql"):
        database = Database(settings.store)
        try:
            with database.reading() as db:
                theirs = db.execute(text("SELECT extract(epoch FROM now())")).scalar_one()
        finally:
            database.close()
        skew = abs(float(theirs) - time.time())
        if skew > MAX_CLOCK_SKEW:
            return State.WARNING, f"{local}, à {skew:.0f} s de celle de PostgreSQL"
    return State.OK, local


def _check_zones(settings: Settings) -> tuple[State, str]:
    import tzdata  # type: ignore[import-untyped]

    noumea = ZoneInfo("Pacific/Noumea").utcoffset(datetime(2026, 7, 1))  # noqa: DTZ001
    if noumea != timedelta(hours=11):
        return State.ERROR, "Pacific/Noumea n'est pas à UTC+11 : données de fuseaux fausses"
    return State.OK, f"{settings.timezone}, Nouméa à UTC+11, tzdata {tzdata.IANA_VERSION}"


def _check_rights(settings: Settings) -> tuple[State, str]:
    if not settings.data.is_dir():
        return State.WARNING, f"{settings.data} n'existe pas encore"
    if not os.access(settings.data, os.W_OK | os.X_OK):
        return State.ERROR, f"{settings.data} : écriture impossible"
    for path in sorted(settings.data.iterdir()):
        if path.is_file() and _is_open(path):
            return State.ERROR, f"{path} : lisible par d'autres (chmod 600)"
    if _is_open(settings.data):
        return State.WARNING, f"{settings.data} : ouvert à d'autres (chmod 700)"
    return State.OK, f"{settings.data} : réservé au service"


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


_CHECKS: dict[str, Callable[[Settings], tuple[State, str]]] = {
    "Base de données": _check_store,
    "Moteur": _check_engine,
    "Messagerie": _check_mail,
    "Messages": _check_messages,
    "Courrier entrant": _check_arrivals,
    "Modèles": _check_templates,
    "TLS": _check_tls,
    "Horloge": _check_clock,
    "Fuseaux horaires": _check_zones,
    "Droits": _check_rights,
    "Journal": _check_audit,
}
