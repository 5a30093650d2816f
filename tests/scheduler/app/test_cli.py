"""The command line: accounts, resources, delegations, due work, and how it refuses."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import typer
from typer import BadParameter

from calendars.kernel.database import Database
from calendars.model.delegation import Held
from calendars.model.principal import Rights
from calendars.storage import delegations, principals
from scheduler.app.cli import build, run
from tests.builders import NOUMEA, a_valarm, an_event
from tests.command_line import PASSWORD, CommandLine
from tests.serving import Client, running_server
from tests.stores import put

NIAOULI = str(Path(sys.executable).with_name("niaouli"))
ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"])


def _put(niaouli: CommandLine, login: str, text: str, name: str) -> None:
    database = Database(niaouli.url)
    with database.transaction() as db:
        put(db, principals.get(db, login), text, name)
    database.close()


# --- accounts ------------------------------------------------------------------------------------


def test_a_person_is_added_while_the_service_runs_and_signs_in(
    niaouli: CommandLine, tmp_path: Path
) -> None:
    with running_server(niaouli.url, tmp_path) as server:
        niaouli.add_person("anne")
        anne = Client(server.base, "anne", PASSWORD)
        assert anne.propfind(anne.agenda, "<D:displayname/>")

        niaouli("user", "passwd", "anne", "--password-stdin", stdin="une autre phrase\n")
        assert anne.ask("PROPFIND", anne.agenda).status_code == 401
        anne = Client(server.base, "anne", "une autre phrase")
        assert anne.propfind(anne.agenda, "<D:displayname/>")

        niaouli("user", "disable", "anne")
        assert anne.ask("PROPFIND", anne.agenda).status_code == 401
        niaouli("user", "enable", "anne")
        assert anne.propfind(anne.agenda, "<D:displayname/>")


def test_a_device_gets_a_password_of_its_own(niaouli: CommandLine, tmp_path: Path) -> None:
    niaouli.add_person("anne")
    made = niaouli("user", "app-password", "add", "anne", "--label", "Téléphone", "--json").json
    assert made["label"] == "Téléphone"
    with running_server(niaouli.url, tmp_path) as server:
        telephone = Client(server.base, "anne", made["password"])
        assert telephone.propfind(telephone.agenda, "<D:displayname/>")

        [listed] = niaouli("user", "app-password", "list", "anne", "--json").json
        assert (listed["id"], listed["label"]) == (made["id"], "Téléphone")
        assert made["password"] not in str(listed)
        niaouli("user", "app-password", "revoke", "anne", str(made["id"]))
        assert telephone.ask("PROPFIND", telephone.agenda).status_code == 401
    assert niaouli("user", "app-password", "list", "anne", "--json").json == []
    niaouli("user", "app-password", "revoke", "anne", str(made["id"]), fails=1)


def test_accounts_are_listed_with_their_roles(niaouli: CommandLine) -> None:
    niaouli.add_person("paul")
    niaouli(
        "user", "add", "anne", "--name", "Anne MARTIN", "--email", "anne@example.org",
        "--role", "director", "--password-stdin", stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    listed = niaouli("user", "list", "--json").json
    assert [(each["login"], each["role"]) for each in listed] == [
        ("anne", "director"),
        ("paul", "agent"),
    ]
    assert "Anne MARTIN" in niaouli("user", "list").out


@ONE_ENGINE
@pytest.mark.parametrize(
    ("arguments", "stdin", "status", "said"),
    [
        pytest.param(["anne"], PASSWORD, 1, "identifiant est déjà pris", id="login taken"),
        pytest.param(["paul"], "court", 1, "au moins 8 caractères", id="short password"),
        pytest.param(["paul"], "x" * 300, 1, "au plus 256 octets", id="long password"),
        pytest.param(["paul"], "", 1, "vide", id="no password"),
        pytest.param(["pa/ul"], PASSWORD, 1, "caractère interdit", id="slash in login"),
        pytest.param(["pa:ul"], PASSWORD, 1, "caractère interdit", id="colon in login"),
        pytest.param(["paul", "--email", "pas une adresse"], PASSWORD, 1, "adresse", id="email"),
        pytest.param(["paul", "--email", "a\n@example.org"], PASSWORD, 1, "adresse", id="newline"),
        pytest.param(["paul", "--email", "anne@example.org"], PASSWORD, 1, "appartient", id="same"),
        pytest.param(["paul", "--name", " "], PASSWORD, 1, "un nom", id="no name"),
        pytest.param(["paul", "--role", "roi"], PASSWORD, 2, "« roi »", id="unknown role"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_one_line(
    niaouli: CommandLine, arguments: list[str], stdin: str, status: int, said: str
) -> None:
    niaouli.add_person("anne")
    usual = ["--name", "Paul", "--email", "paul@example.org", "--password-stdin"]
    written = niaouli("user", "add", *usual, *arguments, stdin=f"{stdin}\n", fails=status)
    assert said in written.err
    assert written.err.count("\n") == 1


@ONE_ENGINE
@pytest.mark.parametrize(
    "arguments",
    [
        ["user", "disable", "personne"],
        ["user", "passwd", "personne", "--password-stdin"],
        ["user", "app-password", "add", "personne"],
        ["export", "personne"],
        ["delegate", "personne", "anne", "--rights", "read"],
        ["group", "members", "personne"],
    ],
)
def test_an_unknown_account_is_named(niaouli: CommandLine, arguments: list[str]) -> None:
    niaouli.add_person("anne")
    written = niaouli(*arguments, stdin=f"{PASSWORD}\n", fails=1)
    assert written.err == "niaouli : aucun compte ne s'appelle « personne »\n"


# --- resources, groups, delegations --------------------------------------------------------------


def test_rooms_and_vehicles_have_calendars(niaouli: CommandLine) -> None:
    niaouli("resource", "add", "salle-ocre", "--kind", "room", "--name", "Salle Ocre",
            "--capacity", "10")  # fmt: skip
    niaouli("resource", "add", "veh-01", "--kind", "vehicle", "--name", "Véhicule 01")
    listed = niaouli("resource", "list", "--json").json
    assert [(each["login"], each["kind"], each["capacity"]) for each in listed] == [
        ("salle-ocre", "ROOM", 10),
        ("veh-01", "RESOURCE", None),
    ]
    assert niaouli("export", "salle-ocre").out.startswith("BEGIN:VCALENDAR\r\n")
    niaouli("resource", "add", "x", "--kind", "yacht", "--name", "X", fails=2)


def test_groups_have_members(niaouli: CommandLine) -> None:
    niaouli.add_person("anne")
    niaouli.add_person("paul")
    niaouli("group", "add", "spe", "--name", "Service de la protection de l'enfance")
    niaouli("group", "members", "spe", "--add", "anne", "--add", "paul")
    niaouli("group", "members", "spe", "--remove", "paul")
    [member] = niaouli("group", "members", "spe", "--json").json
    assert member["login"] == "anne"
    [group] = niaouli("group", "list", "--json").json
    assert (group["login"], group["members"]) == ("spe", 1)
    niaouli("group", "members", "anne", "--add", "paul", fails=1)


@pytest.mark.rule("DIR-2")
def test_a_delegation_lasts_from_its_first_to_its_last_day(niaouli: CommandLine) -> None:
    niaouli.add_person("anne")
    niaouli.add_person("paul")
    niaouli("delegate", "anne", "paul", "--rights", "write", "--private", "--from", "2026-07-20",
            "--to", "2026-08-07", "--reason", "intérim")  # fmt: skip

    def rights(instant: int) -> list[Held]:
        database = Database(niaouli.url)
        with database.reading() as db:
            anne, paul = principals.get(db, "anne"), principals.get(db, "paul")
            held = delegations.in_force(db, anne.id, paul.id, now=instant)
        database.close()
        return held

    midnight = 1_784_466_000  # 20 July 2026 in Nouméa, 13:00 UTC the day before
    assert rights(midnight - 1) == []
    assert rights(midnight) == [Held(Rights.SCHEDULE, True)]
    assert rights(midnight + 19 * 86_400 - 1) == [Held(Rights.SCHEDULE, True)]
    assert rights(midnight + 19 * 86_400) == []

    niaouli("delegate", "anne", "paul", "--revoke")
    assert rights(midnight) == []
    niaouli("delegate", "anne", "paul", "--revoke", fails=1)


@ONE_ENGINE
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param(["anne", "anne", "--rights", "read"], 1, id="to oneself"),
        pytest.param(["anne", "paul"], 2, id="no rights"),
        pytest.param(["anne", "paul", "--rights", "all"], 2, id="unknown rights"),
        pytest.param(["anne", "paul", "--rights", "read", "--from", "demain"], 2, id="no day"),
        pytest.param(
            ["anne", "paul", "--rights", "read", "--from", "2026-07-20", "--to", "2026-07-19"],
            1,
            id="ends before it starts",
        ),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(
    niaouli: CommandLine, arguments: list[str], status: int
) -> None:
    niaouli.add_person("anne")
    niaouli.add_person("paul")
    assert niaouli("delegate", *arguments, fails=status).err.count("\n") == 1


# --- due work ------------------------------------------------------------------------------------


def test_due_work_extends_the_index_of_endless_series(niaouli: CommandLine) -> None:
    niaouli.add_person("anne")
    endless = an_event(uid="sans-fin@x", rrule="FREQ=WEEKLY")
    _put(niaouli, "anne", endless, "sans-fin.ics")

    assert niaouli("run-due", "--at", "2026-03-02T07:00", "--json").json["extended"] == 0
    assert niaouli("run-due", "--at", "2028-03-02T07:00", "--json").json["extended"] == 1
    assert niaouli("run-due", "--at", "2028-03-02T07:00", "--json").json["extended"] == 0
    niaouli("run-due", "--at", "demain", fails=2)


@pytest.mark.rule("TIM-11")
def test_due_work_reminds_as_if_it_were_that_time_and_only_once(niaouli: CommandLine) -> None:
    niaouli.add_person("anne")
    niaouli("run-due", "--at", "2026-03-02T18:00")
    alarm = a_valarm("-PT1H", action="EMAIL")
    start = datetime(2026, 3, 5, 9, 0, tzinfo=NOUMEA)
    _put(niaouli, "anne", an_event(start=start, summary="CODIR", alarms=[alarm]), "a.ics")

    assert niaouli("run-due", "--at", "2026-03-05T07:59", "--json").json["reminders"] == 0
    told = niaouli("run-due", "--at", "2026-03-05T08:00").err
    assert "rappels : 1 ; courriels : 1" in told
    assert niaouli("run-due", "--at", "2026-03-05T08:01", "--json").json["reminders"] == 0
    [mail] = (niaouli.data / "mail").glob("*.eml")
    assert "CODIR" in message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"]


# --- how it speaks -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["user", "serve", "meeting call", "mail quarantine list"])
def test_help_is_in_french(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--help"]) == 0
    written = capsys.readouterr().out
    assert "Afficher cette aide." in written
    assert "[required]" not in written
    assert command == "user" or "Exemple : niaouli" in written


def test_every_command_has_an_example_that_can_be_typed() -> None:
    """Its options are there, and none is missing; what is listed is written as CSV too."""
    commands = dict(_commands(typer.main.get_command(build()), ""))
    assert len(commands) > 150
    for path, command in commands.items():
        _, found, line = (command.help or "").replace("\n", " ").partition(f"niaouli {path}")
        assert found, path
        assert {"--config", "--help"} <= {name for one in command.params for name in one.opts} | {
            "--help"
        }, path
        words = re.split(r" [<>]+ ?", line)[0]
        _typed(command, shlex.split(words))
        names = {name for one in command.params for name in one.opts}
        if path.endswith(" list") and "--json" in names:
            assert "--csv" in names, path


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        where = f"{path} {name}".strip()
        if hasattr(command, "commands"):
            yield from _commands(command, where)
        else:
            yield where, command


def _typed(command: Any, words: list[str]) -> None:
    with suppress(BadParameter):  # a file that it names need not be there
        command.make_context("niaouli", words)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bidule"], "« bidule »"),
        (["user", "add"], "LOGIN"),
        (["user", "add", "x", "--nom", "y"], "--nom"),
        (
            ["resource", "add", "x", "--kind", "room", "--name", "x", "--capacity", "y"],
            "--capacity",
        ),
        (["serve", "--config", "nulle-part.toml"], "nulle-part.toml"),
        (["deadline", "add", "x", "y", "--day", "9999-12-31"], "de 1900 à 2100"),
        (["deadline", "gaps", "x", "--month", "2026-13"], "AAAA-MM"),
    ],
)
def test_a_misuse_is_one_line_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    written = capsys.readouterr()
    assert said in written.err.replace("\xa0", " ")
    assert (written.out, written.err.count("\n")) == ("", 1)


@ONE_ENGINE
@pytest.mark.parametrize(
    "setting",
    [
        {"WORKERS": "beaucoup"},
        {"LISTEN": "0.0.0.0:8008"},
        {"TIMEZONE": "Lune/Tranquillité"},
        {"COULEUR": "vert"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_a_wrong_setting_is_one_line_that_names_it(
    niaouli: CommandLine, setting: dict[str, str]
) -> None:
    niaouli.set(**setting)
    written = niaouli("user", "list", fails=2)
    assert f"NIAOULI_{next(iter(setting))}" in written.err
    assert written.err.count("\n") == 1


def test_settings_come_from_a_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("NIAOULI_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "niaouli.toml"
    config.write_text(f'data = "{tmp_path / "ailleurs"}"\n')
    assert run(["user", "list", "--config", str(config), "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"
    assert (tmp_path / "ailleurs" / "niaouli.sqlite").is_file()


def test_what_the_program_writes_is_its_owners_alone(tmp_path: Path) -> None:
    environment = {**os.environ, "NIAOULI_DATA": str(tmp_path / "data")}
    environment.pop("NIAOULI_DATABASE_URL", None)
    command = [NIAOULI, "user", "add", "anne", "--name", "Anne", "--email", "anne@example.org"]
    subprocess.run(
        [*command, "--password-stdin"], input=PASSWORD, env=environment, text=True, check=True,
        cwd=tmp_path, capture_output=True, timeout=60,
    )  # fmt: skip
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "niaouli.sqlite").stat().st_mode & 0o777 == 0o600
