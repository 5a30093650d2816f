"""The whole service behind HTTP, as for mail that arrives; what leaves goes to files."""

from __future__ import annotations

from tests.notifications.arriving import conftest as arriving

client, join, anne, paul = arriving.client, arriving.join, arriving.anne, arriving.paul
clock, service, niaouli = arriving.clock, arriving.service, arriving.niaouli
