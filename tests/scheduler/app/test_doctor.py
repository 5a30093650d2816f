"""`niaouli doctor`: one line for each thing that may be wrong."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.engine import make_url

from calendars.kernel.database import Database
from tests.command_line import CommandLine
from tests.relays import running_relay

ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def healthy(niaouli: CommandLine) -> CommandLine:
    niaouli.data.mkdir(mode=0o700)
    return niaouli


def _states(niaouli: CommandLine, *, fails: int = 0) -> dict[str, str]:
    found = niaouli("doctor", "--json", fails=fails).json
    return {each["check"]: each["state"] for each in found}


@pytest.mark.usefixtures("real_clock")
def test_a_healthy_service_has_a_good_line_for_each_check(healthy: CommandLine) -> None:
    lines = healthy("doctor").out.splitlines()
    assert len(lines) == 11
    assert all(line.startswith("ok ") for line in lines)
    assert any("Nouméa à UTC+11" in line for line in lines)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_no_password_is_shown(healthy: CommandLine) -> None:
    password = make_url(healthy.url).password
    assert password is not None
    assert password not in healthy("doctor").out


@ONE_ENGINE
def test_a_store_that_is_no_store_is_found(healthy: CommandLine, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database at all" * 1000)
    healthy.set(DATABASE_URL=f"sqlite:///{broken}")
    assert _states(healthy, fails=1)["Base de données"] == "erreur"


@ONE_ENGINE
def test_a_relay_is_asked_whether_it_lets_us_in(healthy: CommandLine) -> None:
    with running_relay() as (relay, target):
        healthy.set(SMTP_URL=f"smtp://127.0.0.1:{target.port}")
        assert _states(healthy)["Messagerie"] == "ok"
        assert relay.tried == 0
    written = healthy("doctor", fails=1)
    assert "le relais 127.0.0.1 ne nous laisse pas entrer" in written.out


@ONE_ENGINE
def test_a_server_that_does_not_answer_is_found(healthy: CommandLine) -> None:
    healthy.set(DATABASE_URL="postgresql://niaouli:secret@127.0.0.1:1/niaouli")
    written = healthy("doctor", fails=1)
    assert "ne répond pas" in written.out
    assert "secret" not in written.out


@ONE_ENGINE
def test_a_mailbox_that_does_not_answer_is_found(healthy: CommandLine) -> None:
    healthy.set(IMAP_URL="imaps://agenda:secret@127.0.0.1:1/INBOX")
    written = healthy("doctor", fails=1)
    assert "boîte de 127.0.0.1 illisible" in written.out
    assert "secret" not in written.out + written.err


@ONE_ENGINE
def test_a_store_of_a_newer_version_is_found(healthy: CommandLine) -> None:
    database = Database(healthy.url)
    with database.transaction() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert _states(healthy, fails=1)["Base de données"] == "erreur"
    assert "version plus récente" in healthy("user", "list", fails=1).err


@ONE_ENGINE
def test_data_that_others_can_read_is_found(healthy: CommandLine) -> None:
    healthy.data.chmod(0o755)
    assert _states(healthy)["Droits"] == "attention"
    (healthy.data / "niaouli.sqlite").touch(0o644)
    (healthy.data / "niaouli.sqlite").chmod(0o644)
    assert _states(healthy, fails=1)["Droits"] == "erreur"


@ONE_ENGINE
def test_a_first_start_is_no_error(niaouli: CommandLine, tmp_path: Path) -> None:
    niaouli.set(DATABASE_URL="", DATA=str(tmp_path / "new"))
    assert _states(niaouli)["Base de données"] == "attention"
    assert not (tmp_path / "new").exists()


@ONE_ENGINE
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_is_looked_at_before_it_expires(healthy: CommandLine, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    _make_certificate(certificate, key, days=90)
    healthy.set(TLS_CERT=str(certificate), TLS_KEY=str(key))

    assert _states(healthy)["TLS"] == "ok"
    with time_machine.travel(datetime.now(UTC) + timedelta(days=80)):
        assert _states(healthy)["TLS"] == "attention"
    with time_machine.travel(datetime.now(UTC) + timedelta(days=91)):
        assert _states(healthy, fails=1)["TLS"] == "erreur"
    key.unlink()
    assert _states(healthy, fails=1)["TLS"] == "erreur"


def _make_certificate(certificate: Path, key: Path, *, days: int) -> None:
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=agendas.example.org",
            "-days", str(days),
        ],
        check=True, capture_output=True,
    )  # fmt: skip


@ONE_ENGINE
@pytest.mark.rule("NOT-2")
def test_a_broken_template_is_named_with_its_line_and_stops_the_start(healthy: CommandLine) -> None:
    own = healthy.data / "templates" / "fr" / "invitation" / "body.txt"
    own.parent.mkdir(parents=True, mode=0o700)
    own.write_text("Bonjour,\n{{ nobody }}\n")
    (own.parent / "corps.txt").write_text("")

    found = {each["check"]: each["text"] for each in healthy("doctor", "--json", fails=1).json}
    refused = healthy("serve", fails=1).err

    (own.parent / "corps.txt").unlink()
    assert "corps.txt" in found["Modèles"]
    assert "corps.txt" in refused
    assert "body.txt, ligne 2" in healthy("serve", fails=1).err.replace("\u00a0", " ")
    shown = healthy("mail", "preview", "invitation")
    assert "ligne 2" in shown.err
    assert "vous invite" in shown.out
    own.write_text("Bonjour.\n")
    assert _states(healthy)["Modèles"] == "ok"
    assert "Bonjour." in healthy("mail", "preview", "invitation").out


@ONE_ENGINE
@pytest.mark.parametrize("form", ["eml", "html", "txt"])
def test_a_letter_is_shown_in_a_file(healthy: CommandLine, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"letter.{form}"
    healthy("mail", "preview", "changed", "--language", "en", "-o", str(path))
    assert (b"Subject: " if form == "eml" else b"Dear Sir") in path.read_bytes()
    assert "invitation" in healthy("mail", "preview").out.split()
    healthy("mail", "preview", "nothing", fails=1)
    healthy("mail", "preview", "changed", "--language", "de", fails=2)
