"""The test suites of other people's clients, run against the service as its operators run it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.interop.process import Account, Process
from tests.interop.third_party import (
    BIN,
    NODE,
    PROGRAMS,
    Outcome,
    checks_of,
    installed,
    outcome_of,
    run,
    source_of,
)

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]

FEATURES = Path(__file__).parents[1] / "data" / "interop" / "caldav-features.csv"

# It wants a line end in the path of a resource, which could hide a header or a log line.
REFUSED_PATHS = frozenset(
    {
        "TestCalDAVStorage::test_newline_in_uid[VEVENT]",
        "TestCalDAVStorage::test_newline_in_uid[VTODO]",
    }
)


@pytest.fixture(scope="module")
def clients() -> Path:
    """The clients are on this machine."""
    return installed()


@pytest.fixture(scope="module")
def people(service: Process, clients: Path) -> list[Account]:
    """Accounts of which each suite takes its own; a login may be an address."""
    addresses = ["lea@niaouli.test", *(f"client{number}@niaouli.test" for number in range(5))]
    logins = [*addresses, *(f"client{number}" for number in range(5, 9))]
    return [service.add_account(login) for login in logins]


def said(name: str, outcome: Outcome) -> None:
    """What people want to know of a run: `pytest -rA` or `-s` shows it."""
    print(f"{name}: {outcome.passed}/{outcome.total}, {len(outcome.skipped)} skipped")


def test_caldav_server_tester(service: Process, people: list[Account], tmp_path: Path) -> None:
    sections = {
        f"user{number}": {
            "caldav_url": f"{service.base}/",
            "caldav_username": account.login,
            "caldav_password": account.password,
        }
        for number, account in enumerate(people[:2])
    }
    config = tmp_path / "tester.yaml"
    config.write_text(json.dumps(sections))  # YAML is a superset of JSON
    chosen = [word for name in sections for word in ("--config-section", name)]
    ran = run(
        [BIN / "caldav-server-tester", *chosen, "--verbose", "--format", "text"],
        env={"CALDAV_CONFIG_FILE": str(config)}, seconds=300,
    )  # fmt: skip

    found = dict(re.findall(r"^## (\S+)\nFeature support level found: (\S+)", ran.text, re.M))
    with FEATURES.open(newline="") as file:
        targets = {row["feature"]: row["target"] for row in csv.DictReader(file)}
    missed = {
        key: f"{found.get(key, 'not found')} instead of {target}"
        for key, target in targets.items()
        if found.get(key) != target
    }
    print(f"caldav-server-tester: {len(targets) - len(missed)}/{len(targets)} features")
    assert not missed, ran.text[-2000:]


def test_python_caldav(service: Process, people: list[Account], tmp_path: Path) -> None:
    """Its own integration tests, without any flag for peculiarities of a server."""
    source = source_of("caldav")
    main, *others = (
        {"url": f"{service.base}/", "username": account.login, "password": account.password}
        for account in people[2:6]
    )
    # What is not named it leaves out; some tests need logins that are addresses.
    named = ("scheduling", "scheduling.freebusy-query", "scheduling.schedule-tag",
             "scheduling.schedule-tag.stable-partstat")  # fmt: skip
    target = {
        "type": "external", "enabled": True, **main, "scheduling_users": others,
        "features": {name: {"support": "full"} for name in named},
    }  # fmt: skip
    config = source / "tests" / "caldav_test_servers.yaml"
    config.write_text(json.dumps({"test-servers": {"Target": target}}))
    junit = tmp_path / "junit.xml"
    ran = run(
        [
            BIN / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "60",
            "-o", "asyncio_default_fixture_loop_scope=function", "-o", "filterwarnings=default",
            "tests/test_caldav.py", "tests/test_async_integration.py", "-k", "Target",
            f"--junitxml={junit}",
        ],
        cwd=source, seconds=500,
        env={"PYTHON_CALDAV_TEST_EMBEDDED": "0", "PYTHON_CALDAV_TEST_DOCKER": "0"},
    )  # fmt: skip

    assert junit.exists(), ran.text[-2000:]
    outcome = outcome_of(junit)
    said("python-caldav", outcome)
    assert not outcome.failures, outcome.failures
    assert outcome.passed >= 147


VDIRSYNCER_SERVER = """
import os
import pytest


class ServerMixin:
    @pytest.fixture
    def get_storage_args(self, request, tmpdir, slow_create_collection, aio_connector):
        async def inner(collection="test"):
            args = {
                "url": os.environ["SERVER_URL"],
                "username": os.environ["SERVER_USER"],
                "password": os.environ["SERVER_PASSWORD"],
                "connector": aio_connector,
            }
            if collection is not None:
                args = await slow_create_collection(self.storage_class, args, collection)
            return args

        return inner
"""


def test_vdirsyncer_storage(service: Process, people: list[Account], tmp_path: Path) -> None:
    source = source_of("vdirsyncer")
    server = source / "tests" / "storage" / "servers" / "niaouli" / "__init__.py"
    server.parent.mkdir(exist_ok=True)
    server.write_text(VDIRSYNCER_SERVER)
    junit = tmp_path / "junit.xml"
    account = people[6]
    ran = run(
        [
            BIN / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "90",
            "-o", "filterwarnings=default", "-o", "addopts=", "tests/storage/dav/test_caldav.py",
            f"--junitxml={junit}",
        ],
        cwd=source, seconds=300,
        env={
            "DAV_SERVER": "niaouli", "SERVER_URL": f"{service.base}/",
            "SERVER_USER": account.login, "SERVER_PASSWORD": account.password,
        },
    )  # fmt: skip

    assert junit.exists(), ran.text[-2000:]
    outcome = outcome_of(junit)
    said("vdirsyncer storage", outcome)
    assert outcome.failures.keys() <= REFUSED_PATHS, outcome.failures
    assert outcome.passed >= 61


def environment(service: Process, account: Account) -> dict[str, str]:
    """What the programs below `drivers/scenarios` want to know."""
    return {
        "CONF_URL": f"{service.base}/",
        "CONF_HOME": f"{service.base}/dav/calendars/{account.login}/",
        "CONF_USER": account.login,
        "CONF_PASSWORD": account.password,
        "CONF_BIN": str(BIN),
        "CONF_EVENTS": "1000",
    }


def test_vdirsyncer_and_khal_keep_a_thousand_events_in_step(
    service: Process, people: list[Account], tmp_path: Path
) -> None:
    program = PROGRAMS / "scenarios" / "sync_roundtrip.py"
    ran = run([BIN / "python", program, tmp_path], env=environment(service, people[7]), seconds=500)

    outcome = checks_of(ran)
    said("vdirsyncer and khal", outcome)
    assert not outcome.failures, outcome.failures
    assert outcome.passed == 21, ran.text[-2000:]


@pytest.mark.parametrize(
    ("script", "checks"), [("tsdav_smoke.mjs", 25), ("dav_smoke.cjs", 9)], ids=["tsdav", "dav"]
)
def test_npm_clients(service: Process, people: list[Account], script: str, checks: int) -> None:
    (NODE / script).write_bytes((PROGRAMS / "scenarios" / script).read_bytes())
    account = people[8 if script.startswith("tsdav") else 9]
    ran = run(
        ["node", "--no-warnings", script], cwd=NODE, env=environment(service, account), seconds=120
    )

    outcome = checks_of(ran)
    said(script, outcome)
    assert not outcome.failures, outcome.failures
    assert outcome.passed == checks, ran.text[-2000:]
