"""Seeded kills of tool, core, gate or token in the middle of init, proof and unseal (see ceremony-kill.sh).

Three custodians, with a YubiKey (PIV), a FIDO2 token and a passphrase, two of whom are a quorum. A life is one daemon, from
its first start: init, proof, first unseal, and later unseals with entries stored before. In each of them a victim is
killed with -9 at its N-th system call of one name (STEPS), or a token is pulled out at its N-th command; victim, call and
N come from seed, life and turn alone, so that they can be had again. Then the same commands are given once more, as a person would.
A victim that ended before is not counted. After each kill every share must still be there, what was stored must come
back once it is open, who has proved must have the share, and no plain share may lie in any file."""

import base64
import collections
import itertools
import json
import os
import random
import re
import shutil
import stat
import sys
import time
import traceback

from kill_parts import CALLS, Attached, Daemon, Token, alive, descriptor, forms, run, third, trace

build, scratch, seed, wanted, only = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
BIN = os.path.join(build, "bin")
KINDS = {"ann": "piv", "ben": "fido2", "cat": "passphrase"}
NAMES = list(KINDS)
BEGAN = time.time() - 1
TURN_PIV = {"connect": 7, "sendto": 330, "write": 3}
TURN_FIDO2 = {"connect": 3, "sendto": 36, "write": 3}
PROOF = {"fsync": 2, "linkat": 1, "write": 5}
# The victims of a phase, and how many steps of each kind they take undisturbed: measured() fails where it is more.
STEPS = {
    "init tool": {"connect": 1, "fdatasync": 2, "fsync": 20, "ftruncate": 1, "linkat": 8, "mkdir": 2, "rename": 1,
                  "sendto": 6, "unlink": 1, "write": 15},
    "init core": {"fdatasync": 4, "fsync": 2, "linkat": 1, "pwrite64": 13, "sendto": 3, "write": 7},
    "init gate": {"sendto": 3, "write": 5},
    "prove piv tool": {**PROOF, "connect": 10, "sendto": 500},
    "prove fido2 tool": {**PROOF, "connect": 4, "sendto": 54},
    "prove passphrase tool": {**PROOF, "connect": 1, "sendto": 7},
    "prove core": {"fdatasync": 3, "fsync": 1, "pwrite64": 8, "sendto": 4, "unlinkat": 1, "write": 8},
    "prove gate": {"sendto": 4, "write": 6},
    "unseal piv tool": TURN_PIV,
    "unseal fido2 tool": TURN_FIDO2,
    "unseal passphrase tool": {"connect": 1, "sendto": 6, "write": 3},
    "unseal core": {"fdatasync": 2, "fsync": 2, "pwrite64": 4, "sendto": 3, "unlinkat": 2, "write": 6},
    "unseal gate": {"sendto": 3, "write": 5},
    "prove piv token": {"command": 49},
    "prove fido2 token": {"command": 105},
    "unseal piv token": {"command": 32},
    "unseal fido2 token": {"command": 68},
}


def tool(name):
    return os.path.join(BIN, "seal-" + name)


def draw(rng, phase, name):
    """(victim, call, N) of one kill."""
    victims = ["tool", "tool", "core", "core", "gate"]
    if phase != "init" and KINDS[name] != "passphrase":
        victims += ["token"] * 2
    victim = rng.choice(victims)
    table = STEPS["%s %s" % (phase + " " + KINDS[name] if name and victim in ("tool", "token") else phase, victim)]
    call = rng.choice(sorted(table))
    return victim, call, rng.randint(1, table[call])


