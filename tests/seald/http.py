"""TLS and HTTP at the gate, over a core that echoes."""
import json
import os
import socket
import ssl
import subprocess
import threading

from daemon import Answer, Daemon, Tap, is_closed, make_certificate, ok, receive, same, send

HOST = b"Host: localhost\r\n"

# What two readers could take for different requests: 400, and the connection ends.
SMUGGLING = {
    "both lengths": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "same length twice": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "signed length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n\r\na",
    "length list": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1, 1\r\n\r\na",
    "hexadecimal length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x1\r\n\r\na",
    "chunked twice": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "blank before colon": b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length : 1\r\n\r\na",
    "folded field": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n",
    "bare LF": b"GET / HTTP/1.1\n" + b"Host: localhost\n\n",
    "LF in a field": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\nC: d\r\n\r\n",
    "bare CR": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\rC: d\r\n\r\n",
    "NUL in a field": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\x00c\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "Host against target": b"GET http://other/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "odd chunk size": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n",
    "chunk size 0x1": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
    "negative chunk": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "chunk longer than said": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    "chunk line with LF": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
    "two tokens": b"GET / HTTP/1.1\r\n" + HOST + b"X-Vault-Token: a\r\nX-Vault-Token: b\r\n\r\n",
    "blank in target": b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
}

REFUSED = {
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505)),
    "HTTP/1.2": (b"GET / HTTP/1.2\r\n" + HOST + b"\r\n", (505,)),
    "CONNECT": (b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\n", (501,)),
    "other coding": (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n", (501,)),
    "long line": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n", (414,)),
    "long field": (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 9000 + b"\r\n", (431,)),
    "many fields": (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 120 + b"\r\n", (431,)),
    "33 MiB announced": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 34603008\r\n\r\n", (413,)),
    "length of 30 digits": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", (413,)),
    "unknown expectation": (b"POST / HTTP/1.1\r\n" + HOST + b"Expect: more\r\nContent-Length: 1\r\n\r\na", (417,)),
}


def refusals(daemon):
    before = json.loads(daemon.ask().body)["requests"]
    cases = {name: (raw, (400,)) for name, raw in SMUGGLING.items()} | REFUSED
    for name, (raw, wanted) in cases.items():
        sock = daemon.connect()
        # A second request hides behind it: it must not be answered.
        sock.sendall(raw + b"GET /v1/hidden HTTP/1.1\r\n" + HOST + b"\r\n")
        answer = Answer(sock)
        ok(f"{name}: refused", answer.status in wanted and b'"errors"' in answer.body
           and answer.fields.get("connection") == "close", f"{answer.status} {answer.body}")
        ok(f"{name}: and the connection ends", is_closed(sock) and not receive(sock, 1))
        sock.close()
    same("none of them reached the core", json.loads(daemon.ask().body)["requests"], before + 1)


def handshake_fails(daemon, context):
    try:
        daemon.connect(context).close()
        return ""
    except (ssl.SSLError, ConnectionError) as why:
        return str(why)


def tls(daemon):
    for version, good in ((ssl.TLSVersion.TLSv1, 0), (ssl.TLSVersion.TLSv1_1, 0),
                          (ssl.TLSVersion.TLSv1_2, 1), (ssl.TLSVersion.TLSv1_3, 1)):
        context = daemon.context()
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
        if good:
            context.minimum_version = version
            with daemon.connect(context) as sock:
                ok(f"{version.name}: spoken", sock.version() in ("TLSv1.2", "TLSv1.3")
                   and daemon.ask(sock=sock).status == 200)
        else:
            why = handshake_fails(daemon, context)
            ok(f"{version.name}: refused by the server", "ALERT_PROTOCOL_VERSION" in why, why)
    for cipher in ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"):
        context = daemon.context(maximum_version=ssl.TLSVersion.TLSv1_2)
        context.set_ciphers(cipher)
        why = handshake_fails(daemon, context)
        ok(f"{cipher}: refused", "HANDSHAKE_FAILURE" in why, why)
    context = daemon.context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with daemon.connect(context) as sock:
        same("ALPN: http/1.1 chosen", sock.selected_alpn_protocol(), "http/1.1")
    context = daemon.context()
    context.set_alpn_protocols(["h2"])
    why = handshake_fails(daemon, context)
    ok("ALPN: another protocol refused", "no application protocol" in why.lower(), why)
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with daemon.connect(daemon.context(maximum_version=version)) as sock:
            daemon.ask(sock=sock)
            ok(f"{version.name}: no ticket", not (sock.session and sock.session.has_ticket))
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=60) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        got = b""
        while more := receive(raw, 4096):
            got += more
        ok("plain HTTP: no answer but an alert", b"HTTP" not in got)
    out = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{daemon.port}", "-tls1_2",
                          "-CAfile", daemon.cert], input=b"R\n", capture_output=True, check=False, timeout=60)
    ok("renegotiation refused", b"no renegotiation" in out.stderr, out.stderr[-300:])
    same("a gate that refused all that still serves", daemon.ask().status, 200)


