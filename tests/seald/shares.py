"""What a gate sees of shares: nothing. All that passes a gate is recorded by one that has its key and
stands in its place; and the memory of the gates is searched."""
import base64
import json
import os
import socket
import ssl
import threading

from daemon import Daemon, Tap, ok, same
from memory import memory_has, scalar
from parties import NAMES, SOFTWARE, enroll, make_set, tool, turn


class Recorder:
    """Ends TLS with the daemon's own certificate, keeps the plaintext, and passes it on."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.seen = bytearray()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(daemon.cert, daemon.cert.replace("cert.pem", "key.pem"))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            raw, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            client = self.context.wrap_socket(raw, server_side=True)
            server = self.daemon.connect()
        except (OSError, ssl.SSLError):
            raw.close()
            return
        for one, other in ((client, server), (server, client)):
            threading.Thread(target=self.copy, args=(one, other), daemon=True).start()

    def copy(self, one, other):
        try:
            while data := one.recv(65536):
                self.seen += data
                other.sendall(data)
        except (OSError, ssl.SSLError):
            pass
        for sock in (one, other):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def share_of(where, name):
    """The bytes of a share, opened by its holder."""
    done = tool("seal-open", "--cards", f"{where}/cards", "-i", f"{where}/{name}.identity", f"{where}/set/{name}.share", phrase=f"phrase of {name}")
    if done.returncode:
        print("#", done.stderr.decode())
    line = next(one for one in done.stdout.decode().splitlines() if one.startswith("key:"))
    return base64.b64decode(line.split(":", 1)[1])


def forms(share):
    """As a share could be written; parts of it too, since texts are cut and shifted."""
    found = []
    for part in (share[:16], share[8:24], share[16:32]):
        found += [part, part.hex().encode(), part.hex().upper().encode()]
        for shift in range(3):
            found.append(base64.b64encode(bytes(shift) + part)[shift and 4:][:16])
    return found


def main():
    daemon = Daemon("seald")
    where = daemon.dir
    recorder = Recorder(daemon)
    through = ("-a", f"https://127.0.0.1:{recorder.port}", "--pin", daemon.pin, "--core", daemon.identity)
    enroll(where)
    done = make_set(daemon, through)
    same("init through the recorder", (done.returncode, done.stderr), (0, SOFTWARE))
    shares = {name: share_of(where, name) for name in NAMES}
    done = turn(where, through, "ann")
    same("the first share is taken", done.returncode, 0)
    needles = [form for share in shares.values() for form in forms(share)]
    ok("a gate saw the submission", b"/v1/sys/unseal" in recorder.seen and b'"box"' in recorder.seen)
    with open(f"{daemon.state}/bootstrap-token", "rb") as token:
        ok("and tokens, which are not hidden from it", token.read().strip() in recorder.seen)
    ok("and no part of a share", not any(needle in recorder.seen for needle in needles))
    if os.geteuid() == 0:
        mine = forms(shares["ann"])
        key = scalar(daemon.cert.replace("cert.pem", "key.pem"))
        ok("the search finds what is there: the core holds the share", memory_has(daemon.core(), mine))
        ok("and a gate the TLS key", all(memory_has(pid, key) for pid in daemon.gates()))
        ok("no gate holds a share", not any(memory_has(pid, needles) for pid in daemon.gates()))
        ok("nor does the supervisor", not memory_has(daemon.process.pid, needles))
    done = turn(where, through, "cat")
    same("the second share opens it", done.returncode, 0)
    told = json.loads(daemon.ask(target="/v1/sys/seal-status").body)
    same("open", told["sealed"], False)
    ok("still no part of a share was seen", not any(needle in recorder.seen for needle in needles))
    os.kill(daemon.gates()[0], 9)
    told = json.loads(daemon.ask(target="/v1/sys/seal-status").body)
    same("a gate dies: still open", told["sealed"], False)
    ok("the log has none either", not any(needle in daemon.log().encode() for needle in needles))
    daemon.end("shares")
    Tap.done()


main()
