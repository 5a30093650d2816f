"""`niaouli campaign …`: campaigns of appraisals, who has chosen, and what is free (RDV-3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.app.commands.console import (
    ActsAs,
    AsCsv,
    AsJson,
    Config,
    LoginArgument,
    WrongUsage,
    actor_of,
    instant_in,
    now_of,
    open_service,
    said,
    say,
    write_list,
)

if TYPE_CHECKING:
    from calendars.kernel.database import Db
    from calendars.model.principal import Principal
    from scheduler.campaigns.model import CampaignId, Overview
    from scheduler.choosing.model import House

Number = Annotated[
    int, typer.Argument(metavar="N°", min=1, show_default=False, help="De « campaign list ».")
]
Own = Annotated[
    int, typer.Argument(metavar="N°", min=1, show_default=False, help="De « campaign own ».")
]
Remaining = Annotated[
    bool, typer.Option("--remaining", help="Seulement qui n'a pas encore choisi.")
]


_SHORT = ("N°", "Titre", "État", "Premier jour", "Dernier jour", "Agents", "Choisis")


def new(
    login: LoginArgument,
    first: Annotated[str, typer.Option("--from", metavar="JOUR", help="Le premier jour.")],
    last: Annotated[str, typer.Option("--to", metavar="JOUR", help="Le dernier jour, compris.")],
    evaluator: Annotated[
        list[str],
        typer.Option("--evaluator", metavar="LOGIN=LOGIN,…", help="Qui, et avec qui ; répétable."),
    ],
    title: Annotated[str | None, typer.Option("--title", metavar="TITRE")] = None,
    minutes: Annotated[int, typer.Option("--minutes", min=10, max=480)] = 60,
    room: Annotated[
        list[str] | None, typer.Option("--room", metavar="LOGIN", help="L'une d'elles ; répétable.")
    ] = None,
    change_until: Annotated[
        str | None,
        typer.Option("--change-until", metavar="JOUR", help="Dernier jour pour changer."),
    ] = None,
    acts_as: ActsAs = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Préparer une campagne d'entretiens ; « campaign open » l'ouvre."""
    from scheduler.campaigns.schemas import CAMPAIGN_HEADINGS, CampaignIn, CampaignOut
    from scheduler.campaigns.service import make_campaign

    wanted = said(
        CampaignIn, on_behalf_of=login, title=title, first_day=first, last_day=last,
        minutes=minutes, rooms=room, evaluators=[_evaluator(one) for one in evaluator],
        change_until=change_until,
    )  # fmt: skip
    with open_service(config) as service, service.database.transaction() as db:
        actor = actor_of(db, login, acts_as)
        made = CampaignOut.of(make_campaign(db, actor, wanted.draft(), now=now_of(service)))
    write_list(CAMPAIGN_HEADINGS, [made], short=_SHORT, as_json=as_json, as_csv=as_csv)


def _evaluator(text: str) -> dict[str, object]:
    login, found, people = text.partition("=")
    if not found:
        raise WrongUsage(f"« {text} » : écrivez par exemple claire=paul,anne")
    return {"login": login, "people": [one for one in people.split(",") if one]}


def agree(
    login: LoginArgument, number: Number, acts_as: ActsAs = None, config: Config = None
) -> None:
    """Accepter, pour cette personne, de mener des entretiens dans son temps."""
    from scheduler.app.wiring import choosing_of
    from scheduler.campaigns import service as deeds
    from scheduler.campaigns.model import CampaignId

    with open_service(config) as service, service.database.transaction() as db:
        actor, house = actor_of(db, login, acts_as), choosing_of(service)
        deeds.agree(db, actor, CampaignId(number), login, house, now=now_of(service))
    say("C'est accepté : on peut choisir dans ce temps.")


def list_all(
    login: LoginArgument, acts_as: ActsAs = None, config: Config = None, *,
    as_json: AsJson = False, as_csv: AsCsv = False,
) -> None:  # fmt: skip
    """Lister les campagnes qu'une personne mène, ou dans lesquelles elle mène des entretiens."""
    from scheduler.campaigns import service as deeds
    from scheduler.campaigns.schemas import CAMPAIGN_HEADINGS, CampaignOut

    with open_service(config) as service, service.database.reading() as db:
        actor = actor_of(db, login, acts_as)
        found = deeds.list_campaigns(db, actor, login, now=now_of(service))
    rows = [CampaignOut.of(one) for one in found]
    write_list(CAMPAIGN_HEADINGS, rows, short=_SHORT, as_json=as_json, as_csv=as_csv)


