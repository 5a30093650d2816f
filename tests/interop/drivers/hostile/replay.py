"""Send a case, judge the answer, and look whether everything else still works."""

import re
import subprocess
import time
import uuid
from collections import Counter
from urllib.parse import urlsplit

from corpus import is_same, unfolded
from service import EXPAND, FREE_BUSY, PROPFIND, QUERY, prepared
from wire import Answer, many, raw

DOORS = {"scheduling": "outbox_url", "other": "other_url", "rsvp": "rsvp_url", "mail": "mail_cmd"}
_STORED_ONLY = frozenset({"query", "expand", "freebusy", "get"})


class Findings:
    """What is wrong, case by case, and how long things took."""

    def __init__(self):
        self.requests, self.slowest, self.slowest_case = 0, 0.0, ""
        self.statuses, self.connections, self.dead = Counter(), [], 0
        self.lists = {
            name: []
            for name in ("5xx", "timeouts", "over_limit", "wrong", "altered", "no_precondition")
        }
        self.skipped = []

    def note(self, answer, case, what, limit=None):
        self.requests += 1
        self.statuses[str(answer)] += 1
        if answer.seconds > self.slowest:
            self.slowest, self.slowest_case = answer.seconds, f"{case.id} {what}"
        if 500 <= answer.status < 600 and answer.status not in (501, 505, 507):
            self.lists["5xx"].append(f"{case.id} [{what}] {answer.status}")
        if answer.error == "timeout":
            self.lists["timeouts"].append(f"{case.id} [{what}]")
        elif limit and answer.seconds > limit:
            self.lists["over_limit"].append(f"{case.id} [{what}] {answer.seconds:.1f} s")
        return answer

    def wrong(self, case, why):
        self.lists["wrong"].append(f"{case.id}: {why}")


