"""VAULT_ADDR with a path, and VAULT_TLS_SERVER_NAME beside it, at a real TLS server."""
import os
import socket
import ssl
import subprocess
import tempfile
import threading

from daemon import BUILD, Tap, make_certificate, ok, read_request, same

STATUS = (b'{"type":"shamir","initialized":true,"sealed":false,"t":2,"n":3,"progress":0,"nonce":"","version":"1.8.4",'
          b'"migration":false,"recovery_seal":false,"storage_type":"file"}')


class Proxy:
    """Answers one path with an open daemon's status; keeps what names and lines it was asked with."""

    def __init__(self, cert, key):
        self.names, self.lines = [], []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.context.sni_callback = lambda sock, name, context: self.names.append(name)
        # An address that the certificate does not have.
        self.listener = socket.create_server(("127.0.0.2", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            raw, _ = self.listener.accept()
            try:
                with self.context.wrap_socket(raw, server_side=True) as client:
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
        good = lines[0].startswith("GET /behind/here/v1/sys/seal-status ")
        body = STATUS if good else b'{"errors":[]}'
        client.sendall(f"HTTP/1.1 {200 if good else 404} X\r\nContent-Length: {len(body)}\r\n"
                       "Connection: close\r\n\r\n".encode() + body)


def status(**env):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VAULT_", "BAO_"))}
    return subprocess.run([f"{BUILD}/bin/seal-status"], env={**clean, **env}, capture_output=True, check=False, timeout=120)


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
        done = status(VAULT_TLS_SERVER_NAME="elsewhere", **own)
        ok("another name: refused", done.returncode == 6 and b"not trusted" in done.stderr, done)
        done = status(VAULT_SKIP_VERIFY="T", **own)
        ok("T is true: refused", done.returncode == 1 and b"SKIP_VERIFY is set" in done.stderr, done)
        done = status(VAULT_SKIP_VERIFY="maybe", **own)
        ok("maybe is neither: usage", done.returncode == 2 and b"neither true nor false" in done.stderr, done)
    Tap.done()


main()
