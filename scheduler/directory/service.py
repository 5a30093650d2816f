"""Sites, ways and workplaces: decided by administrators, read by every feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from calendars.kernel.audit import Deed, Origin
from calendars.kernel.database import Db
from calendars.kernel.errors import Forbidden, InvalidInput, NotFound
from calendars.model.principal import Principal, Role
from calendars.services.find_principals import get_principal
from calendars.services.note_deed import note_deed
from calendars.services.set_policy import list_resources
from scheduler.directory import repository
from scheduler.directory.model import Site, Travel, Way, travel_of

MAX_MINUTES = 24 * 60


class NotForYou(Forbidden):
    """Administrators alone keep the directory."""

    words = "réservé à l'administration"


class BadDirectory(InvalidInput):
    """What was said of sites, ways or people cannot be."""

    words = "un site, un trajet ou une paire de personnes ne peut pas être ainsi"


def list_sites(db: Db) -> list[Site]:
    """Every site."""
    return repository.list_sites(db)


def list_ways(db: Db) -> list[Way]:
    """Every way between communes."""
    return repository.list_ways(db)


def travel(db: Db) -> Travel:
    """The ways between all the places that are known: sites, rooms, communes (DIA-5)."""
    rooms = [(one.principal.display_name, one.facts.site) for one in list_resources(db)]
    return travel_of(repository.list_sites(db), repository.list_ways(db), rooms)


def sites_of(db: Db, logins: Sequence[str]) -> Mapping[str, str]:
    """The code of the site where each works."""
    return repository.sites_of(db, logins)


def pairs_with(db: Db, logins: Sequence[str]) -> list[tuple[str, str]]:
    """Who must not be away at the same time as one of these people (NOT_TOGETHER)."""
    return repository.pairs_with(db, logins)


def list_pairs(db: Db) -> list[tuple[str, str]]:
    """All of them."""
    return repository.list_pairs(db)


def set_site(db: Db, actor: Principal | Origin, site: Site, *, now: int) -> None:
    """A site from now on. Raises NotForYou, BadDirectory."""
    _check_admin(actor)
    if not (site.code.strip() and site.label.strip() and site.commune.strip()):
        raise BadDirectory("a site has a code, a label and a commune")
    repository.set_site(db, site)
    note_deed(db, actor, Deed.SET_DIRECTORY, details={"site": 1}, now=now)


def remove_site(db: Db, actor: Principal | Origin, code: str, *, now: int) -> None:
    """Raises NotForYou, NotFound."""
    _check_admin(actor)
    if not repository.remove_site(db, code):
        raise NotFound("there is no such site")
    note_deed(db, actor, Deed.SET_DIRECTORY, details={"site": 0}, now=now)


def set_ways(db: Db, actor: Principal | Origin, ways: Sequence[Way], *, now: int) -> None:
    """How long these ways take from now on; the others stay. Raises NotForYou, BadDirectory."""
    _check_admin(actor)
    for way in ways:
        if not 0 <= way.minutes <= MAX_MINUTES:
            raise BadDirectory("a way takes a day at most")
        repository.set_way(db, way)
    note_deed(db, actor, Deed.SET_DIRECTORY, details={"ways": len(ways)}, now=now)


def set_workplace(
    db: Db, actor: Principal | Origin, login: str, site: str | None, *, now: int
) -> None:
    """Where somebody works from now on. Raises NotForYou, NotFound."""
    _check_admin(actor)
    person = get_principal(db, login)
    if site is not None and site not in {one.code for one in repository.list_sites(db)}:
        raise NotFound("there is no such site")
    repository.set_workplace(db, login, site)
    note_deed(db, actor, Deed.SET_DIRECTORY, owner=person.id, details={"workplace": 1}, now=now)


def set_pairs(
    db: Db, actor: Principal | Origin, pairs: Sequence[tuple[str, str]], *, now: int
) -> None:
    """These pairs must not be away together, and no others. Raises NotForYou, NotFound."""
    _check_admin(actor)
    for first, second in pairs:
        if get_principal(db, first).id == get_principal(db, second).id:
            raise BadDirectory("a pair is of two people")
    repository.set_pairs(db, pairs)
    note_deed(db, actor, Deed.SET_DIRECTORY, details={"pairs": len(pairs)}, now=now)


def _check_admin(actor: Principal | Origin) -> None:
    if isinstance(actor, Principal) and actor.role is not Role.ADMIN:
        raise NotForYou("administrators alone keep the directory")
