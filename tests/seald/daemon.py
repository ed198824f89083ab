"""Starts a seald for a test, speaks to it, and sees that nothing of it is left."""
import atexit
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("BUILD", "build")
PATIENCE = 60  # seconds until a condition that must come counts as missing


class Tap:
    count = 0
    bad = 0

    @classmethod
    def ok(cls, name, good, detail=""):
        cls.count += 1
        print(("ok" if good else "not ok"), cls.count, "-", name, flush=True)
        if not good:
            cls.bad += 1
            for line in str(detail).splitlines()[:20]:
                print("#", line)

    @classmethod
    def same(cls, name, got, wanted):
        cls.ok(name, got == wanted, f"got    {got!r}\nwanted {wanted!r}")

    @classmethod
    def done(cls):
        print(f"1..{cls.count}")
        sys.exit(1 if cls.bad else 0)


ok = Tap.ok
same = Tap.same


def sanitized():
    """Whether this build is one for AddressSanitizer, which has no sandbox."""
    with open(f"{BUILD}/bin/seald", "rb") as program:
        return b"__asan_init" in program.read()


def until(what, patience=PATIENCE):
    """Waits for a condition; False if it does not come."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.01)
    return False


def make_certificate(where, name, ca=None, expired=False):
    """A P-256 key and certificate, self-signed or by `ca` (its path without the ending)."""
    key, cert = f"{where}/{name}.key", f"{where}/{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-keyout", key, "-out", cert, "-days", "30", "-subj", f"/CN={name}",
               "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    if ca:
        command += ["-CA", f"{ca}.pem", "-CAkey", f"{ca}.key"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    if expired:
        subprocess.run(["openssl", "x509", "-in", cert, "-signkey", key, "-days", "-1", "-out", cert],
                       check=True, stderr=subprocess.DEVNULL)
    return cert, key


class Daemon:
    turn = 0

    def __init__(self, binary="seald-fake", gates=2, extra="", env=None, start=True, tls=None):
        self.dir = tempfile.mkdtemp(prefix="seald-test-")
        self.binary = f"{BUILD}/tests/{binary}" if binary != "seald" else f"{BUILD}/bin/seald"
        self.conf = f"{self.dir}/seald.conf"
        self.state = f"{self.dir}/state"
        self.cert = tls[0] if tls else f"{self.state}/tls/cert.pem"
        self.env = dict(os.environ, **(env or {}))
        self.process = None
        group = f'tls = {{ certificate = "{tls[0]}"; key = "{tls[1]}"; {tls[2]} }};' if tls else ""
        self.configure(f'listen = "127.0.0.1:0";\nstate = "{self.state}";\n'
                       f'audit = "{self.dir}/audit";\ngates = {gates};\n{group}\n{extra}\n')
        if start:
            self.start()

    def configure(self, text):
        with open(self.conf, "w", encoding="ascii") as conf:
            conf.write(text)

    def start(self, prefix=(), more=()):
        there, here = os.pipe()
        with open(f"{self.dir}/log", "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, self.binary, "--config", self.conf, "--ready-fd", str(here), *more],
                stderr=log, stdin=subprocess.DEVNULL, pass_fds=[here], env=self.env)
        os.close(here)
        # Where a test breaks off: the others end with their supervisor.
        atexit.register(self.process.kill)
        with os.fdopen(there) as ready:
            self.ready = ready.readline()
        found = re.match(r"ready (\S+):(\d+) (sha256//\S+) identity (\S+)$", self.ready)
        if found:
            self.port, self.pin, self.identity = int(found[2]), found[3], found[4]
        return bool(found)

    def log(self):
        with open(f"{self.dir}/log", encoding="utf-8", errors="replace") as log:
            return log.read()

    def ends(self):
        """How many gates and cores have ended otherwise than they should."""
        return len(re.findall("was killed|ended with", self.log())) + self.log().count("no right to")

    def children(self, name=None):
        """Process ids of gates and core."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
                    text = stat.read()
            except OSError:
                continue
            comm = text[text.index("(") + 1:text.rindex(")")]
            state, parent = text[text.rindex(")") + 2:].split()[:2]
            if int(parent) == self.process.pid and state != "Z" and (name is None or comm == name):
                found.append(int(pid))
        return sorted(found)

    def gates(self):
        return self.children("seald-gate")

    def core(self):
        return self.children("seald-core")[0]

    def raw(self, source=None, patience=PATIENCE):
        """A connection, each from another address of this host unless one is named."""
        Daemon.turn = Daemon.turn % 60000 + 1
        source = source or f"127.1.{Daemon.turn // 250}.{Daemon.turn % 250 + 1}"
        return socket.create_connection(("127.0.0.1", self.port), timeout=patience, source_address=(source, 0))

    def context(self, **changes):
        context = ssl.create_default_context(cafile=changes.pop("cafile", self.cert))
        for name, value in changes.items():
            setattr(context, name, value)
        return context

    def connect(self, context=None, patience=PATIENCE, source=None):
        raw = self.raw(source, patience)
        # What was sent is then at the server, and not held back for an acknowledgement.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return (context or self.context()).wrap_socket(raw, server_hostname="localhost")

    def ask(self, method="GET", target="/v1/x", body=b"", head="", sock=None):
        """One request; the connection is closed unless it was given."""
        own = sock is None
        sock = sock or self.connect()
        send(sock, method, target, body, head)
        answer = Answer(sock, method)
        if own:
            sock.close()
        return answer

    def wait(self, patience=PATIENCE):
        try:
            return self.process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, number=signal.SIGTERM):
        """Exit status; None where it did not end, or left a process."""
        mine = self.children()
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.wait()
        gone = until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in mine))
        if status is None:
            self.process.kill()
            self.process.wait()
        return status if gone else None

    def end(self, name):
        """Stops and cleans; a test of its own."""
        same(f"{name}: stops, and nothing is left running", self.stop(), 0)
        self.clean()

    def clean(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def send(sock, method, target, body=b"", head=""):
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    sock.sendall(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{length}{head}\r\n".encode() + body)


def read_request(client):
    """What a stand-in for a daemon is asked: its head's lines and the body; None where it ends before."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    wanted = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
    while len(body) < wanted:
        body += client.recv(65536)
    return lines, body


class Answer:
    """Reads one answer. status is 0 where the connection ended before it."""

    def __init__(self, sock, method="GET"):
        self.status, self.fields, self.body, self.whole = 0, {}, b"", False
        data = b""
        while b"\r\n\r\n" not in data:
            # One byte at a time: what is behind this answer belongs to the next one.
            more = receive(sock, 1)
            if not more:
                return
            data += more
        lines = data[:-4].decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        for line in lines[1:]:
            name, value = line.split(":", 1)
            self.fields[name.lower()] = value.strip()
        if self.status == 100:
            return
        length = 0 if method == "HEAD" or self.status in (204, 304) else int(self.fields["content-length"])
        parts = []
        while length:
            more = receive(sock, min(length, 65536))
            if not more:
                return
            parts.append(more)
            length -= len(more)
        self.body = b"".join(parts)
        self.whole = True


def receive(sock, size):
    try:
        return sock.recv(size)
    except (ConnectionError, ssl.SSLError, TimeoutError):
        return b""


def is_closed(sock):
    """Reads to the end; True if it came."""
    try:
        while sock.recv(65536):
            pass
        return True
    except (TimeoutError, socket.timeout):
        return False
    except (ConnectionError, ssl.SSLError):
        return True
