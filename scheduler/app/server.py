"""Runs the web face with uvicorn: strict HTTP, deadlines, TLS from files."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import uvicorn

from scheduler.app import logs
from scheduler.app import settings as app_settings
from scheduler.app.metrics import Metrics
from scheduler.app.protocol import GuardedProtocol
from scheduler.app.settings import Settings
from scheduler.app.web import create_app
from scheduler.app.wiring import assemble

KEEP_ALIVE_SECONDS = 75
CONFIG_VARIABLE = "_NIAOULI_CONFIG"


def settle_memory() -> None:
    """What was loaded stays: the collector need not look at it again with every long answer.

    A listing of 10,000 names makes as many tuples, and none of them is part of a cycle.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def app_factory() -> Metrics:
    """What each worker process runs."""
    config = os.environ.get(CONFIG_VARIABLE, "")
    settings = app_settings.load(Path(config) if config else None)
    logs.configure(settings.log_level)
    app = create_app(assemble(settings), jobs=True)
    settle_memory()
    return app


def serve(settings: Settings) -> None:
    """Serve until stopped; returns when every request under way was answered."""
    proxies = settings.trusted_proxies if settings.behind_proxy else ""
    logs.configure(settings.log_level)
    app: Any = create_app(assemble(settings), jobs=True) if settings.workers == 1 else None
    settle_memory()
    uvicorn.run(
        app or "scheduler.app.server:app_factory",
        factory=app is None,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        http=GuardedProtocol,
        ws="none",
        loop="auto",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=10,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
