"""Logs: one JSON object a line on standard error; ids only, never a name or a title (SEC-1)."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Every logger of the process writes JSON from now on."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # It tells of every tick; what goes wrong in a job is told by the job's own runner.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    # They tell of addresses and, where asked for more, of whole mails.
    for library in ("mail.log", "flufl.bounce"):
        logging.getLogger(library).setLevel(logging.ERROR)
