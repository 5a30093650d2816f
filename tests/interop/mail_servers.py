"""A real Postfix and a real Dovecot on loopback ports, with settings and queues of their own.

Everything stands in one folder and ends with the test; the machine's own mail system, if it has
one, is not touched. Both need root, to become the users that they run as.
"""

from __future__ import annotations

import imaplib
import os
import shutil
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.interop.process import free_port
from tests.interop.programs import program

OURS, THEIRS = "dpass.example", "tribunal.example"
PASSWORD = "un mot de passe"
WITHIN = 30.0

_DOVECOT = """\
base_dir = {run}
state_dir = {run}
instance_name = niaouli-test
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_dh =
disable_plaintext_auth = no
recipient_delimiter = +
lmtp_hdr_delivery_address = original
mail_location = maildir:{folder}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
imap_capability = {capability}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@{ours}
}}
"""

_MAIN = {
    "compatibility_level": "3.6",
    "mail_owner": "postfix",
    "setgid_group": "postdrop",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "mynetworks": "127.0.0.0/8",
    "mydestination": "",
    "local_recipient_maps": "",
    "alias_maps": "",
    "recipient_delimiter": "+",
    "smtpd_recipient_restrictions": "permit_mynetworks, reject",
    "smtpd_peername_lookup": "no",
    "smtp_dns_support_level": "disabled",
    "lmtp_dns_support_level": "disabled",
    "maillog_file_prefixes": "/tmp, /var",
    "default_transport": "error:5.1.2 outside of the test",
    "biff": "no",
    "minimal_backoff_time": "1s",
    "queue_run_delay": "1s",
}
_SERVICES = (
    "pickup unix n - n 60 1 pickup",
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 1 1 qmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "verify unix - - n - 1 verify",
    "error unix - - n - - error",
    "retry unix - - n - - error",
    "lmtp unix - - n - - lmtp",
    "smtp unix - - n - - smtp",
    "proxymap unix - - n - - proxymap",
    "anvil unix - - n - 1 anvil",
    "scache unix - - n - 1 scache",
    "postlog unix-dgram n - n - 1 postlogd",
)


