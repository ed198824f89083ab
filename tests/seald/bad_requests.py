"""What no client should send, to the daemon as it is installed: each is refused with a status and a reason, the
connection ends where its framing is in doubt, and the state of the seal is as before."""
import json
import socket
import ssl
import threading

from daemon import Answer, Daemon, Tap, is_closed, ok, receive, same, send, until

HOST = b"Host: localhost\r\n"
PUT = b"PUT /v1/sys/unseal HTTP/1.1\r\n" + HOST
RESET = b'{"reset":true}'
BEHIND = b"GET /v1/sys/seal-status HTTP/1.1\r\n" + HOST + b"\r\n"


def length(body):
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


# Two readers could take these for different requests.
SMUGGLED = {
    "both lengths": PUT + b"Transfer-Encoding: chunked\r\n" + length(b"0\r\n\r\n"),
    "two lengths": PUT + b"Content-Length: 0\r\n" + length(RESET),
    "one length twice": PUT + b"Content-Length: 14\r\n" + length(RESET),
    "a list of lengths": PUT + b"Content-Length: 14, 14\r\n\r\n" + RESET,
    "a length with a sign": PUT + b"Content-Length: +14\r\n\r\n" + RESET,
    "chunked twice": PUT + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked and something behind it": PUT + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked by a tab": PUT + b"Transfer-Encoding:\tchunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": b"PUT /v1/sys/unseal HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": PUT + b"Content-Length : 14\r\n\r\n" + RESET,
    "a folded field": PUT + b"A: b\r\n c\r\n" + length(RESET),
    "bare LF": b"GET /v1/sys/health HTTP/1.1\nHost: localhost\n\n",
    "LF inside a field": PUT + b"A: b\nContent-Length: 0\r\n\r\n",
    "CR inside a field": PUT + b"A: b\rContent-Length: 0\r\n\r\n",
    "NUL inside a field": PUT + b"A: \x00\r\n" + length(RESET),
    "an odd chunk size": PUT + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
    "a chunk longer than it says": PUT + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    "a chunk line that ends in LF": PUT + b"Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
    "no Host": b"GET /v1/sys/health HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /v1/sys/health HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "two tokens": b"GET /v1/sys/health HTTP/1.1\r\n" + HOST + b"X-Vault-Token: a\r\nX-Vault-Token: b\r\n\r\n",
}

# Framed well, and still no JSON that the daemon reads; or too much of it.
BODIES = {
    "too deep": (b'{"sealkit":' * 200 + b"1" + b"}" * 200, (400,)),
    "too deep in arrays": (b"[" * 5000 + b"]" * 5000, (400,)),
    "a key twice": (b'{"reset":false,"reset":true}', (400,)),
    "a key twice, once escaped": (b'{"reset":false,"r\\u0065set":true}', (400,)),
    "a key twice further in": (b'{"sealkit":{"nonce":"a","nonce":"b"}}', (400,)),
    "cut short": (b'{"reset":tr', (400,)),
    "something behind it": (RESET + b"{}", (400,)),
    "no object": (b"[1]", (400,)),
    "no JSON": (b"reset=true", (400,)),
    "not UTF-8": (b'{"key":"\xff\xfe"}', (400,)),
    "a lone surrogate": (b'{"key":"\\ud800"}', (400,)),
    "a key of another type": (b'{"key":7}', (400,)),
    "a share of no nonce": (b'{"sealkit":{"enc":"AAAA","box":"AAAA"}}', (400,)),
}


def seal(daemon):
    told = json.loads(daemon.ask(target="/v1/sys/seal-status").body)
    return {name: told[name] for name in ("initialized", "sealed", "progress", "nonce", "t", "n")}


def one_reason(answer):
    """Vault's shape of a refusal: one text, of one line."""
    try:
        errors = json.loads(answer.body)["errors"]
    except (ValueError, KeyError, TypeError):
        return False
    return len(errors) == 1 and len(errors[0]) > 0 and errors[0].isprintable()


