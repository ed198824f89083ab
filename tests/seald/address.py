"""Of options and environment, at a real TLS server: a path in VAULT_ADDR, the server's name, its roots, the client's own
certificate, the namespace, and how long an answer is waited for."""
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading

from daemon import BUILD, Daemon, Tap, make_certificate, ok, read_request, same

STATUS = (b'{"type":"shamir","initialized":true,"sealed":false,"t":2,"n":3,"progress":0,"nonce":"","version":"1.8.4",'
          b'"migration":false,"recovery_seal":false,"storage_type":"file"}')


class Proxy:
    """Answers one path with an open daemon's status; keeps what names and lines it was asked with. With client_ca it takes
    nobody without a certificate below that; deaf, it does not answer at all."""

    def __init__(self, cert, key, client_ca=None, deaf=False):
        self.names, self.lines, self.fields, self.clients = [], [], [], []
        self.deaf = [] if deaf else None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.context.sni_callback = lambda sock, name, context: self.names.append(name)
        if client_ca:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(client_ca)
        # An address that the certificate does not have.
        self.listener = socket.create_server(("127.0.0.2", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            raw, _ = self.listener.accept()
            try:
                if self.deaf is not None:
                    self.deaf.append(self.context.wrap_socket(raw, server_side=True))
                    continue
                with self.context.wrap_socket(raw, server_side=True) as client:
                    self.clients.append(dict(one[0] for one in (client.getpeercert() or {}).get("subject", ())))
                    self.answer(client)
            except OSError:
                pass

    def answer(self, client):
        asked = read_request(client)
        if not asked:
            return
        lines = asked[0]
        host = next(line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("host:"))
        self.lines.append((lines[0], host))
        self.fields.append(dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line))
        good = lines[0].startswith("GET /behind/here/v1/sys/seal-status ")
        body = STATUS if good else b'{"errors":[]}'
        client.sendall(f"HTTP/1.1 {200 if good else 404} X\r\nContent-Length: {len(body)}\r\n"
                       "Connection: close\r\n\r\n".encode() + body)


def status(*options, **env):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VAULT_", "BAO_"))}
    return subprocess.run([f"{BUILD}/bin/seal-status", *options], env={**clean, **env}, capture_output=True, check=False, timeout=120)


def untrusted(done):
    return done.returncode == 6 and b"not trusted" in done.stderr


def roots(where, own, cert):
    """As a folder, in the form that openssl-rehash(1) makes; and none but these."""
    for name, source in (("roots", cert), ("others", f"{where}/other.pem")):
        os.mkdir(f"{where}/{name}")
        shutil.copy(source, f"{where}/{name}/root.pem")
        subprocess.run(["openssl", "rehash", f"{where}/{name}"], check=True)
    del own["VAULT_CACERT"]
    named = dict(own, VAULT_TLS_SERVER_NAME="localhost")
    ok("no roots: refused", untrusted(status(**named)))
    same("VAULT_CAPATH", status(VAULT_CAPATH=f"{where}/roots", **named).returncode, 0)
    ok("VAULT_CAPATH of others: refused", untrusted(status(VAULT_CAPATH=f"{where}/others", **named)))
    same("--ca-path wins", status("--ca-path", f"{where}/roots", VAULT_CAPATH=f"{where}/others", **named).returncode, 0)
    ok("--ca-path of others: refused", untrusted(status("--ca-path", f"{where}/others", **named)))


def client_certificates(where, cert, key):
    """Before a server that takes nobody without one; and at seald, which looks at one that is given."""
    make_certificate(where, "ca")
    mine = make_certificate(where, "mine", ca=f"{where}/ca")
    theirs = make_certificate(where, "theirs", ca=f"{where}/other")
    proxy = Proxy(cert, key, f"{where}/ca.pem")
    own = {"VAULT_ADDR": f"https://127.0.0.2:{proxy.port}/behind/here/", "VAULT_CACERT": cert, "VAULT_TLS_SERVER_NAME": "localhost"}
    daemon = Daemon("seald", tls=(cert, key, f'client_ca = "{where}/ca.pem";'))
    at_seald = {"VAULT_ADDR": f"https://127.0.0.1:{daemon.port}", "VAULT_CACERT": cert}
    for name, given, good in (("none", None, False), ("one of another root", theirs, False), ("one of that root", mine, True)):
        options = ("--client-cert", given[0], "--client-key", given[1]) if given else ()
        env = {"VAULT_CLIENT_CERT": given[0], "VAULT_CLIENT_KEY": given[1]} if given else {}
        for how, done in (("options", status(*options, **own)), ("environment", status(**own, **env))):
            ok(f"{name}, by {how}: {'answered' if good else 'refused'}", done.returncode == (0 if good else 6), done)
        done = status(*options, **at_seald)
        wanted = 6 if given == theirs else 1
        ok(f"{name}, at seald: {wanted}", done.returncode == wanted, done)
    same("the server has seen it, twice", proxy.clients, [{"commonName": "mine"}] * 2)
    done = status("--client-cert", mine[0], "--client-key", mine[1],
                  **dict(own, VAULT_CLIENT_CERT=theirs[0], VAULT_CLIENT_KEY=theirs[1]))
    same("the options win", done.returncode, 0)
    daemon.end("client certificates")


def deaf(cert, key):
    """Nothing but the time that is given ends it: what comes from elsewhere is an hour."""
    proxy = Proxy(cert, key, deaf=True)
    for name, options, env in (("--timeout", ("--timeout", "1"), {"VAULT_CLIENT_TIMEOUT": "1h"}),
                               ("BAO_CLIENT_TIMEOUT", (), {"BAO_CLIENT_TIMEOUT": "1s", "VAULT_CLIENT_TIMEOUT": "1h"})):
        done = status(*options, VAULT_ADDR=f"https://127.0.0.2:{proxy.port}", VAULT_CACERT=cert, VAULT_TLS_SERVER_NAME="localhost", **env)
        ok(f"{name}: a server that does not answer", done.returncode == 6 and b"timed out after 1" in done.stderr and
           done.stderr.count(b"\n") == 1, done)
    same("both have waited at it", len(proxy.deaf), 2)


def main():
    with tempfile.TemporaryDirectory(prefix="seald-test-") as where:
        cert, key = make_certificate(where, "proxy")
        proxy = Proxy(cert, key)
        own = {"VAULT_ADDR": f"https://127.0.0.2:{proxy.port}/behind/here/", "VAULT_CACERT": cert}
        done = status(**own)
        ok("the address is not in the certificate: refused", done.returncode == 6 and b"not trusted" in done.stderr, done)
        done = status(VAULT_TLS_SERVER_NAME="localhost", **own)
        same("path and server name: answered", (done.returncode, done.stderr), (0, b""))
        same("the name is asked for", proxy.names[-1:], ["localhost"])
        same("below the path", proxy.lines, [("GET /behind/here/v1/sys/seal-status HTTP/1.1", f"localhost:{proxy.port}")])
        done = status(VAULT_TLS_SERVER_NAME="localhost", VAULT_CLIENT_TIMEOUT="1m30s", VAULT_SKIP_VERIFY="F", **own)
        same("a timeout as Go writes it", (done.returncode, done.stderr), (0, b""))
        same("no namespace", "x-vault-namespace" in proxy.fields[-1], False)
        done = status("--tls-server-name", "localhost", VAULT_TLS_SERVER_NAME="elsewhere", VAULT_NAMESPACE="team/a", **own)
        same("the name as option, which wins", (done.returncode, done.stderr, proxy.names[-1:]), (0, b"", ["localhost"]))
        same("the namespace is sent", proxy.fields[-1].get("x-vault-namespace"), "team/a")
        done = status(VAULT_TLS_SERVER_NAME="elsewhere", **own)
        ok("another name: refused", done.returncode == 6 and b"not trusted" in done.stderr, done)
        done = status(VAULT_SKIP_VERIFY="T", **own)
        ok("T is true: refused", done.returncode == 1 and b"SKIP_VERIFY is set" in done.stderr, done)
        done = status(VAULT_SKIP_VERIFY="maybe", **own)
        ok("maybe is neither: usage", done.returncode == 2 and b"neither true nor false" in done.stderr, done)
        make_certificate(where, "other")
        roots(where, dict(own), cert)
        client_certificates(where, cert, key)
        deaf(cert, key)
    Tap.done()


main()