@dataclass
class MailServers:
    """Where they listen, and what they hold."""

    folder: Path
    smtp: int
    imap: int
    imaps: int
    lmtp: int
    used: set[str] = field(default_factory=set)
    """The mailboxes that a test has taken for itself."""

    @property
    def certificate(self) -> Path:
        """Signed by itself: the authority that clients have to be told of."""
        return self.folder / "cert.pem"

    def send(self, sender: str, recipients: Sequence[str], octets: bytes) -> None:
        """By SMTP, as any mail program does."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as client:
            client.sendmail(sender, list(recipients), octets)

    @contextmanager
    def opened(self, address: str, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """A mailbox, looked at by its owner."""
        client = imaplib.IMAP4("127.0.0.1", self.imap, timeout=20)
        try:
            client.login(address, PASSWORD)
            client.select(folder)
            yield client
        finally:
            client.logout()

    def mails(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """What lies there, the oldest first."""
        with self.opened(address, folder) as client:
            if client.state != "SELECTED":
                return []
            _, numbers = client.search(None, "ALL")
            found = [client.fetch(one.decode(), "(BODY.PEEK[])")[1] for one in numbers[0].split()]
        return [bytes(part[0][1]) for part in found if isinstance(part[0], tuple)]

    def wait_for_mail(self, address: str, number: int = 1, folder: str = "INBOX") -> list[bytes]:
        """So many mails lie there."""
        end = time.monotonic() + WITHIN
        while time.monotonic() < end:
            found = self.mails(address, folder)
            if len(found) >= number:
                return found
            time.sleep(0.2)
        raise AssertionError(f"{address} {folder}: {len(found)} mail(s)\n{self.log()}")

    def log(self) -> str:
        """What both programs say."""
        logs = (self.folder / "postfix.log", self.folder / "dovecot.log")
        return "\n".join(log.read_text(errors="replace")[-4000:] for log in logs if log.exists())


@contextmanager
def mail_servers(
    mailboxes: Sequence[str],
    *,
    settings: Mapping[str, str] | None = None,
    routes: Mapping[str, str] | None = None,
    capability: str = "",
) -> Iterator[MailServers]:
    """Both, for as long as the block lasts; `routes` name another way for single addresses."""
    if os.geteuid() != 0:
        pytest.skip("Postfix and Dovecot are started by root only")
    for name in ("postfix", "dovecot", "openssl"):
        program(name)
    with TemporaryDirectory(prefix="mail-") as name:  # the tests' own folder is root's alone
        smtp, imap, imaps, lmtp = (free_port() for _ in range(4))
        servers = MailServers(Path(name), smtp, imap, imaps, lmtp)
        servers.folder.chmod(0o755)
        (servers.folder / "mail").mkdir()
        shutil.chown(servers.folder / "mail", "nobody", "nogroup")
        people = [f"{one}:{{PLAIN}}{PASSWORD}::::::\n" for one in mailboxes]
        (servers.folder / "users").write_text("".join(people))
        (servers.folder / "users").chmod(0o644)
        _make_certificate(servers.folder)
        with _dovecot(servers, capability), _postfix(servers, settings or {}, routes or {}):
            yield servers


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem",
            "-out", folder / "cert.pem",
        ],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip


@contextmanager
def _dovecot(servers: MailServers, capability: str) -> Iterator[None]:
    folder, run = servers.folder, servers.folder / "run"
    run.mkdir()
    settings = folder / "dovecot.conf"
    values = {"imap": servers.imap, "imaps": servers.imaps, "lmtp": servers.lmtp}
    settings.write_text(
        _DOVECOT.format(folder=folder, run=run, ours=OURS, capability=capability, **values)
    )
    running = subprocess.Popen(
        [program("dovecot"), "-F", "-c", settings],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for port in values.values():
            _wait_for(port, running, servers)
        yield
    finally:
        running.terminate()
        running.wait(20)


@contextmanager
def _postfix(
    servers: MailServers, settings: Mapping[str, str], routes: Mapping[str, str]
) -> Iterator[None]:
    folder = servers.folder
    own = folder / "postfix"
    for name in ("", "queue", "data"):
        (own / name).mkdir(exist_ok=True)
    shutil.chown(own / "data", "postfix")
    to_dovecot = f"lmtp:inet:127.0.0.1:{servers.lmtp}"
    values = _MAIN | {
        "queue_directory": str(own / "queue"),
        "data_directory": str(own / "data"),
        "maillog_file": str(folder / "postfix.log"),
        "myhostname": f"mx.{OURS}",
        "virtual_mailbox_domains": f"{OURS}, {THEIRS}",
        "virtual_mailbox_maps": "",
        "virtual_transport": to_dovecot,
        "transport_maps": "inline:{" + ", ".join(f"{{{k} = {v}}}" for k, v in routes.items()) + "}"
        if routes
        else "",
        **settings,
    }
    (own / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in values.items()))
    smtpd = f"127.0.0.1:{servers.smtp} inet n - n - - smtpd"
    (own / "master.cf").write_text("\n".join([smtpd, *_SERVICES, ""]))
    postfix = [program("postfix"), "-c", str(own)]
    subprocess.run([*postfix, "check"], check=True, capture_output=True, timeout=60)
    running = subprocess.Popen(
        [*postfix, "start-fg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(servers.smtp, running, servers)
        yield
    finally:
        subprocess.run([*postfix, "abort"], check=False, capture_output=True, timeout=60)
        with suppress(subprocess.TimeoutExpired):
            running.wait(20)
        running.kill()


def _wait_for(port: int, running: subprocess.Popen[bytes], servers: MailServers) -> None:
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        assert running.poll() is None, servers.log()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody listens on {port}: {servers.log()}")
