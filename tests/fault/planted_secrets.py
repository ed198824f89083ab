"""Runs ceremony/demo --keep with planted PINs, PUK, passphrases and a stored secret, and looks for them (see planted-secrets.sh).

While it runs the command lines and environments of all processes are kept, and each version of each file of its work
folder, which is where temporary files, logs, the daemon's state and answers lie. Afterwards every file that was written
is read: work folder, artefacts, build folder, temporary folders. Looked for, in plain, hex and base64: what was planted,
all five shares, the unseal key and the root token. A control secret that is put into each of these places must be found."""

import os
import re
import resource
import secrets
import shutil
import subprocess
import sys
import threading
import time
from base64 import b64decode

from kill_parts import forms, times

build, scratch = sys.argv[1], sys.argv[2]
BEGAN = time.time() - 1
number = 0
bad = 0


def check(name, fine, why=""):
    global number, bad
    number += 1
    bad += not fine
    print("%sok %d - %s%s" % ("" if fine else "not ", number, name, "" if fine else ": " + why), flush=True)


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""


class Watch(threading.Thread):
    """Reads /proc of every process, and the work folder, again and again; keeps what it has not seen yet."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen = {}
        self.paths = set()
        self.ended = threading.Event()

    def processes(self):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for part in ("cmdline", "environ"):
                content = read("/proc/%s/%s" % (pid, part))
                self.seen.setdefault(content, "%s of %s" % (part, content[:60]))

    def files(self):
        for name in os.listdir(build):
            if name.startswith("demo."):
                for path in below(os.path.join(build, name)):
                    self.paths.add(os.path.basename(path))
                    self.seen.setdefault(read(path), path + " meanwhile")

    def run(self):
        turn = 0
        while not self.ended.is_set():
            self.processes()
            turn += 1
            if turn % 50 == 0:
                self.files()
            time.sleep(0.002)


def below(top):
    """Files below a folder that were written since the start. A virtual token's own memory is not looked into: it plays
    the inside of a chip."""
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            try:
                if os.path.isfile(path) and not os.path.islink(path) and os.lstat(path).st_mtime >= BEGAN:
                    if not (os.path.basename(folder) == "tokens" and name.endswith(".state")):
                        yield path
            except OSError:
                continue


def written(tops):
    paths = [path for top in tops for path in below(top)]
    for top in ("/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), "."):
        paths += [entry.path for entry in os.scandir(top) if entry.is_file(follow_symlinks=False)]
    return {path: read(path) for path in paths}


def holding(needles, things):
    return [where for where, content in things if any(needle in content for needle in needles)]


def opened(how, phrase, path, *more):
    r, w = os.pipe()
    os.write(w, phrase.encode() + b"\n")
    os.close(w)
    args = [os.path.join(build, "bin", "seal-open"), *[str(r) if word == "FD" else word for word in how], "--non-interactive"]
    done = subprocess.run(args + list(more) + [path], pass_fds=(r,), capture_output=True, text=True, check=False)
    os.close(r)
    return done.stdout


def share_of(text):
    found = re.search("^key: (.*)$", text, re.M)
    return b64decode(found[1]) if found else b""


def fido_share(work, out, name, pin):
    """With the token as the demo left it."""
    program = os.path.join(build, "tests", "virt-fido2")
    token = subprocess.Popen([program, "--state", "%s/tokens/%s.state" % (work, name), "--control", scratch + "/ctl",
                              "--die-with-parent"], stdout=subprocess.PIPE, text=True)
    device = token.stdout.readline().strip()
    text = opened(["--device", device, "--pin-fd", "FD", "--cards", out + "/set/cards"], pin, "%s/set/%s.share" % (out, name))
    subprocess.run([program, "ctl", scratch + "/ctl", "quit"], check=False, capture_output=True)
    token.wait(timeout=30)
    return share_of(text)


def inverse(a):
    return next(n for n in range(1, 256) if times(n, a) == 1)


def at(x, points):
    """Lagrange in GF(2^8): the 32 bytes at x."""
    result = bytearray(32)
    for one in points:
        factor = 1
        for other in points:
            if other is not one:
                factor = times(factor, times(x ^ other[32], inverse(one[32] ^ other[32])))
        for i in range(32):
            result[i] ^= times(factor, one[i])
    return bytes(result)


def all_shares(out, work, planted):
    """Five shares, of which three are opened, and the key."""
    with open(out + "/set/manifest", encoding="utf-8") as f:
        place = {name: int(x) for x, name in re.findall(r"x=(\d+) .*?custodian=(\w+)", f.read())}
    emma = share_of(opened(["-i", out + "/emma.identity", "--passphrase-fd", "FD"], planted[5], out + "/set/emma.share"))
    three = [emma, fido_share(work, out, "chloe", planted[2]), fido_share(work, out, "david", planted[3])]
    check("three shares open", [share[32:] for share in three] == [bytes([place[n]]) for n in ("emma", "chloe", "david")])
    return [at(place[name], three) for name in ("alice", "bruno", "chloe", "david", "emma")] + [at(0, three)]


def controls(watch):
    """Where a secret would be found, in each form."""
    secret = b"control " + secrets.token_hex(12).encode()
    needles = forms(secret)
    for i, form in enumerate(needles):
        with open("%s/control-%d" % (scratch, i), "wb") as f:
            f.write(b"... " + form + b" ...")
    there = subprocess.Popen(["sh", "-c", "read x", secret.decode()], stdin=subprocess.PIPE, env={**os.environ, "CONTROL": secret.hex()})
    while not holding(needles, [("", read("/proc/%d/cmdline" % there.pid))]):
        time.sleep(0.01)
    watch.processes()
    there.communicate()
    kept = [(where, content) for content, where in watch.seen.items()]
    check("control: found in a command line", any(w.startswith("cmdline") for w in holding(needles[:1], kept)))
    check("control: found in an environment", any(w.startswith("environ") for w in holding(needles[1:2], kept)))
    found = holding(needles, written([scratch]).items())
    check("control: found in files, in each form", len([p for p in found if "/control-" in p]) == len(needles), str(found))
    for i in range(len(needles)):
        os.unlink("%s/control-%d" % (scratch, i))


def demo(out, planted):
    source = os.path.join(scratch, "secrets")
    with open(source, "w", encoding="ascii") as f:
        f.write("\n".join(planted) + "\n")
    done = subprocess.run(["ceremony/demo", "--keep", "--out", out, "--secrets", source], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)
    os.unlink(source)
    check("the demo ends well", done.returncode == 0, (done.stdout[-300:] + done.stderr[-300:]).decode())
    return done.stdout + done.stderr


def look(out, work, planted, watch, spoken):
    hidden = [secret.encode() for secret in planted[:7]] + all_shares(out, work, planted)
    token = opened(["-i", out + "/admin.identity", "--passphrase-fd", "FD"], planted[6], out + "/set/root-token.age", "--raw")
    check("the root token opens", len(token.strip()) > 20)
    hidden.append(token.strip().encode())
    needles = [form for secret in hidden for form in forms(secret)]
    check("nothing on the screen", not holding(needles, [("screen", spoken)]))
    check("what was stored is shown, as the demo should", planted[7].encode() in spoken)
    needles += forms(planted[7].encode())
    kept = [(where, content) for content, where in watch.seen.items()]
    check("tools were seen at work", sum(1 for w, _ in kept if w.startswith("cmdline") and "seal" in w) > 20)
    check("the work folder was seen while it changed", sum(1 for w, _ in kept if w.endswith("meanwhile")) > 50)
    check("pcscd's log was read", "pcscd.log" in watch.paths)
    check("nothing in command lines, environments or files meanwhile", not holding(needles, kept), str(holding(needles, kept)[:3]))
    files = written([out, work, build, scratch])
    for wanted in ("/state/sealkit.db", "seald.log", "audit.log", "tokens/chloe.log"):
        check("read: " + wanted, any(path.endswith(wanted) for path in files))
    check("nothing in any file", not holding(needles, files.items()), str(holding(needles, files.items())[:3]))
    check("no core file", not [p for p in files if re.match(r"core(\.|$)", os.path.basename(p))])


def main():
    out = os.path.join(scratch, "out")
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    planted = [str(70000000 + secrets.randbelow(9999999)) for _ in range(5)]
    planted += ["planted phrase " + secrets.token_hex(12) for _ in range(2)] + ["stored " + secrets.token_hex(16)]
    watch = Watch()
    controls(watch)
    watch.seen.clear()
    watch.start()
    spoken = demo(out, planted)
    watch.ended.set()
    watch.join()
    work = re.search(rb"^work folder: (.*)$", spoken, re.M)
    check("the work folder is kept", work is not None)
    if work:
        try:
            look(out, work[1].decode(), planted, watch, spoken)
        finally:
            shutil.rmtree(work[1].decode())
    left = [p for p in filter(str.isdigit, os.listdir("/proc")) if b"demo." in read("/proc/%s/cmdline" % p)]
    check("nothing is left running", not left, str(left))
    print("1..%d" % number)
    return bad > 0


sys.exit(main())
