"""A logging proxy and a mail sink on loopback: nothing that Thunderbird sends goes further."""

import contextlib
import http.client
import http.server
import ipaddress
import os
import socket
import socketserver
import threading
import urllib.parse

HOP = {
    "connection",
    "proxy-connection",
    "keep-alive",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
    "trailer",
}


def is_loopback(host):
    host = host.strip("[]")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Recorder:
    """Exchanges seen by the proxy, grouped by the step that was running."""

    def __init__(self):
        self.lock = threading.Lock()
        self.step = "00-start"
        self.exchanges = []  # dicts
        self.refused = []

    def add(self, **kw):
        with self.lock:
            kw["step"] = self.step
            self.exchanges.append(kw)

    def mark(self):
        with self.lock:
            return len(self.exchanges)

    def since(self, mark, method=None, status=None):
        with self.lock:
            rows = self.exchanges[mark:]
        return [
            r
            for r in rows
            if (method is None or r["method"] == method)
            and (status is None or r["status"] == status)
        ]

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        by_step = {}
        for row in self.exchanges:
            by_step.setdefault(row["step"], []).append(row)
        for step, rows in by_step.items():
            out = []
            for n, r in enumerate(rows, 1):
                out.append(f"===== {step} exchange {n} =====")
                out.append(f">>> {r['method']} {r['target']} HTTP/1.1")
                out += [f">>> {k}: {redact(k, v)}" for k, v in r["req_headers"]]
                out.append("")
                out.append(text(r["req_body"]))
                out.append("")
                out.append(f"<<< HTTP/1.1 {r['status']} {r['reason']}")
                out += [f"<<< {k}: {redact(k, v)}" for k, v in r["resp_headers"]]
                out.append("")
                out.append(text(r["resp_body"], r["resp_headers"]))
                out.append("")
            with open(
                os.path.join(folder, step + ".txt"), "w", encoding="utf-8", newline="\n"
            ) as f:
                f.write("\n".join(out).replace("\r\n", "\n"))


def redact(key, value):
    if key.lower() in ("authorization", "proxy-authorization", "cookie", "set-cookie"):
        return value.split(" ", 1)[0] + " (redacted)"
    return value


def text(body, headers=()):
    if not body:
        return "(no body)"
    kind = {k.lower(): v for k, v in headers}.get("content-type", "")
    if "html" in kind or "javascript" in kind or "image" in kind:
        return f"({len(body)} bytes of {kind} not recorded)"
    return body.decode("utf-8", "replace")


class ProxyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    recorder = None

    def log_message(self, *a):
        pass

    def _body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            data = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                data += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return data
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else b""

    def _refuse(self, host):
        self.recorder.refused.append(host)
        self.send_response(403, "Not loopback")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def do_CONNECT(self):
        host, _, port = self.path.rpartition(":")
        if not is_loopback(host):
            return self._refuse(host)
        up = socket.create_connection((host.strip("[]"), int(port)), timeout=60)
        self.send_response(200, "Connected")
        self.end_headers()

        def pump(a, b):
            try:
                while True:
                    data = a.recv(65536)
                    if not data:
                        break
                    b.sendall(data)
            except OSError:
                pass
            finally:
                for s in (a, b):
                    with contextlib.suppress(OSError):
                        s.shutdown(socket.SHUT_RDWR)

        t = threading.Thread(target=pump, args=(up, self.connection), daemon=True)
        t.start()
        pump(self.connection, up)
        self.close_connection = True
        return None

    def _any(self):
        body = self._body()
        url = urllib.parse.urlsplit(self.path)
        host = url.hostname or ""
        if url.scheme != "http" or not is_loopback(host):
            return self._refuse(host or self.path)
        path = url.path or "/"
        if url.query:
            path += "?" + url.query
        headers = [(k, v) for k, v in self.headers.items() if k.lower() not in HOP]
        try:
            conn = http.client.HTTPConnection(host, url.port or 80, timeout=120)
            conn.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
            for k, v in headers:
                if k.lower() != "content-length":
                    conn.putheader(k, v)
            if body or "Content-Length" in self.headers:
                conn.putheader("Content-Length", str(len(body)))
            conn.putheader("Connection", "close")
            conn.endheaders(body or None)
            resp = conn.getresponse()
            data = resp.read()
            conn.close()
        except OSError as e:
            self.recorder.add(
                method=self.command,
                target=path,
                host=url.netloc,
                req_headers=headers,
                req_body=body,
                status=502,
                reason=str(e),
                resp_headers=[],
                resp_body=b"",
            )
            self.send_response(502)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        resp_headers = [(k, v) for k, v in resp.getheaders() if k.lower() not in HOP]
        plain = data
        if resp.getheader("Content-Encoding", "").lower() == "gzip":
            import gzip

            with contextlib.suppress(OSError):
                plain = gzip.decompress(data)
        self.recorder.add(
            method=self.command,
            target=path,
            host=url.netloc,
            req_headers=headers,
            req_body=body,
            status=resp.status,
            reason=resp.reason,
            resp_headers=resp_headers,
            resp_body=plain,
        )
        self.wfile.write(f"HTTP/1.1 {resp.status} {resp.reason}\r\n".encode("latin-1"))
        for k, v in resp_headers:
            if k.lower() != "content-length":
                self.wfile.write(f"{k}: {v}\r\n".encode("latin-1"))
        if self.command == "HEAD":
            self.wfile.write(
                b"Content-Length: %s\r\n\r\n" % (resp.getheader("Content-Length", "0").encode())
            )
        elif resp.status in (204, 304):
            self.wfile.write(b"\r\n")
        else:
            self.wfile.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        return None

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._any
        raise AttributeError(name)


class SmtpSink(socketserver.StreamRequestHandler):
    messages = None

    def handle(self):
        def say(s):
            self.wfile.write(s.encode() + b"\r\n")

        say("220 sink ESMTP")
        rcpt = []
        while True:
            line = self.rfile.readline()
            if not line:
                return
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                self.wfile.write(b"250-sink\r\n250-8BITMIME\r\n250 SIZE 20000000\r\n")
            elif verb.startswith(b"RCPT"):
                rcpt.append(line.decode("utf-8", "replace").strip())
                say("250 ok")
            elif verb == b"DATA":
                say("354 go")
                data = b""
                while True:
                    row = self.rfile.readline()
                    if row in (b".\r\n", b".\n", b""):
                        break
                    data += row[1:] if row.startswith(b"..") else row
                self.messages.append((rcpt, data))
                rcpt = []
                say("250 queued")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class Threaded(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


def serve(handler):
    server = Threaded(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]