def people(
    login: LoginArgument, number: Number, acts_as: ActsAs = None, config: Config = None, *,
    remaining: Remaining = False, as_json: AsJson = False, as_csv: AsCsv = False,
) -> None:  # fmt: skip
    """Lister qui a choisi un créneau de cette personne, et qui non.

    Exemple : niaouli campaign people claire 3 --remaining --csv
    """
    from scheduler.campaigns.access import lines_for, open_campaign
    from scheduler.campaigns.model import CampaignId
    from scheduler.campaigns.schemas import PEOPLE_HEADINGS, PersonOut

    with open_service(config) as service, service.database.reading() as db:
        actor, now = actor_of(db, login, acts_as), now_of(service)
        campaign = open_campaign(db, actor, CampaignId(number), now=now)
        lines = lines_for(db, actor, campaign, login, now=now)
    rows = [
        PersonOut.of(one, service.zone, now=now)
        for one in lines
        if not remaining or one.taken is None
    ]
    short = ("Agent", "État", "Début", "Fin", "Lieu")
    write_list(PEOPLE_HEADINGS, rows, short=short, as_json=as_json, as_csv=as_csv)


def own(
    login: LoginArgument, config: Config = None, *, as_json: AsJson = False, as_csv: AsCsv = False
) -> None:
    """Lister les entretiens auxquels une personne est invitée elle-même."""
    from scheduler.app.wiring import choosing_of
    from scheduler.campaigns.choose import list_own
    from scheduler.campaigns.schemas import OWN_HEADINGS, OwnChoiceOut

    with open_service(config) as service, service.database.reading() as db:
        now, house = now_of(service), choosing_of(service)
        found = list_own(db, actor_of(db, login))
    rows = [
        OwnChoiceOut.of(one, service.zone, choosable=one.is_choosable(house, now=now), now=now)
        for one in found
    ]
    short = ("N°", "Évaluateur", "État", "Début", "Lieu")
    write_list(OWN_HEADINGS, rows, short=short, as_json=as_json, as_csv=as_csv)


def slots(
    login: LoginArgument, number: Own, config: Config = None, *,
    as_json: AsJson = False, as_csv: AsCsv = False,
) -> None:  # fmt: skip
    """Lister les créneaux parmi lesquels une personne peut choisir en ce moment."""
    from scheduler.app.wiring import choosing_of
    from scheduler.campaigns.choose import offered, open_own
    from scheduler.campaigns.model import ChoiceId
    from scheduler.choosing.schemas import SLOT_HEADINGS, FreeOut

    with open_service(config) as service, service.database.reading() as db:
        actor = actor_of(db, login)
        opened = open_own(db, actor, ChoiceId(number))
        found = offered(db, actor, opened, choosing_of(service), now=now_of(service))
    rows = [FreeOut.of(one, service.zone) for one in found]
    write_list(SLOT_HEADINGS, rows, short=SLOT_HEADINGS, as_json=as_json, as_csv=as_csv)


def choose(
    login: LoginArgument,
    number: Own,
    start: Annotated[
        str, typer.Argument(metavar="DÉBUT", show_default=False, help="De « campaign slots ».")
    ],
    config: Config = None,
) -> None:
    """Choisir un créneau pour cette personne, ou un autre à sa place."""
    from scheduler.app.wiring import choosing_of
    from scheduler.campaigns import choose as deeds
    from scheduler.campaigns.model import ChoiceId

    with open_service(config) as service, service.database.transaction() as db:
        actor, house = actor_of(db, login), choosing_of(service)
        opened = deeds.open_own(db, actor, ChoiceId(number), lock=True)
        chosen = int(instant_in(start, service.zone).timestamp())
        deeds.choose(db, actor, opened, chosen, house, now=now_of(service))
    say("Le créneau est pris.")


def open_(
    login: LoginArgument, number: Number, acts_as: ActsAs = None, config: Config = None
) -> None:
    """Ouvrir une campagne : chacun reçoit un lien qui lui est propre."""
    from scheduler.campaigns.service import open_choosing

    _do(open_choosing, login, number, acts_as, config)
    say("La campagne est ouverte.")


def close(
    login: LoginArgument, number: Number, acts_as: ActsAs = None, config: Config = None
) -> None:
    """Clore une campagne : ce qui est choisi reste, chaque évaluateur reçoit un bilan."""
    from scheduler.campaigns.service import close as deed

    _do(deed, login, number, acts_as, config)
    say("La campagne est close.")


def cancel(
    login: LoginArgument, number: Number, acts_as: ActsAs = None, config: Config = None
) -> None:
    """Annuler une campagne et les entretiens à venir : chacun en est averti une fois."""
    from scheduler.campaigns.service import cancel as deed

    _do(deed, login, number, acts_as, config)
    say("La campagne est annulée.")


def _do(deed: _Deed, login: str, number: int, acts_as: str | None, config: Config) -> None:
    from scheduler.app.wiring import choosing_of
    from scheduler.campaigns.model import CampaignId

    with open_service(config) as service, service.database.transaction() as db:
        actor, house = actor_of(db, login, acts_as), choosing_of(service)
        deed(db, actor, CampaignId(number), house, now=now_of(service))


if TYPE_CHECKING:
    from typing import Protocol

    class _Deed(Protocol):
        def __call__(
            self, db: Db, actor: Principal, number: CampaignId, house: House, *, now: int
        ) -> Overview: ...


COMMANDS: dict[str, Callable[..., None]] = {
    "new": new, "agree": agree, "list": list_all, "people": people, "own": own, "slots": slots,
    "choose": choose, "open": open_, "close": close, "cancel": cancel,
}  # fmt: skip
