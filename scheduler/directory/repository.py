"""The shelf of the directory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, or_, select

from calendars.kernel.database import Db
from scheduler.directory.model import Site, Way
from scheduler.directory.tables import not_together, sites, travel_times, workplaces


def list_sites(db: Db) -> list[Site]:
    """Every site, by code."""
    rows = db.execute(select(sites.c.code, sites.c.label, sites.c.commune).order_by(sites.c.code))
    return [Site(*row) for row in rows]


def set_site(db: Db, site: Site) -> None:
    """The site of that code from now on."""
    db.execute(delete(sites).where(sites.c.code == site.code))
    db.execute(insert(sites).values(**site._asdict()))


def remove_site(db: Db, code: str) -> bool:
    """Whether there was one."""
    return db.execute(delete(sites).where(sites.c.code == code)).rowcount > 0


def list_ways(db: Db) -> list[Way]:
    """Every way that is known."""
    columns = travel_times.c.commune_a, travel_times.c.commune_b, travel_times.c.minutes
    return [Way(*row) for row in db.execute(select(*columns).order_by(*columns))]


def set_way(db: Db, way: Way) -> None:
    """How long it takes from now on, in either direction; none if it takes no time."""
    first, second = sorted((way.commune_a, way.commune_b))
    db.execute(
        delete(travel_times).where(
            travel_times.c.commune_a == first, travel_times.c.commune_b == second
        )
    )
    if way.minutes:
        db.execute(
            insert(travel_times).values(commune_a=first, commune_b=second, minutes=way.minutes)
        )


def sites_of(db: Db, logins: Sequence[str]) -> dict[str, str]:
    """The code of the site where each works, as far as it is known."""
    rows = db.execute(
        select(workplaces.c.login, workplaces.c.site).where(workplaces.c.login.in_(logins))
    )
    return {row.login: row.site for row in rows}


def set_workplace(db: Db, login: str, site: str | None) -> None:
    """Where somebody works from now on."""
    db.execute(delete(workplaces).where(workplaces.c.login == login))
    if site is not None:
        db.execute(insert(workplaces).values(login=login, site=site))


def pairs_with(db: Db, logins: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of people who must not be away together and of whom one is named."""
    a, b = not_together.c.login_a, not_together.c.login_b
    rows = db.execute(select(a, b).where(or_(a.in_(logins), b.in_(logins))).order_by(a, b))
    return [(first, second) for first, second in rows]


def list_pairs(db: Db) -> list[tuple[str, str]]:
    """Every such pair."""
    a, b = not_together.c.login_a, not_together.c.login_b
    return [(first, second) for first, second in db.execute(select(a, b).order_by(a, b))]


def set_pairs(db: Db, pairs: Iterable[tuple[str, str]]) -> None:
    """These and no others from now on."""
    db.execute(delete(not_together))
    for first, second in sorted({(min(pair), max(pair)) for pair in pairs}):
        db.execute(insert(not_together).values(login_a=first, login_b=second))
