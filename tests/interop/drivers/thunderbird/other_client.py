"""The other client: this script itself, which writes what Thunderbird must then see."""

import base64
import http.client
import re
import urllib.parse
import xml.etree.ElementTree as ET

NS = {"D": "DAV:", "C": "urn:ietf:params:xml:ns:caldav"}


class OtherClient:
    def __init__(self, opts):
        self.opts = opts
        token = base64.b64encode(f"{opts.user}:{opts.password}".encode()).decode()
        self.auth = {"Authorization": "Basic " + token, "User-Agent": "tb-check"}

    def request(self, method, url, body=None, **headers):
        u = urllib.parse.urlsplit(url)
        if u.scheme == "https":
            import ssl

            ctx = ssl._create_unverified_context() if self.opts.insecure else None
            conn = http.client.HTTPSConnection(u.hostname, u.port, timeout=60, context=ctx)
        else:
            conn = http.client.HTTPConnection(u.hostname, u.port, timeout=60)
        head = dict(self.auth)
        head.update({k.replace("_", "-"): v for k, v in headers.items()})
        path = u.path + ("?" + u.query if u.query else "")
        conn.request(method, path or "/", body.encode() if isinstance(body, str) else body, head)
        r = conn.getresponse()
        data = r.read()
        conn.close()
        return r.status, {k.lower(): v for k, v in r.getheaders()}, data.decode("utf-8", "replace")

    def propfind(self, url, *props, depth="0"):
        xml = (
            '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:" '
            'xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>'
            + "".join(f"<{p}/>" for p in props)
            + "</D:prop></D:propfind>"
        )
        status, _headers, body = self.request(
            "PROPFIND", url, xml, Depth=depth, Content_Type="application/xml; charset=utf-8"
        )
        return status, (ET.fromstring(body) if status == 207 else None)

    def own_addresses(self):
        """calendar-user-address-set of the authenticated principal (may be empty)."""
        status, tree = self.propfind(self.opts.calendar_url, "D:current-user-principal")
        node = tree.find(".//D:current-user-principal/D:href", NS) if tree is not None else None
        if node is None or not node.text:
            return []
        principal = urllib.parse.urljoin(self.opts.calendar_url, node.text.strip())
        _status, tree = self.propfind(principal, "C:calendar-user-address-set")
        if tree is None:
            return []
        return [
            h.text.strip()[7:]
            for h in tree.findall(".//C:calendar-user-address-set/D:href", NS)
            if h.text and h.text.strip().lower().startswith("mailto:")
        ]

    def dav_features(self):
        _, headers, _ = self.request("OPTIONS", self.opts.calendar_url)
        return {f.strip() for f in headers.get("dav", "").split(",")}


def unfold(ics):
    return re.sub(r"\r?\n[ \t]", "", ics)


def prop(ics, name):
    """Value of the first property of that name inside a VEVENT."""
    ics = unfold(ics).partition("BEGIN:VEVENT")[2]
    m = re.search(rf"^{name}(?:;[^:\n]*)?:(.*)$", ics, re.M)
    return m.group(1).strip() if m else None


VTIMEZONE = {
    "Pacific/Noumea": (
        "BEGIN:VTIMEZONE\r\nTZID:Pacific/Noumea\r\nBEGIN:STANDARD\r\n"
        "TZNAME:+11\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+1100\r\n"
        "TZOFFSETTO:+1100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    ),
}