class Life:
    def __init__(self, number, tokens):
        self.number, self.tokens = number, tokens
        self.turn = 0
        self.folder = os.path.join(scratch, "life")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.set = os.path.join(self.folder, "set")
        self.needles, self.unknown, self.shares = [], {}, {}
        self.entries = {}
        self.root = ""
        self.last = "no kill"
        self.counts = collections.Counter()
        self.daemon = Daemon(os.path.join(BIN, "seald"), self.folder)

    def init_args(self):
        return [tool("init"), "-k", "2", "--cards", scratch + "/cards", "--fingerprints", scratch + "/prints", "--roots",
                scratch + "/roots", "-o", self.set, "--root-token-card", scratch + "/cards/ben.card", "--bootstrap-token",
                self.folder + "/state/bootstrap-token", *self.daemon.to], None

    def turn_args(self, name, *more):
        fd = descriptor(self.tokens[name].secret)
        return [tool("unseal"), *more, "-n", name, *self.tokens[name].options(fd), "--json", *self.daemon.to, self.set], fd

    def disturbed(self, phase, name, command, drawn=None):
        """The command with one kill; counted where the victim had not ended."""
        self.turn += 1
        victim, call, step = drawn or draw(random.Random("%s %d %d" % (seed, self.number, self.turn)), phase, name)
        self.last = "%s%s, %s at %s %d" % (phase, " by " + name if name else "", victim, call, step)
        args, fd = command
        pid = self.daemon.child(victim) if victim in ("core", "gate") else 0
        attached = Attached(pid, trace(call, step)) if pid else None
        if victim == "token":
            self.tokens[name].pull_at(step)
        elif victim == "tool":
            args = ["strace", "-f", "-qq", "-o", "/dev/null"] + trace(call, step) + args
        code, _, err = run(args, fd)
        hit = code in (-9, 137) if victim == "tool" else not alive(pid)
        if attached:
            attached.stop()
        if victim == "token":
            hit = self.tokens[name].replug()
            if hit and code not in (0, 4):
                raise AssertionError("pulled out: exit %d: %s" % (code, err))
        if victim == "core" and hit:
            self.daemon.kill()
            self.daemon.start()
        self.counts["%s: %s" % (phase, victim)] += hit
        print("# life %d, turn %d: %s%s" % (self.number, self.turn, self.last, "" if hit else ": was not reached"), flush=True)
        self.look()

    def look(self):
        """Every file: what is not known yet as a secret is kept for later."""
        for folder, _, names in os.walk(scratch):
            for name in names:
                self.look_in(os.path.join(folder, name))
        for top in ("/tmp", "/var/tmp", "/dev/shm"):
            for entry in os.scandir(top):
                self.look_in(entry.path, BEGAN)

    def look_in(self, path, since=0):
        try:
            told = os.lstat(path)
            if not stat.S_ISREG(told.st_mode) or told.st_size > 1 << 24 or told.st_mtime < since:
                return
            with open(path, "rb") as f:
                content = f.read()
        except OSError:
            return
        if not self.needles:
            self.unknown[content] = path
        self.find(path, content)

    def find(self, path, content):
        if any(needle in content for needle in self.needles):
            raise AssertionError("a plain share lies in " + path)

    def opened(self, name, path, *more):
        fd = descriptor(self.tokens[name].secret)
        code, out, err = run([tool("open"), *more, *self.tokens[name].options(fd), path], fd)
        if code != 0:
            raise AssertionError("%s: %d: %s" % (path, code, err))
        return out

    def learn(self):
        """Opens what init handed out: from here on it is known what must be in no file."""
        for name in NAMES:
            if KINDS[name] == "passphrase" and self.number % 3 != NAMES.index(name):
                continue  # seconds of Argon2: in each third life, whose proof is its holder's too
            out = self.opened(name, "%s/%s.share" % (self.set, name), "--cards", self.set + "/cards")
            self.shares[name] = base64.b64decode(re.search("^key: (.*)$", out, re.M)[1])
        if "cat" not in self.shares:
            with open(self.set + "/manifest", encoding="utf-8") as f:
                x = int(re.search(r"x=(\d+) .*custodian=cat ", f.read())[1])
            self.shares["cat"] = third(self.shares["ann"], self.shares["ben"], x)
        for share in self.shares.values():
            self.needles += forms(share[:32])
        self.root = self.opened("ben", self.set + "/root-token.age", "--raw", "--card", scratch + "/cards/ben.card").strip()
        self.needles += forms(self.root.encode())
        for content, path in self.unknown.items():
            self.find(path, content)
        self.unknown = {}
        self.look()

    def init(self, kills):
        for _ in range(kills):
            if not os.path.exists(self.set):
                self.disturbed("init", "", self.init_args())
        code, _, err = run(*self.init_args())
        if code != 0 and not (code == 1 and "finished init" in err):
            raise AssertionError("seal-init: %d: %s" % (code, err))
        self.learn()

    def unproved(self):
        return len(json.loads(run([tool("status"), "--json", *self.daemon.to])[1])["unproved"])

    def prove(self, name, kills):
        """The share is not in the folder: it is fetched and kept, then proved."""
        share = "%s/%s.share" % (self.set, name)
        with open(share, "rb") as f:
            sealed = f.read()
        os.remove(share)
        for _ in range(kills):
            self.disturbed("prove", name, self.turn_args(name, "--prove"))
            if self.unproved() < len(NAMES) and not os.path.exists(share):
                raise AssertionError("proved, and the share is not kept")
        code, out, err = run(*self.turn_args(name, "--prove"))
        if code != 0 or self.unproved() != len(NAMES) - 1:
            raise AssertionError("proof: %d: %s%s" % (code, out, err))
        with open(share, "rb") as f:
            if f.read() != sealed:
                raise AssertionError("another share was kept")

    def finish(self, pair):
        """Turn after turn until it is open."""
        said = []
        until = time.monotonic() + 60
        for name in itertools.cycle(pair):
            if time.monotonic() > until:
                raise AssertionError("still sealed: %s" % said[-4:])
            code, out, err = run(*self.turn_args(name))
            if code == 0 and not json.loads(out)["sealed"]:
                return
            if code != 0 and (code != 4 or "no token here opens a share that is still wanted" not in err):
                raise AssertionError("%s: %d: %s" % (name, code, err))
            said.append("%s: %d: %s" % (name, code, err.strip()))

    def unseal(self, kills):
        rng = random.Random("%s %d %d unseal" % (seed, self.number, self.turn))
        for _ in range(kills):
            # A passphrase takes a second: less often than a token.
            first, second = rng.choice([("ann", "ben"), ("ben", "ann")] * 10 + [("ann", "cat"), ("cat", "ben")])
            if rng.random() < 0.6:  # so that the turn that is disturbed is the one that opens
                run(*self.turn_args(second))
            self.disturbed("unseal", first, self.turn_args(first))
            self.finish((first, second))
            self.stored()
            if rng.random() < 0.3:
                self.daemon.kill()
                self.daemon.start()
            else:
                self.daemon.api("PUT", "sys/seal", self.root)

    def stored(self):
        for path, value in self.entries.items():
            if self.daemon.api("GET", path, self.root)["data"]["value"] != value:
                raise AssertionError("another value is in " + path)
        path, value = "secret/entry-%d" % len(self.entries), "kept over %d kills" % len(self.entries)
        self.daemon.api("PUT", path, self.root, {"value": value})
        self.entries[path] = value

    def run(self, kills):
        try:
            self.init(kills * 3)
            self.prove(NAMES[self.number % 3], kills)
            self.unseal(kills * 8)
        finally:
            self.daemon.kill()


