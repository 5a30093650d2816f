"""Somebody at a Thunderbird of his own, with nothing but an address, a login and a password."""

import argparse
import shutil
import tempfile

from program import Thunderbird
from proxy import ProxyHandler, Recorder, serve

START = """
    Services.prefs.setBoolPref("signon.rememberSignons", true);
    const { DNS } = ChromeUtils.importESModule("resource:///modules/DNS.sys.mjs");
    DNS.srv = DNS.txt = DNS.mx = async () => [];
    cal.provider.promptOverwrite = (mode, item) => {
      S.prompts.push(mode + " " + item.title); return !!S.overwrite; };
    await until(() => win.document.readyState == "complete", 20000);
"""

SUBSCRIBE = """
    const [user, password, where, wanted] = args;
    const map = await cal.provider.detection.detect(user, password, where, true, [], {});
    const found = [...map.values()].flat();
    const plainly = uri => decodeURI(uri).replace(/\\/$/, "");
    const c = found.find(x => x.type == "caldav" && plainly(x.uri.spec) == plainly(wanted));
    if (c) {
      c.setProperty("cache.enabled", true);
      c.setProperty("imip.identity.key", "id1");
      cal.manager.registerCalendar(c);
      S.calId = c.id;
      await until(() => inner(theCal()).checkedServerInfo, 30000);
      await sync();
    }
    return { found: found.map(x => x.name), name: c?.name, readOnly: c && theCal().readOnly };
"""


class Desk:
    """A Thunderbird with a login of the service; what it mails goes into a sink."""

    def __init__(self, binary, base_url, user, password, smtp, *, locale=None):
        self.user, self.password, self.base_url = user, password, base_url
        self.mail = f"{user}@example.org"
        self.recorder = Recorder()
        self.work = tempfile.mkdtemp(prefix=f"tb-{user}-")
        handler = type("Handler", (ProxyHandler,), {"recorder": self.recorder})
        settings = argparse.Namespace(
            thunderbird=binary, insecure=False, timezone="Pacific/Noumea", locale=locale,
            timeout=60, user=user, password=password, base_url=base_url,
        )  # fmt: skip
        self.proxy, port = serve(handler)
        self.program = Thunderbird(settings, self.work, port, smtp, self.mail)
        self.js = self.program.js
        self.js(START)

    def close(self):
        self.program.close()
        self.proxy.shutdown()
        self.proxy.server_close()
        shutil.rmtree(self.work, ignore_errors=True)
