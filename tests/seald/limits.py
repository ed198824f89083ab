"""The gate's limits, in a daemon that has short ones: who dawdles, floods or idles is closed."""
import json
import resource
import socket
import ssl
import time

from daemon import Answer, Daemon, Tap, is_closed, ok, receive, same, send, until

LIMIT = 8  # connections, tests/seald/short_limits.c


def dribble(sock, parts):
    """Sends part after part, each when the last is out; until the other side ends it."""
    try:
        for part in parts:
            sock.sendall(part)
            sock.settimeout(0.1)
            try:
                if not sock.recv(1, 0):
                    return b""
                return b"answered"
            except (TimeoutError, ssl.SSLWantReadError):
                continue
            finally:
                sock.settimeout(60)
    except (ConnectionError, ssl.SSLError):
        return b""
    return None


def forever(head, part):
    yield head
    while True:
        yield part


def slow(daemon):
    for name, head, part in (
            ("request line", b"G", b"E"),
            ("fields", b"GET / HTTP/1.1\r\nHost: a\r\n", b"A: b\r\n"),
            ("body", b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", b"x"),
            ("chunks", b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")):
        with daemon.connect() as sock:
            # Never still, never done: only the whole time that it may take ends it.
            ok(f"slow {name}: closed", dribble(sock, forever(head, part)) is not None)
    with daemon.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        answer = Answer(sock)
        ok("half a head: 408, and closed", answer.status == 408 and is_closed(sock))
    with daemon.connect() as sock:
        ok("no request: closed without a word", receive(sock, 1) == b"")
    with daemon.connect() as sock:
        daemon.ask(sock=sock)
        ok("idle after a request: closed", receive(sock, 1) == b"")
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=60) as raw:
        ok("no handshake: closed", receive(raw, 1) == b"")
    same("others are served", daemon.ask().status, 200)


def a_core_that_sleeps(daemon):
    with daemon.connect() as sock:
        send(sock, "GET", "/v1/fake/slow?3000")
        answer = Answer(sock)
        ok("a core that does not answer: 503, and closed", answer.status == 503 and is_closed(sock)
           and b'"errors"' in answer.body, answer.status)
    # The late answer finds nobody; the next one is not mistaken for it.
    until(lambda: daemon.ask(target="/v1/after").status == 200)
    same("the next answer is its own", json.loads(daemon.ask(target="/v1/own").body)["target"], "/v1/own")


def a_client_that_does_not_read(daemon):
    # With little room of its own, so that the answer stays with the server.
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", daemon.port))
    with daemon.context().wrap_socket(raw, server_hostname="localhost") as sock:
        send(sock, "GET", "/v1/fake/big?4000000")
        # Nothing is read, so nothing can be sent: its time runs out.
        ok("an answer that nobody takes: the connection ends",
           until(lambda: len(connections(daemon)) == 0))


def connections(daemon):
    """The server's side of established connections, by the kernel."""
    port = f"{daemon.port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return [r for r in rows if r[1].endswith(f":{port}") and r[3] == "01" and r[9] != "0"]


def full():
    daemon = Daemon("seald-short", gates=1)
    idle = []
    for _ in range(LIMIT):
        sock = daemon.connect()
        daemon.ask(sock=sock)
        idle.append(sock)
    same("the one that idles longest makes room", daemon.ask().status, 200)
    ok("it is closed, another one is not", is_closed(idle[0]) and daemon.ask(sock=idle[-1]).status == 200)
    for sock in idle:
        sock.close()
    busy = []
    for _ in range(LIMIT):
        sock = daemon.connect()
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        busy.append(sock)
    # None idles: the next client waits until one is over its time.
    same("all busy: a client waits, and is served", daemon.ask().status, 200)
    for sock in busy:
        sock.close()
    part = b"PUT /v1/fake/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + bytes(2900000)
    floods = []
    statuses = []
    for _ in range(4):
        sock = daemon.connect()
        try:
            sock.sendall(part)
        except (ConnectionError, ssl.SSLError):
            pass
        floods.append(sock)
    for sock in floods:
        statuses.append(Answer(sock).status)
        sock.close()
    ok("more than the memory of a gate: 503", 503 in statuses and 408 in statuses, statuses)
    same("5 MiB: 413 here", daemon.ask("PUT", "/v1/x", bytes(5 << 20)).status, 413)
    same("the gate is the same", daemon.ends(), 0)
    daemon.end("full")


STRANGER = "127.9.9.9"


def silent():
    """1200 connections that say nothing: of one host, then of as many."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    for name, source in (("one address", STRANGER), ("as many addresses", None)):
        daemon = Daemon(gates=1)
        socks = [daemon.raw(source) for _ in range(1200)]
        same(f"silent, {name}: another client is served", daemon.ask().status, 200)
        sock = daemon.connect(source=STRANGER)
        same(f"silent, {name}: and one of that address", daemon.ask(sock=sock).status, 200)
        most = 256 if source else 1024
        ok(f"silent, {name}: no more than {most} are kept", until(lambda: len(connections(daemon)) <= most),
           len(connections(daemon)))
        ok(f"silent, {name}: it is the oldest that go", is_closed(socks[0]))
        same(f"silent, {name}: who asked stays", daemon.ask(sock=sock).status, 200)
        for one in socks + [sock]:
            one.close()
        daemon.end(f"silent, {name}")


def many_requests():
    daemon = Daemon(gates=1)
    sock = daemon.connect(source=STRANGER)
    began = time.monotonic()
    served = 0
    while (answer := daemon.ask(sock=sock)).status == 200:
        served += 1
    may = 100 + 20 * (time.monotonic() - began) + 1
    ok("too many requests without a token: 429", answer.status == 429 and 100 <= served <= may, (answer.status, served))
    same("its body and Retry-After", (json.loads(answer.body), answer.fields.get("retry-after")),
         ({"errors": ["Too Many Requests"]}, "1"))
    with open(f"{daemon.dir}/audit", "rb") as audit:
        same("what is refused does not reach the core", audit.read().count(b"\n"), served)
    same("another address is served", daemon.ask().status, 200)
    sock = daemon.connect(source=STRANGER)
    good = "X-Vault-Token: good\r\n"
    same("and this one with a good token", [daemon.ask(sock=sock, head=good).status for _ in range(600)], [200] * 600)
    ok("and without one, soon", until(lambda: daemon.ask(sock=daemon.connect(source=STRANGER)).status == 200))
    daemon.end("many requests")


def lines(daemon):
    with open(f"{daemon.dir}/audit", "rb") as audit:
        return audit.read().count(b"\n")


def made_up_tokens():
    """A token costs a stranger nothing: only one that the core calls good counts."""
    for name, head in (("token", "X-Vault-Token: {}\r\n"), ("bearer", "Authorization: Bearer {}\r\n")):
        daemon = Daemon(gates=1)
        sock = daemon.connect(source=STRANGER)
        before = lines(daemon)
        began = time.monotonic()
        served = 0
        while served < 5000 and (answer := daemon.ask(sock=sock, head=head.format(f"made-up-{served}"))).status == 200:
            served += 1
        # What the page of seald promises one that brings tokens, and what it gets back while it asks.
        least = 100 + 256
        may = least + 20 * (time.monotonic() - began) + 1
        ok(f"made-up {name}: 429 in the end", answer.status == 429 and least <= served <= may, (answer.status, served))
        same(f"made-up {name}: what is refused leaves no line", lines(daemon) - before, served)
        same(f"made-up {name}: another address is served", daemon.ask(head=head.format("made-up")).status, 200)
        # One request passes soon; from then on the good token is known, whoever else asks from there.
        good = head.format("good")
        until(lambda: daemon.ask(sock=daemon.connect(source=STRANGER), head=good).status == 200)
        sock = daemon.connect(source=STRANGER)
        same(f"made-up {name}: a good one of that address is served",
             [daemon.ask(sock=sock, head=good).status for _ in range(600)], [200] * 600)
        daemon.end(f"made-up {name}")


def many_at_once():
    """As many as one address may have, each with a good token that the gate has not seen yet."""
    daemon = Daemon(gates=1)
    socks = [daemon.connect(source=STRANGER) for _ in range(250)]
    for number, sock in enumerate(socks):
        send(sock, "GET", "/v1/x", head=f"X-Vault-Token: good-{number}\r\n")
    same("250 good tokens at once", [Answer(sock).status for sock in socks], [200] * 250)
    for sock in socks:
        sock.close()
    daemon.end("many at once")


def main():
    daemon = Daemon("seald-short")
    slow(daemon)
    a_core_that_sleeps(daemon)
    a_client_that_does_not_read(daemon)
    same("no gate ended", daemon.ends(), 0)
    daemon.end("limits")
    full()
    silent()
    many_requests()
    made_up_tokens()
    many_at_once()
    Tap.done()


main()
