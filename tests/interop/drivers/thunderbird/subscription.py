"""From nothing but host, login and password to a calendar in Thunderbird."""

import urllib.parse


class Subscription:
    def discovery(self):
        o = self.opts
        found = self.tb.js(
            """
            const [user, password, where] = args;
            const map = await cal.provider.detection.detect(user, password, where, true, [], {});
            const list = [];
            S.detected = [];
            for (const [provider, calendars] of map) {
              for (const c of calendars) {
                S.detected.push(c);
                list.push([provider.type, c.uri.spec, c.name, c.readOnly, c.getProperty("color")]);
              }
            }
            return list;
        """,
            o.user,
            o.password,
            o.base_url,
        )
        want = o.calendar_url.rstrip("/")
        hits = [
            f
            for f in found
            if f[0] == "caldav"
            and urllib.parse.unquote(f[1]).rstrip("/") == urllib.parse.unquote(want)
        ]
        self.check(
            bool(hits),
            "discovery",
            f"from {o.base_url}: {len(found)} calendar(s) "
            + "; ".join(f"{f[2]} <{f[1]}>" for f in found[:6]),
        )
        false_hits = [f[1] for f in found if f[0] == "ics"]
        self.check(
            not false_hits,
            "discovery-no-false-hit",
            'Thunderbird would also offer these as .ics files (a PUT with "If-Match: nothing" '
            "answered 412/409, or a GET returned iCalendar): " + ", ".join(false_hits)
            if false_hits
            else "only CalDAV calendars offered",
        )
        if hits:
            self.check(hits[0][3] is False, "discovery-writable", f"readOnly={hits[0][3]}")
            self.say("INFO", "discovery", f"name {hits[0][2]!r}, colour {hits[0][4]}")

    def subscribe(self):
        o = self.opts
        r = self.tb.js(
            """
            const [url, user, password] = args;
            const want = decodeURI(url).replace(/\\/$/, "");
            let c = (S.detected || []).find(x => x.type == "caldav"
                      && decodeURI(x.uri.spec).replace(/\\/$/, "") == want);
            if (!c) {
              // not discovered: subscribe by URL, with the password in the password manager
              const uri = Services.io.newURI(url);
              c = cal.manager.createCalendar("caldav", uri);
              c.name = "tbcheck";
              c.setProperty("username", user);
              const r = await new Promise(ok => {
                const x = new win.XMLHttpRequest({ mozAnon: true });
                x.open("OPTIONS", url); x.onloadend = () => ok(x.getResponseHeader("WWW-Authenticate")); x.send(); });
              const realm = /realm="([^"]*)"/.exec(r || "")?.[1] || "";
              cal.auth.passwordManagerSave(user, password, uri.prePath, realm);
            }
            c.setProperty("cache.enabled", true);
            c.setProperty("imip.identity.key", "id1");
            cal.manager.registerCalendar(c);
            S.calId = c.id;
            await until(() => inner(theCal()).checkedServerInfo, 30000);
            await sync();
            const k = theCal(), n = inner(k);
            return { url: k.uri.spec, readOnly: k.readOnly, disabled: !!k.getProperty("disabled"),
              status: k.getProperty("currentStatus"), types: n.supportedItemTypes,
              sync: n.mHasWebdavSyncSupport, token: n.mWebdavSyncToken, ctag: n.mCtag,
              auto: k.getProperty("capabilities.autoschedule.supported"),
              addresses: n.calendarUserAddresses, inbox: n.inboxUrl?.spec, outbox: n.outboxUrl?.spec,
              organizer: k.getProperty("organizerId"), scheduling: !!cal.itip.isSchedulingCalendar(k) };
        """,
            o.calendar_url,
            o.user,
            o.password,
        )
        self.info = r
        self.check(
            not r["disabled"] and not r["readOnly"] and r["status"] == 0,
            "subscribe",
            f"disabled={r['disabled']} readOnly={r['readOnly']} components={r['types']}",
        )
        self.check(
            bool(r["sync"]) or bool(r["ctag"]),
            "change-detection",
            "sync-collection, token " + str(r["token"])
            if r["sync"]
            else f"ctag only ({r['ctag']})",
        )
        self.say(
            "INFO",
            "scheduling",
            f"auto-schedule={r['auto']} inbox={r['inbox']} "
            f"outbox={r['outbox']} addresses={r['addresses']} organizerId={r['organizer']}",
        )
