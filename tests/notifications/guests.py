"""Somebody without an account opens the link of a mail: a browser without scripts or cookies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import requests

from notifications.delivery import deliver_due
from scheduler.app.wiring import post_office
from tests.builders import NOUMEA
from tests.serving import Client, Server

JUDGE = "juge@tribunal.example"
NEXT_WEEK = (datetime.now(NOUMEA) + timedelta(days=7)).replace(
    hour=14, minute=30, second=0, microsecond=0
)
_LINK = re.compile(rb"/r/[a-z2-7]{26}")


@dataclass
class Browser:
    """One page after the other, as it would show them."""

    base: str

    def __post_init__(self) -> None:
        self.http = requests.Session()

    def open(self, path: str, method: str = "GET", **headers: str) -> requests.Response:
        """A page; redirects are not followed."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(
            method, self.base + path, headers=named, allow_redirects=False, timeout=30
        )

    def send(self, path: str, fields: Mapping[str, str] = {}, **headers: str) -> requests.Response:
        """Fill in the form of a page and press its button, as a browser does."""
        page = self.open(path).text
        action, seal = form_in(page)
        return self.post(action, {"seal": seal, **fields}, **headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> requests.Response:
        """A form, from wherever."""
        sent = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(
            self.base + path, data=dict(fields), allow_redirects=False, timeout=30,
            headers={name: value for name, value in sent.items() if value},
        )  # fmt: skip


def form_in(page: str) -> tuple[str, str]:
    """Where the form of a page goes, and its seal."""
    action = re.search(r'<form method="post" action="([^"]+)"', page)
    seal = re.search(r'name="seal" value="([^"]+)"', page)
    assert action is not None
    assert seal is not None
    return unescape(action[1]), seal[1]


def words_of(page: str) -> str:
    """What a person reads, with plain spaces."""
    body = page.partition("<body>")[2] or page
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " "))


def put(client: Client, text: str, name: str = "m.ics") -> None:
    """The organizer's program stores the meeting."""
    answer = client.put(client.agenda + name, text)
    assert answer.status_code in (201, 204), answer.text


def posted(server: Server) -> list[Path]:
    """All mails that left so far; what waits leaves now, whatever it waits for."""
    office = post_office(server.service)
    deliver_due(office)
    folder = server.service.settings.data / "mail"
    return sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)


def link_in(path: Path) -> str:
    """The path of the page that a mail leads to."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    [url] = re.findall(r"https?://\S+/r/\S+", str(body.get_content()))
    return str(urlsplit(url).path)


def diary(server: Server, client: Client, name: str = "m.ics") -> str:
    """What stands in the organizer's calendar, unfolded."""
    answer = client.ask("GET", client.agenda + name)
    return answer.text.replace("\r\n ", "") if answer.status_code == 200 else ""


def partstats(text: str, address: str = JUDGE) -> list[str]:
    """The answers of one address, in the order of the text."""
    lines = [line for line in text.split("\r\n") if line.endswith(f"mailto:{address}")]
    return [re.findall(r"PARTSTAT=([A-Z-]+)", line)[0] for line in lines]