def smuggled(daemon):
    before = seal(daemon)
    for name, raw in SMUGGLED.items():
        with daemon.connect() as sock:
            sock.sendall(raw + BEHIND)
            answer = Answer(sock)
            ok(f"{name}: 400 with a reason, and closed", answer.status == 400 and one_reason(answer)
               and answer.fields.get("connection") == "close" and not receive(sock, 1),
               f"{answer.status} {answer.fields} {answer.body}")
    same("smuggled: the seal is as before", seal(daemon), before)


def too_large(daemon):
    before = seal(daemon)
    with daemon.connect() as sock:
        sock.sendall(PUT + b"Content-Length: 34603008\r\n\r\n")
        answer = Answer(sock)
        ok("33 MiB announced: 413 before a byte of it, and closed",
           answer.status == 413 and one_reason(answer) and is_closed(sock), f"{answer.status} {answer.body}")
    with daemon.connect() as sock:
        sock.sendall(PUT + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n")
        answer = Answer(sock)
        ok("a length of 30 digits: 413, and closed", answer.status == 413 and is_closed(sock), answer.status)
    with daemon.connect() as sock:
        sock.sendall(PUT + b"Transfer-Encoding: chunked\r\n\r\n")
        part = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
        try:
            for _ in range(33):
                sock.sendall(part)
        except (ConnectionError, ssl.SSLError):
            pass
        answer = Answer(sock)
        ok("33 MiB in chunks: 413, and closed", answer.status == 413 and is_closed(sock), answer.status)
    with daemon.connect() as sock:
        sock.sendall(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n")
        same("a long line: 414", Answer(sock).status, 414)
    with daemon.connect() as sock:
        sock.sendall(b"GET /v1/sys/health HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 120 + b"\r\n")
        same("many fields: 431", Answer(sock).status, 431)
    same("too large: the seal is as before", seal(daemon), before)


def bodies(daemon):
    before = seal(daemon)
    for path in ("sys/unseal", "sys/init"):
        for name, (body, wanted) in BODIES.items():
            answer = daemon.ask("PUT", f"/v1/{path}", body)
            # Before a word of it is read, a set is refused to who has no bootstrap token.
            wanted = (403,) if path == "sys/init" and b"enc" in body else wanted
            ok(f"{path}, {name}: refused with a reason", answer.status in wanted and one_reason(answer),
               f"{answer.status} {answer.body}")
    same("bodies: the seal is as before", seal(daemon), before)


def slow(daemon, head, part, what, results):
    """Sends a part of it again and again, and sees that the daemon ends it."""
    with daemon.connect() as sock:
        try:
            sock.sendall(head)
            sock.settimeout(0.5)
            for _ in range(120):
                sock.sendall(part)
                try:
                    got = sock.recv(4096)
                    results[what] = got[:12] in (b"", b"HTTP/1.1 408")
                    return
                except (TimeoutError, ssl.SSLWantReadError):
                    continue
        except (ConnectionError, ssl.SSLError):
            results[what] = True


def start_slow(daemon, results):
    """Ten seconds for a head, and as many for a handshake: they pass while others are served."""
    cases = {"a request line": (b"G", b"E"), "fields": (b"GET / HTTP/1.1\r\n" + HOST, b"A: b\r\n")}
    threads = [threading.Thread(target=slow, args=(daemon, head, part, what, results))
               for what, (head, part) in cases.items()]
    raw = socket.create_connection(("127.0.0.1", daemon.port), timeout=60)
    threads.append(threading.Thread(target=lambda: results.update(handshake=receive(raw, 1) == b"")))
    for thread in threads:
        thread.start()
    return threads


def main():
    daemon = Daemon("seald")
    results = {}
    threads = start_slow(daemon, results)
    smuggled(daemon)
    bodies(daemon)
    too_large(daemon)
    for thread in threads:
        thread.join()
    same("slow loris: each is ended, with 408 or without a word", results,
         {"a request line": True, "fields": True, "handshake": True})
    with daemon.connect() as sock:
        send(sock, "GET", "/v1/sys/seal-status")
        same("and others are served", Answer(sock).status, 200)
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=60) as raw:
        raw.sendall(BEHIND)
        got = b""
        while more := receive(raw, 4096):
            got += more
        ok("not TLS: an alert and nothing else", b"HTTP" not in got, got)
    ok("no gate and no core has ended", until(lambda: daemon.ends() == 0), daemon.log())
    daemon.end("bad requests")
    Tap.done()


main()
