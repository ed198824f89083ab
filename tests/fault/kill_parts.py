"""What a ceremony's kills need (see ceremony_kill.py): tokens, the daemon, strace that kills at a step, the key's shares."""

import base64
import json
import os
import re
import signal
import subprocess

import daemon

# What changes the world: a step is one such call of one process, counted from the start of the command.
CALLS = ("write", "writev", "pwrite64", "sendto", "sendmsg", "fsync", "fdatasync", "ftruncate", "connect", "rename",
         "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat")


def descriptor(secret):
    r, w = os.pipe()
    os.write(w, secret.encode() + b"\n")
    os.close(w)
    return r


def run(args, fd=None, timeout=90):
    done = subprocess.run(args, pass_fds=() if fd is None else (fd,), capture_output=True, text=True, timeout=timeout)
    if fd is not None:
        os.close(fd)
    return done.returncode, done.stdout, done.stderr


def trace(call, number):
    return ["-e", "trace=" + call, "-e", "signal=none", "-e", "inject=%s:signal=SIGKILL:when=%d" % (call, number)]


class Attached:
    """strace on a process that runs already, from here to its end or to stop()."""

    def __init__(self, pid, options, out):
        self.out = out
        self.process = subprocess.Popen(["strace", "-f", "-o", out, "-p", str(pid)] + options,
                                        stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        if "attached" not in line:
            raise AssertionError("strace: " + line)

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # no matter if it has ended with its process
        return self.said()

    def said(self):
        """What it saw; its file is no more."""
        self.process.communicate(timeout=60)
        with open(self.out, encoding="utf-8", errors="replace") as f:
            text = f.read()
        os.remove(self.out)
        return text


class Token:
    """One of virt-piv, virt-fido2, or the identity file of a passphrase."""

    def __init__(self, kind, name, place, tests):
        self.kind, self.name = kind, name
        self.secret = {"piv": "246802", "fido2": "58213377", "passphrase": "six words that nobody ever says"}[kind]
        self.identity = os.path.join(place, name + ".identity")
        self.control = os.path.join(place, name + ".ctl")
        self.program = os.path.join(tests, "virt-" + kind)
        self.device = None
        state = ["--state", os.path.join(place, name + ".state"), "--control", self.control]
        if kind == "piv":
            port = os.environ["SEALKIT_TEST_PORT"]
            self.process = subprocess.Popen([self.program, "--connect", "127.0.0.1:" + port, "--ca", place + "/piv-ca",
                                             "--factory", "--serial", "11111111"] + state, stderr=subprocess.DEVNULL)
            self.device = "piv:Virtual PCD 1 00 00"
            self.ready()
        elif kind == "fido2":
            self.process = subprocess.Popen([self.program, "--ca", place + "/fido2-ca", "--pin", self.secret,
                                             "--die-with-parent"] + state, stdout=subprocess.PIPE, text=True)
            self.device = self.process.stdout.readline().strip()

    def ctl(self, *words):
        return subprocess.run([self.program, "ctl", self.control, *words], capture_output=True, text=True, check=False)

    def ready(self):
        for _ in range(400):
            if self.ctl("ready").returncode == 0:
                return
            subprocess.run(["sleep", "0.05"], check=True)
        raise AssertionError("the card is not seen by pcscd")

    def pull_at(self, number):
        done = self.ctl("pull-before", "any", str(number)) if self.kind == "piv" else self.ctl("pull-in", str(number))
        if done.returncode != 0:
            raise AssertionError("pull: " + done.stdout + done.stderr)

    def count(self):
        """From here on: so many commands (PIV) or frames (FIDO2) as the next call of counted() says."""
        self.ctl("log", self.control + ".log") if self.kind == "piv" else self.ctl("pull-in", "1000000")

    def counted(self):
        if self.kind == "piv":
            with open(self.control + ".log", encoding="utf-8", errors="replace") as f:
                return sum(1 for line in f if "sw=" in line)
        left = int(self.ctl("stat").stdout.rsplit("pull-in ", 1)[1])
        self.ctl("pull-in", "0")
        return 1000000 - left

    def replug(self):
        """Puts it in again; whether it was out."""
        if self.kind == "piv":
            out = self.ctl("ready").returncode != 0
            self.ctl("clear")
            if out:
                self.ctl("insert")
                self.ready()
            return out
        out = "pulled 1" in self.ctl("stat").stdout
        self.ctl("pull-in", "0")
        if out:
            self.ctl("plug")
        return out

    def options(self, fd):
        if self.kind == "passphrase":
            return ["-i", self.identity, "--passphrase-fd", str(fd), "--non-interactive"]
        return ["--device", self.device, "--pin-fd", str(fd), "--non-interactive"]

    def enroll(self, tool, place):
        fds = [descriptor(self.secret)]
        how = ["--passphrase", "--identity", self.identity, "--passphrase-fd", str(fds[0])]
        if self.kind == "piv":
            fds.append(descriptor("13579135"))
            how = ["--piv", "--virtual", "--new-pin-fd", str(fds[0]), "--new-puk-fd", str(fds[1])]
        elif self.kind == "fido2":
            how = ["--fido2", "--device", self.device, "--pin-fd", str(fds[0])]
        if self.kind != "passphrase":
            how += ["--roots", place + "/roots"]
        done = subprocess.run([tool, "-n", self.name, "--non-interactive", "--json", "-o",
                               os.path.join(place, "cards", self.name + ".card")] + how, pass_fds=fds,
                              capture_output=True, text=True, check=False)
        for fd in fds:
            os.close(fd)
        if done.returncode != 0:
            raise AssertionError("enrolling %s: %s" % (self.name, done.stderr))
        return "%s %s\n" % (self.name, json.loads(done.stdout)["fingerprint"])

    def end(self):
        if self.kind != "passphrase":
            self.ctl("quit")
            self.process.wait(timeout=30)


class Daemon(daemon.Daemon):
    """One of a release, with one gate, in a session of its own."""

    def __init__(self, prefix=("setsid",)):
        super().__init__("seald", gates=1, extra="rehearsal = true;", start=False)
        self.start(prefix)

    def start(self, prefix=("setsid",)):
        if not super().start(prefix):
            raise AssertionError("seald did not start: " + self.log()[-300:])
        self.to = ["-a", "https://127.0.0.1:%d" % self.port, "--pin", self.pin, "--core", self.identity]

    def child(self, name):
        """The core's or the gate's process id; a gate that was killed just now is waited for: another one comes."""
        if not daemon.until(lambda: self.children("seald-" + name)):
            raise AssertionError("no process seald-" + name)
        return self.children("seald-" + name)[0]

    def ended(self):
        """What the log says of how cores and gates ended, or did not start."""
        return re.findall("(?:the core|a gate) (?:was killed|ended with|made a system call|did not start).*", self.log())

    def kill(self):
        """All of it at once, as a machine that loses its power."""
        mine = self.children()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if not daemon.until(lambda: not any(map(alive, mine))):
            raise AssertionError("something outlives kill -9")

    def api(self, method, path, token, body=None):
        answer = self.ask(method, "/v1/" + path, b"" if body is None else json.dumps(body).encode(),
                          "X-Vault-Token: %s\r\n" % token)
        if answer.status not in (200, 204):
            raise AssertionError("%s %s: %d %s" % (method, path, answer.status, answer.body))
        return json.loads(answer.body) if answer.body else None


def alive(pid):
    """A killed process whose parent has not yet asked is gone."""
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def forms(secret):
    """How a secret may stand in a file: as it is, in hex, in base64 at any offset."""
    found = [secret, secret.hex().encode(), secret.hex().upper().encode()]
    for skip in range(3):
        text = base64.b64encode(bytes(skip) + secret)
        found += [text[4 if skip else 0:].rstrip(b"=")[:-1], text[4 if skip else 0:].rstrip(b"=")[:-1].translate(
            bytes.maketrans(b"+/", b"-_"))]
    return found


def times(a, b):
    """In GF(2^8) modulo 0x11b."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11b if a & 0x80 else 0)
        b >>= 1
    return product


def at(x, points):
    """The 32 bytes at x on the polynomial through shares, each its 32 bytes and its own x."""
    result = bytearray(32)
    for one in points:
        factor = 1
        for other in points:
            if other is not one:
                inverse = next(n for n in range(1, 256) if times(n, one[32] ^ other[32]) == 1)
                factor = times(factor, times(x ^ other[32], inverse))
        for i in range(32):
            result[i] ^= times(factor, one[i])
    return bytes(result)
