"""HTTP by hand: what other clients would tidy up goes over the wire as it is."""

import re
import select
import socket
import time

MAX_BODY = 64 << 20


class Answer:
    """One response, or why there was none: timeout, refused, closed, hold, hugebody."""

    def __init__(self):
        self.status, self.headers, self.body, self.error, self.seconds = 0, [], b"", "", 0.0
        self.count = 0  # status lines in the whole stream, where it was read raw

    def header(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def ok(self):
        return 200 <= self.status < 300

    def __repr__(self):
        return self.error or str(self.status)


def is_loopback(host):
    addresses = [info[4][0] for info in socket.getaddrinfo(host, None)]
    return all(address.startswith("127.") or address == "::1" for address in addresses)


def head_of(buffer):
    """Status, headers and where the body starts; None while the head is not whole."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = buffer[:end].split(b"\r\n")
    matched = re.match(rb"HTTP/\d\.\d (\d{3})", first)
    if not matched:
        return None
    pairs = [line.decode("latin-1").partition(":") for line in lines]
    return int(matched[1]), [(key.strip(), value.strip()) for key, _, value in pairs], end + 4


def exchange(address, data, timeout, method):
    """Send a request and read one response, an early one too."""
    answer, started = Answer(), time.monotonic()
    try:
        connection = socket.create_connection(address, timeout=timeout)
    except OSError as error:
        answer.error = "timeout" if isinstance(error, TimeoutError) else "refused"
        answer.seconds = time.monotonic() - started
        return answer
    with connection:
        connection.setblocking(False)
        _converse(connection, data, answer, started + timeout, method)
    answer.seconds = time.monotonic() - started
    return answer


def _converse(connection, data, answer, end, method):
    buffer, view, position, closed = b"", memoryview(data), 0, False
    while time.monotonic() < end:
        writing = [connection] if position < len(data) else []
        wait = min(0.5, max(0.01, end - time.monotonic()))
        readable, writable, _ = select.select([connection], writing, [], wait)
        if writable:
            try:
                position += connection.send(view[position : position + 262_144])
            except BlockingIOError:
                pass
            except OSError:
                position = len(data)
        if readable:
            try:
                piece = connection.recv(1 << 18)
            except BlockingIOError:
                continue
            except OSError:
                piece = b""
            closed = closed or not piece
            buffer += piece
        head = head_of(buffer)
        if head and 100 <= head[0] < 200:
            buffer = buffer[head[2] :]
            head = head_of(buffer)
        if head:
            answer.status, answer.headers = head[0], head[1]
            if _is_whole(answer, buffer[head[2] :], closed, method):
                return
        elif closed:
            answer.error = "closed"
            return
    answer.error = "timeout"


def _is_whole(answer, body, closed, method):
    """Take the body once it is there; whether that was so."""
    if method == "HEAD" or answer.status in (204, 304):
        return True
    length = answer.header("content-length")
    if "chunked" in ",".join(answer.header("transfer-encoding")).lower():
        if not closed and not body.endswith(b"0\r\n\r\n"):
            return False
        answer.body = _unchunked(body)
    elif length and length[0].isdigit():
        if not closed and len(body) < int(length[0]):
            return False
        answer.body = body[: int(length[0])]
    elif closed or len(body) > MAX_BODY:
        answer.body = body
        answer.error = "" if closed else "hugebody"
    else:
        return False
    return True


def _unchunked(body):
    pieces, start = [], 0
    while (end := body.find(b"\r\n", start)) >= 0:
        try:
            size = int(body[start:end].split(b";")[0], 16)
        except ValueError:
            break
        if size == 0:
            break
        pieces.append(body[end + 2 : end + 2 + size])
        start = end + 2 + size + 2
    return b"".join(pieces)


def raw(address, data, timeout, *, half_close=False):
    """Octets on a connection, and all that comes back within four seconds."""
    answer, started, buffer, closed = Answer(), time.monotonic(), b"", False
    try:
        connection = socket.create_connection(address, timeout=5)
    except OSError:
        answer.error = "refused"
        return answer
    with connection:
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        connection.settimeout(0.5)
        end, quiet = started + min(timeout, 4.0), 0
        while time.monotonic() < end and quiet < 2:
            try:
                piece = connection.recv(1 << 16)
            except TimeoutError:
                quiet += bool(buffer)
                continue
            except OSError:
                piece = b""
            if not piece:
                closed = True
                break
            buffer, quiet = buffer + piece, 0
    head = head_of(buffer)
    if head:
        answer.status, answer.headers, answer.body = head[0], head[1], buffer[head[2] :]
        lines = re.findall(rb'(?:^|\r?\n|>|\}|[\w"])HTTP/1\.[01] \d{3} ', buffer)
        answer.count = len(lines)
    else:
        answer.error = "closed" if closed else "hold"
    answer.seconds = time.monotonic() - started
    return answer


def many(address, data, options):
    """Connections that send their last octets slowly, or nothing: how many does the server drop?"""
    answer, started, tail = Answer(), time.monotonic(), options.get("tail", 0)
    first, drip = (data[:-tail], data[-tail:]) if tail else (data, b"")
    connections = _opened(address, first, options.get("conns", 1), started)
    pause = options.get("byte_delay", 0.5)
    end = time.monotonic() + (options.get("hold", 0) or len(drip) * pause)
    step = dropped = status = 0
    while time.monotonic() < end and connections:
        time.sleep(pause)
        for connection in list(connections):
            gone, seen = _is_dropped(connection, drip[step : step + 1])
            status = seen or status
            if gone:
                connections.remove(connection)
                connection.close()
                dropped += 1
        step += 1
    for connection in connections:
        connection.close()
    if options.get("conns", 1) == 1 and status:
        answer.status = status
    else:
        answer.error = "hold" if connections else "closed"
    answer.note = (
        f"{dropped + len(connections)} of {options.get('conns', 1)} connections taken: {dropped} "
        f"dropped by the server, {len(connections)} open after {time.monotonic() - started:.0f} s"
    )
    return answer


def _opened(address, first, number, started):
    connections = []
    while len(connections) < number and time.monotonic() - started < 12:
        try:
            connection = socket.create_connection(address, timeout=1)
            connection.setblocking(False)
            if first:
                connection.send(first)
            connections.append(connection)
        except OSError:
            number -= 1
    return connections


def _is_dropped(connection, octet):
    """Whether the server closed or answered, and with what."""
    try:
        if octet:
            connection.send(octet)
        piece = connection.recv(65_536)
    except BlockingIOError:
        return False, 0
    except OSError:
        return True, 0
    head = head_of(piece) if piece else None
    return not piece or head is not None, head[0] if head else 0