class Replay:
    """One case after the other against one service."""

    def __init__(self, service):
        self.service, self.options, self.findings = service, service.options, Findings()
        self.cases = self.mails_before = 0
        self.finds_control = self.knows_noumea = True

    def start(self):
        answer, alive = self.service.look()
        if not alive:
            raise SystemExit(f"calendar not usable: {answer!r}")
        self.service.store_control()
        self.finds_control = self.service.find_control()[1]
        self.knows_noumea = self.service.places_noumea_rightly()
        self.service.bystander.start()

    def run(self, case):
        if not all(getattr(self.options, DOORS[need]) for need in case.needs):
            self.findings.skipped.append(case.id)
            return
        names, made, started = self._names(case), [], time.monotonic()
        if case.setup:
            path, stored = prepared(self.service, case.setup, names, case.body)
            made.append(path)
            if not stored:
                self.findings.skipped.append(f"{case.id} (setup refused)")
                return
        case.fill(names)
        hits = len(self.service.canary_hits)
        answer = self._send(case, names)
        if case.method in ("PUT", "MKCALENDAR"):
            made.append(case.target)
        self._judge(case, answer)
        for check in case.checks:
            self._say(case, self._check(check, case, answer, names, hits, started))
        self._follow(case, answer, names, made)
        if self.service.bystander.longest_since(started) > 5 and "bystander" not in case.checks:
            self.findings.lists["over_limit"].append(f"{case.id}: another user waited")
        self._revive(case)
        self._clean(made)
        self.cases += 1

    def _names(self, case):
        link = urlsplit(self.options.rsvp_url or "")
        rsvp = link.path + (f"?{link.query}" if link.query else "")
        calendar = self.service.calendar
        return {
            "CAL": calendar,
            "ROOT": self.service.root,
            "NEW": f"{calendar}h-{case.id}.ics",
            "ITEM": calendar + "control.ics",
            "USER": self.options.email,
            "USERNAME": self.options.user,
            "HOST": self.service.host,
            "AUTH": self.service.authorization,
            "CANARY": self.service.canary,
            "OTHER": urlsplit(self.options.other_url or "").path,
            "OUTBOX": urlsplit(self.options.outbox_url or "").path,
            "INBOX": self.options.inbox,
            "ORG": self.options.email,
            "ATT": self.options.attendee,
            "MID": uuid.uuid4().hex,
            "SETUP": "",
            "SETUPUID": "x",
            "RSVP": rsvp,
            "RSVP:flip": rsvp[:-1] + ("B" if rsvp.endswith("A") else "A"),
            "RSVP:cut": rsvp[:-6],
        }

    def _send(self, case, names):
        timeout = max(self.options.timeout, case.limit + 2)
        if case.method == "MAIL":
            return self.findings.note(self._mail(case), case, "mail", case.limit)
        if case.method != "RAW":
            chunked = case.options.get("chunked", False)
            answer = self.service.ask(
                case.method, case.target, case.body, case.headers, timeout, chunked=chunked
            )
            return self.findings.note(answer, case, "main", case.limit)
        if not (case.options.keys() & {"conns", "hold"}):
            half_close = case.options.get("half_close", False)
            answer = raw(self.service.address, case.body, timeout, half_close=half_close)
            return self.findings.note(answer, case, "main", case.limit)
        started = time.monotonic()
        answer = many(self.service.address, case.body, case.options)
        waited = self.service.bystander.longest_since(started)
        self.findings.connections.append(f"{answer.note}; another user waited {waited:.1f} s")
        return self.findings.note(answer, case, "main")

    # --- the answer ------------------------------------------------------------------------------

    def _judge(self, case, answer):
        if case.method != "MAIL" and not self._is_expected(case, answer):
            self.findings.wrong(case, f"got {answer!r}, expected {case.expected}")
        refused = 400 <= answer.status < 500
        if refused and case.preconditions:
            if not any(name in answer.text for name in case.preconditions):
                self.findings.lists["no_precondition"].append(case.id)

    def _is_expected(self, case, answer):
        return any(self._is(kind, case, answer) for kind in case.expected.split("|"))

    def _is(self, kind, case, answer):
        if kind in ("close", "hold"):
            return answer.error in ("closed", "hold") or (
                kind == "close" and answer.error == "refused"
            )
        if kind == "verbatim":
            return answer.status in (200, 201, 204) and self._comes_back(case)
        if kind.endswith("xx"):
            return answer.status // 100 == int(kind[0])
        return kind.isdigit() and answer.status == int(kind)

    def _comes_back(self, case):
        got = self.service.ask("GET", case.target, timeout=self.options.timeout)
        self.findings.note(got, case, "verbatim-get")
        if got.status == 200 and not is_same(case.body, got.body):
            self.findings.lists["altered"].append(case.id)
        return got.status == 200 or got.error == "timeout"

    def _say(self, case, why):
        if why:
            self.findings.wrong(case, why)

    def _check(self, check, case, answer, names, hits, started):
        """Why the answer is wrong, empty if it is not."""
        kind, _, rest = check.partition(":")
        match kind:
            case "body-not":
                return f"answer contains /{rest}/" if re.search(rest, answer.text) else ""
            case "header-not":
                name, _, pattern = rest.partition(":")
                bad = [value for value in answer.header(name) if re.search(pattern, value)]
                return f"header {name}: {bad[0]}" if bad else ""
            case "canary":
                time.sleep(0.3)
                fetched = self.service.canary_hits[hits:]
                return f"the service fetched a URL from the data: {fetched!r}" if fetched else ""
            case "no-line":
                return self._smuggled(rest, case, answer)
            case "one-response":
                return f"{answer.count} answers" if answer.count > 1 else ""
            case "not-created":
                there = self.service.ask("GET", names["NEW"]).status == 200
                return "half a body was stored" if there else ""
            case "bystander":
                waited = self.service.bystander.longest_since(started)
                return f"another user waited {waited:.1f} s" if waited > 3 else ""
        return self._check_event(kind, rest, names)

    def _smuggled(self, pattern, case, answer):
        if not answer.ok:
            return ""
        stored = self.service.ask("GET", case.target)
        sent = {line.strip() for line in unfolded(case.body)}
        for line in unfolded(stored.body):
            text = line.decode("utf-8", "replace")
            if re.search(pattern, text) and line.strip() not in sent:
                return f"the stored text has a line that was not sent: {text[:80]}"
        return ""

    def _check_event(self, kind, pattern, names):
        """What became of the event that a mail or a link is about."""
        if kind == "no-mail-sent":
            time.sleep(self.options.mail_wait)
            number = self._mails_sent() - self.mails_before
            return f"{number} mails were sent" if number > 0 else ""
        if kind == "partstat-unchanged":
            path = urlsplit(self.options.rsvp_event or "").path
            return "" if "PARTSTAT=NEEDS-ACTION" in self._event(path) else "PARTSTAT changed"
        if kind == "event-has":
            return self._wait_for(pattern, names["SETUP"])
        time.sleep(self.options.mail_wait)
        event = self._event(names["SETUP"]) if names["SETUP"] else ""
        if kind == "event-not" and re.search(pattern, event):
            return f"the event now contains /{pattern}/"
        return "" if event or not names["SETUP"] else "the event vanished"

    def _event(self, path):
        return re.sub(r"\r?\n[ \t]", "", self.service.ask("GET", path).text)

    def _wait_for(self, pattern, path):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if re.search(pattern, self._event(path)):
                return ""
            time.sleep(0.5)
        return f"the event never contained /{pattern}/"

    # --- afterwards ------------------------------------------------------------------------------

    def _follow(self, case, answer, names, made):
        hung = answer.error == "timeout"
        for kind in case.follow_ups:
            unstored = made and kind in _STORED_ONLY and not answer.ok
            if hung or (unstored and kind != "control"):
                continue
            before = len(self.findings.lists["timeouts"])
            self._say(case, self._follow_up(kind, case, names))
            # One hung request is enough evidence: no more load on top.
            hung = len(self.findings.lists["timeouts"]) > before

    def _follow_up(self, kind, case, names):
        timeout = max(self.options.timeout, case.limit + 2)
        reports = {"query": QUERY, "expand": EXPAND, "freebusy": FREE_BUSY}
        if kind in reports:
            answer = self.service.report(reports[kind], timeout)
            self.findings.note(answer, case, kind, case.limit)
        elif kind == "get":
            answer = self.service.ask("GET", case.target, timeout=timeout)
            self.findings.note(answer, case, kind, case.limit)
        elif kind.startswith("propfind"):
            return self._listing(kind, case, timeout)
        elif kind == "anon-get":
            answer = self.service.ask("GET", names["ITEM"], headers={"Authorization": None})
            self.findings.note(answer, case, kind, case.limit)
            return "readable without credentials" if answer.ok else ""
        elif kind == "setup-alive":
            alive = self.service.ask("GET", names["SETUP"]).status == 200
            return "" if alive else "the resource was deleted through an override"
        elif kind == "control":
            return self._control(case)
        return ""

    def _listing(self, kind, case, timeout):
        headers = {"Depth": kind[-1], "Content-Type": "application/xml"}
        answer = self.service.ask("PROPFIND", self.service.calendar, PROPFIND, headers, timeout)
        self.findings.note(answer, case, kind, case.limit)
        if answer.status != 207 and not answer.error:
            return f"the listing is broken: {answer!r}"
        for check in case.checks:
            pattern = check.removeprefix("body-not:")
            about_body = check.startswith("body-not:") and not pattern.startswith("HTTP")
            if about_body and re.search(pattern, answer.text):
                return f"the properties of the calendar now contain /{pattern}/"
        return ""

    def _control(self, case):
        answer, found = self.service.find_control()
        self.findings.note(answer, case, "control", case.limit)
        if not found and self.finds_control:
            self.service.store_control()
            again, found_again = self.service.find_control()
            self.finds_control = found_again or again.status != 207
            return "the control event is no longer found by a time-range query"
        if case.category == "timezone" and self.knows_noumea and self.finds_control:
            if not self.service.places_noumea_rightly():
                return "time zone poisoned: a new event in Pacific/Noumea is placed wrongly"
        return ""

    def _revive(self, case):
        """Is the service alive, and the calendar still one?"""
        end = time.monotonic() + self.options.recover
        answer, alive = self.service.look(self.options.recover)
        while not alive and not answer.status and time.monotonic() < end:
            time.sleep(1)
            answer, alive = self.service.look(self.options.recover)
        if alive:
            return
        if not answer.status:
            self.findings.dead += 1
            self.findings.wrong(case, f"the service is dead or hung afterwards ({answer!r})")
            return
        self.findings.wrong(case, f"the calendar is destroyed: PROPFIND gives {answer!r}")
        self.service.ask("DELETE", self.service.calendar)
        self.service.ask("MKCALENDAR", self.service.calendar)
        self.service.store_control()

    def _clean(self, made):
        """A bomb that is left behind would slow down every later case."""
        for path in made:
            dotted = "/../" in path or "%2e%2e" in path.lower()
            if path.startswith(self.service.calendar) and len(path) < 400 and not dotted:
                self.service.ask("DELETE", path, timeout=15)

    # --- mail ------------------------------------------------------------------------------------

    def _mail(self, case):
        # Mails about the event of the set-up leave first.
        time.sleep(min(self.options.mail_wait, 1) if self.options.sent_cmd else 0)
        self.mails_before = self._mails_sent()
        answer, started = Answer(), time.monotonic()
        for _ in range(case.options.get("times", 1)):
            ran = subprocess.run(
                self.options.mail_cmd,
                shell=True,
                input=case.body,
                capture_output=True,
                timeout=60,
                check=False,
            )
            answer.status = 200 if ran.returncode == 0 else 400
        answer.seconds = time.monotonic() - started
        return answer

    def _mails_sent(self):
        if not self.options.sent_cmd:
            return 0
        ran = subprocess.run(
            self.options.sent_cmd, shell=True, capture_output=True, timeout=30, check=False
        )
        return int(ran.stdout.strip() or 0)