def enroll(tokens):
    for folder in ("cards", "roots/piv", "roots/fido2", "tmp"):
        os.makedirs(os.path.join(scratch, folder), exist_ok=True)
    for ca, names in (("piv", ("root", "int1")), ("fido2", ("root",))):
        for name in names:
            shutil.copy("%s/%s-ca/%s.pem" % (scratch, ca, name), "%s/roots/%s" % (scratch, ca))
    with open(os.path.join(scratch, "prints"), "w", encoding="ascii") as prints:
        for token in tokens.values():
            prints.write(token.enroll(tool("enroll"), scratch))


class Measure:
    """An undisturbed life, whose steps are counted: none may be out of the kills' reach."""

    def __init__(self, tokens):
        self.life = Life(-1, tokens)
        self.seen = {}

    def note(self, key, path):
        calls = collections.Counter()
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                found = re.match(r"(\d+) +(\w+)\(", line)
                if found:
                    calls[found.groups()] += 1
        for (_, call), n in calls.items():
            table = self.seen.setdefault(key, {})
            table[call] = max(n, table.get(call, 0))

    def command(self, phase, name, command):
        life, (args, fd) = self.life, command
        out = [os.path.join(scratch, "trace." + victim) for victim in ("tool", "core", "gate")]
        options = ["-e", "trace=" + ",".join(CALLS), "-e", "signal=none"]
        attached = [Attached(life.daemon.child(victim), options, path) for victim, path in zip(("core", "gate"), out[1:])]
        if name and KINDS[name] != "passphrase":
            life.tokens[name].count()
        code, _, err = run(["strace", "-f", "--seccomp-bpf", "-qq", "-o", out[0]] + options + args, fd)
        for one in attached:
            one.stop()
        if name and KINDS[name] != "passphrase":
            table = self.seen.setdefault("%s %s token" % (phase, KINDS[name]), {})
            table["command"] = max(life.tokens[name].counted(), table.get("command", 0))
        if code != 0:
            raise AssertionError("%s %s: %d: %s" % (phase, name, code, err))
        self.note("%s tool" % phase if not name else "%s %s tool" % (phase, KINDS[name]), out[0])
        self.note(phase + " core", out[1])
        self.note(phase + " gate", out[2])
        for path in out:
            os.remove(path)

    def run(self):
        life = self.life
        try:
            self.command("init", "", life.init_args())
            life.learn()
            for name in NAMES:
                os.remove("%s/%s.share" % (life.set, name))
                self.command("prove", name, life.turn_args(name, "--prove"))
            for pair in (("ann", "ben"), ("ben", "ann"), ("cat", "ann"), ("ann", "cat")):
                for name in pair:
                    self.command("unseal", name, life.turn_args(name))
                life.daemon.api("PUT", "sys/seal", life.root)
        finally:
            life.daemon.kill()
        return self.seen


