"""How to connect each program, in the words of its own menus: for the page and the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, urlsplit

LOGIN = "votre identifiant"
_LOCAL = {"127.0.0.1", "localhost", "::1"}


class Guide(NamedTuple):
    """One program, where to get it, and what to do in it."""

    program: str
    download: str | None
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The public address of the service, as programs want to hear it."""

    url: str

    @property
    def host(self) -> str:
        """Name and, where it is not the usual one, port."""
        return urlsplit(self.url).netloc

    @property
    def is_local(self) -> bool:
        """Only programs on this very machine can come here."""
        return (urlsplit(self.url).hostname or "") in _LOCAL

    def davx5(self, login: str = "") -> str:
        """An address that DAVx⁵ opens; `davx5:` means HTTPS, `caldav:` does not."""
        parts = urlsplit(self.url)
        scheme = "davx5" if parts.scheme == "https" else "caldav"
        user = f"{quote(login, safe='')}@" if login else ""
        return f"{scheme}://{user}{parts.netloc}{parts.path}/"


def guides(place: Place, login: str = LOGIN) -> tuple[Guide, ...]:
    """The guide of each program; `login` is what to type as a user name."""
    return (
        Guide(
            "Thunderbird",
            "https://www.thunderbird.net/fr/",
            (
                "Agenda › Nouvel agenda… › Sur le réseau › Suivant",
                f"Nom d'utilisateur : {login}",
                f"Adresse : {place.url}",
                "Rechercher des agendas, donner le mot de passe, cocher, S'abonner",
                "Les agendas que l'on vous a confiés sont dans la même liste que les vôtres",
            ),
        ),
        Guide(
            "Outlook pour Windows, avec le complément CalDav Synchronizer",
            "https://caldavsynchronizer.org/",
            (
                "Ruban CalDav Synchronizer › Synchronization Profiles › Add › Generic CalDAV",
                f"DAV URL : {place.url}/dav/",
                f"Username : {login}",
                "Password : le mot de passe",
                "Choisir le dossier Outlook, puis Test or discover settings, et OK",
            ),
        ),
        Guide(
            "iPhone et iPad",
            None,
            (
                "Réglages › Apps › Calendrier › Comptes › Ajouter un compte › Autre › CalDAV",
                f"Serveur : {place.host}",
                f"Nom d'utilisateur : {login}, puis le mot de passe",
            ),
        ),
        Guide(
            "Android, avec DAVx⁵",
            "https://www.davx5.com/download",
            (
                "« + » › Connexion avec une URL et un nom d'utilisateur",
                f"URL de base : {place.url}",
                f"Nom d'utilisateur : {login}, puis le mot de passe",
                "Créer le compte, puis cocher les agendas et les listes de tâches",
            ),
        ),
    )