def client_certificates():
    where = Daemon(start=False)
    make_certificate(where.dir, "ca")
    make_certificate(where.dir, "other")
    server = make_certificate(where.dir, "server")
    make_certificate(where.dir, "good", ca=f"{where.dir}/ca")
    make_certificate(where.dir, "bad", ca=f"{where.dir}/other")
    daemon = Daemon(tls=(*server, f'client_ca = "{where.dir}/ca.pem";'))
    same("client_ca: a client without certificate is served", daemon.ask().status, 200)
    for name, wanted in (("good", 200), ("bad", 0)):
        context = daemon.context()
        context.load_cert_chain(f"{where.dir}/{name}.pem", f"{where.dir}/{name}.key")
        try:
            with daemon.connect(context) as sock:
                status = daemon.ask(sock=sock).status
        except (ssl.SSLError, ConnectionError):
            status = 0
        same(f"client_ca: {name} certificate", status, wanted)
    daemon.end("client certificates")
    where.clean()


def requests(daemon):
    answer = daemon.ask("LIST", "/v1/secret/", head="X-Vault-Token: tok\r\nX-Forwarded-For: 9.9.9.9\r\n")
    told = json.loads(answer.body)
    same("LIST arrives as it is", (told["method"], told["target"], told["token"]), ("LIST", "/v1/secret/", "tok"))
    ok("the peer is the socket's", told["peer"].startswith("127.1."))
    same("Cache-Control", answer.fields["cache-control"], "no-store")
    same("Content-Type", answer.fields["content-type"], "application/json")
    with daemon.connect() as sock:
        answers = [daemon.ask(sock=sock, target=f"/v1/{i}") for i in range(5)]
        same("keep-alive", [json.loads(a.body)["target"] for a in answers], [f"/v1/{i}" for i in range(5)])
        one = b"".join(b"PUT /v1/fake/echo HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\n%02d" % i for i in range(40))
        sock.sendall(b"GET /v1/fake/slow?50 HTTP/1.1\r\n" + HOST + b"\r\n" + one)
        same("pipelined: slow one first", Answer(sock).status, 200)
        same("pipelined: 40 behind it in order", [Answer(sock).body for _ in range(40)], [b"%02d" % i for i in range(40)])
        answer = daemon.ask("HEAD", "/v1/x", sock=sock)
        ok("HEAD: length and no body", int(answer.fields["content-length"]) > 50)
        same("HEAD: the next one is in step", daemon.ask(sock=sock).status, 200)
        answer = daemon.ask(target="/v1/fake/status?204", sock=sock)
        ok("204: neither body nor its fields", answer.status == 204 and "content-length" not in answer.fields
           and "content-type" not in answer.fields and answer.fields["cache-control"] == "no-store")
        answer = daemon.ask(target="/v1/fake/status?307", sock=sock)
        same("Location of the core", answer.fields.get("location"), "/v1/elsewhere")
        sock.sendall(b"PUT /v1/fake/echo HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        same("100-continue", Answer(sock).status, 100)
        sock.sendall(b"abc")
        same("100-continue: the answer", Answer(sock).body, b"abc")
        for byte in b"PUT /v1/fake/echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n":
            sock.sendall(bytes([byte]))
        same("byte by byte, chunked", Answer(sock).body, b"abc")
    with daemon.connect() as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        ok("HTTP/1.0 is answered and closed", Answer(sock).status == 200 and is_closed(sock))
    body = os.urandom(32 << 20)
    ok("32 MiB there and back", daemon.ask("PUT", "/v1/fake/echo", body).body == body)
    with daemon.connect() as sock:
        send(sock, "PUT", "/v1/fake/echo", head="Transfer-Encoding: chunked\r\n")
        try:
            for _ in range(33):
                sock.sendall(b"100000\r\n" + body[:1 << 20] + b"\r\n")
        except (ConnectionError, ssl.SSLError):
            pass
        same("33 MiB in chunks", Answer(sock).status, 413)


def crowd(daemon):
    socks = [daemon.connect() for _ in range(300)]
    results = []

    def use(some):
        for sock in some:
            for turn in range(3):
                target = f"/v1/{id(sock)}/{turn}"
                results.append(json.loads(daemon.ask(target=target, sock=sock).body)["target"] == target)

    threads = [threading.Thread(target=use, args=(socks[i::6],)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same("300 connections, each its own answers", results, [True] * 900)
    gone = daemon.connect()
    send(gone, "GET", "/v1/fake/slow?100")
    gone.close()
    same("a client that goes costs nobody his answer", daemon.ask(sock=socks[0]).status, 200)
    for sock in socks:
        sock.close()


def backlog():
    """More than the way to the core holds: requests wait in the gate, none is lost."""
    daemon = Daemon(gates=1)
    bodies = [os.urandom(1 << 20) * 30 for _ in range(5)]
    socks = [daemon.connect() for _ in bodies]
    asleep = daemon.connect()
    send(asleep, "GET", "/v1/fake/slow?1500")
    writers = [threading.Thread(target=send, args=(sock, "PUT", "/v1/fake/echo", body))
               for sock, body in zip(socks, bodies)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    same("behind a slow one: five of 30 MiB", [Answer(sock).body == body for sock, body in zip(socks, bodies)], [True] * 5)
    same("and the slow one", Answer(asleep).status, 200)
    same("backlog: no gate ended", daemon.ends(), 0)
    daemon.end("backlog")


def main():
    daemon = Daemon()
    tls(daemon)
    requests(daemon)
    refusals(daemon)
    crowd(daemon)
    same("no gate ended", daemon.ends(), 0)
    daemon.end("http")
    client_certificates()
    backlog()
    Tap.done()


main()