def check(name, fine, why=""):
    print("%sok - %s%s" % ("" if fine else "not ", name, "" if fine else ": " + why), flush=True)
    return fine


def measured(tokens):
    seen = Measure(tokens).run()
    # Some writes of a gate or of pcscd's client come together or apart as time has it.
    print("# steps: " + json.dumps(seen, sort_keys=True))
    beyond = ["%s: %s %d" % (key, call, n) for key, table in sorted(seen.items()) for call, n in sorted(table.items())
              if n > STEPS.get(key, {}).get(call, -2) * 1.1 + 1]
    return check("every step of an undisturbed ceremony is within the kills' reach", not beyond, ", ".join(beyond))


def control(tokens):
    """The scan finds a share where one lies."""
    life = Life(-2, tokens)
    life.init(0)
    life.daemon.kill()
    for form in (life.shares["ann"], base64.b64encode(b"x" + life.shares["ben"]), life.shares["cat"].hex().encode()):
        path = scratch + "/tmp/control"
        with open(path, "wb") as f:
            f.write(b"before " + form + b" after")
        try:
            life.look()
            return check("a share that lies in a file is found", False, str(form))
        except AssertionError:
            os.remove(path)
    return check("a share that lies in a file is found", True)


def each_gate(tokens):
    """A gate is killed at each of its steps in an init: what the core has made meanwhile is fetched, not lost."""
    why = ""
    for call, most in sorted(STEPS["init gate"].items()):
        for step in range(1, most + 1):
            life = Life(-3, tokens)
            try:
                life.disturbed("init", "", life.init_args(), ("gate", call, step))
                code, _, err = run(*life.init_args())
                if code != 0 and not (code == 1 and "finished init" in err):
                    why += "%s %d: %s" % (call, step, err)
            finally:
                life.daemon.kill()
    return check("init, a gate killed at each of its steps", not why, why)


def kills(tokens):
    counts = collections.Counter()
    numbers = itertools.count() if not only else [int(only)]
    for number in numbers:
        if sum(counts.values()) >= wanted or number > 10 * wanted:
            break
        one = Life(number, tokens)
        try:
            one.run(1)
        except Exception as why:  # seed and life are what replays it
            print("# " + traceback.format_exc().replace("\n", "\n# "))
            return check("SEAL_SEED=%s SEAL_LIFE=%d, turn %d, %s" % (seed, number, one.turn, one.last), False, repr(why))
        counts += one.counts
    for what, n in sorted(counts.items()):
        check("%d kills, %s" % (n, what), n > 0)
    return check("%d kills" % sum(counts.values()), bool(only) or sum(counts.values()) >= wanted)


def main():
    tokens = {name: Token(kind, name, scratch, os.path.join(build, "tests")) for name, kind in KINDS.items()}
    try:
        enroll(tokens)
        return 0 if measured(tokens) and control(tokens) and each_gate(tokens) and kills(tokens) else 1
    finally:
        for token in tokens.values():
            token.end()


sys.exit(main())
