"""Seeded kills of tool, core, gate or token in the middle of init, proof and unseal (see ceremony-kill.sh).

Three custodians, with a YubiKey (PIV), a FIDO2 token and a passphrase, two of whom are a quorum. A life is one daemon, from
its first start: init, proof, first unseal, and later unseals with entries stored before. In each of them a victim is
killed with -9 at its N-th system call of one name (STEPS), or a token is pulled out at its N-th command; victim, call and
N come from seed, life and turn alone, so that they can be had again. Then the same commands are given once more, as a person would.
A victim that ended before is not counted. After each kill the tool must have ended as its page says, core and gates by nothing
but that kill, every share must still be there, what was stored must come back once it is open, who has proved must have the
share, and no plain share may lie in any file."""

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

from daemon import until
from kill_parts import CALLS, Attached, Daemon, Token, alive, at, descriptor, forms, run, trace

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


# How a tool may end whose core, gate or token was taken away; killed itself, it ends by that.
ENDS = {"core": (0, 6), "gate": (0, 6), "token": (0, 4), "tool": (-9,)}
CORE, GATE = "the core was killed by signal 9", "a gate was killed by signal 9"
CORELESS = {GATE, "a gate ended with exit status 3", "a gate did not start: core: Broken pipe"}


def draw(rng, phase, name):
    """(line of STEPS, call, N) of one kill."""
    victims = ["tool", "tool", "core", "core", "gate"]
    if phase != "init" and KINDS[name] != "passphrase":
        victims += ["token"] * 2
    victim = rng.choice(victims)
    line = "%s %s" % (phase + " " + KINDS[name] if name and victim in ("tool", "token") else phase, victim)
    call = rng.choice(sorted(STEPS[line]))
    return line, call, rng.randint(1, STEPS[line][call])


class Life:
    def __init__(self, number, tokens):
        self.number, self.tokens = number, tokens
        self.rng = None
        self.folder = os.path.join(scratch, "life")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.set = os.path.join(self.folder, "set")
        self.needles, self.unknown, self.shares = [], {}, {}
        self.entries = {}
        self.root = ""
        self.drawn = {}
        self.last = "no kill"
        self.counts = collections.Counter()
        self.daemon = Daemon()
        self.told = 0

    def begin(self, turn):
        """What is drawn in a turn depends on nothing that happened before."""
        self.rng = random.Random("%s %d %d" % (seed, self.number, turn))
        self.last = "turn %d" % turn

    def init_args(self):
        return [tool("init"), "-k", "2", "--cards", scratch + "/cards", "--fingerprints", scratch + "/prints", "--roots",
                scratch + "/roots", "-o", self.set, "--root-token-card", scratch + "/cards/ben.card", "--bootstrap-token",
                self.daemon.state + "/bootstrap-token", *self.daemon.to], None

    def turn_args(self, name, *more):
        fd = descriptor(self.tokens[name].secret)
        return [tool("unseal"), *more, "-n", name, *self.tokens[name].options(fd), "--json", *self.daemon.to, self.set], fd

    def disturbed(self, phase, name, command, drawn=None):
        """The command with one kill; counted, and True, where the victim had not ended."""
        line, call, step = drawn or draw(self.rng, phase, name)
        victim = line.split()[-1]
        self.drawn[self.last] = "%s%s, %s at %s %d" % (phase, " by " + name if name else "", victim, call, step)
        self.last += ": " + self.drawn[self.last]
        args, fd = command
        self.ended_by()
        pid = self.daemon.child(victim) if victim in ("core", "gate") else 0
        attached = Attached(pid, trace(call, step), scratch + "/trace") if pid else None
        if victim == "token":
            self.tokens[name].pull_at(step)
        elif victim == "tool":
            args = ["strace", "-f", "-qq", "-o", "/dev/null"] + trace(call, step) + args
        code, out, err = run(args, fd)
        hit = code == -9
        if attached:
            # It dies when the call is made, and may still be dying now.
            hit = len(re.findall(r"^\d+ +%s\(" % call, attached.stop(), re.M)) >= step
            if hit and not until(lambda: not alive(pid)):
                raise AssertionError("kill -9 does not end it")
        elif victim == "token":
            hit = self.tokens[name].replug()
        self.counts[line] += hit
        print("# life %d, %s%s: exit %d" % (self.number, self.last, "" if hit else ": was not reached", code), flush=True)
        self.answered(phase, ENDS[victim] if hit else (0,), code, out, err)
        self.taken_away(victim if hit else "")
        self.look()
        return hit

    @staticmethod
    def answered(phase, wanted, code, out, err):
        """A tool that lives ends as its page says, with one line that says why; its JSON says the same."""
        if phase == "init" and code == 1 and "holds a finished init" in err:
            return
        said = err.splitlines()[-1:] if code > 0 else []
        if code not in wanted or any(not re.match("seal-(init|unseal): ", one) or "internal" in one for one in said):
            raise AssertionError("exit %d, and not %s: %s%s" % (code, wanted, out, err))
        if phase != "init" and code >= 0 and json.loads(out)["exit"] != code:
            raise AssertionError("exit %d: %s" % (code, out))

    def taken_away(self, victim):
        """The log says of the victim that it was killed, and nothing else of anybody; without a core all ends."""
        if victim == "core":
            if self.daemon.wait() != 3:
                raise AssertionError("no core, and seald ends with %s" % self.daemon.process.returncode)
            self.ended_by(CORE, *CORELESS)
            self.daemon.start()
        elif victim == "gate":
            until(lambda: len(self.daemon.ended()) > self.told)
            self.ended_by(GATE)
        else:
            self.ended_by()

    def ended_by(self, *wanted):
        """What the log says since it was last asked: the first of these, and nothing but these."""
        said = self.daemon.ended()[self.told:]
        self.told += len(said)
        if set(said) - set(wanted) or wanted and said.count(wanted[0]) != 1:
            raise AssertionError("the log says: %s, and not: %s" % (said, wanted))

    def restart(self):
        self.ended_by()
        self.daemon.kill()
        self.told = len(self.daemon.ended())  # its own death may be the last that it hears of
        self.daemon.start()

    def end(self):
        try:
            if sys.exc_info()[0]:  # that is told first
                print("# the log says: %s" % self.daemon.ended()[self.told:])
            else:
                self.ended_by()
        finally:
            self.daemon.kill()
            self.daemon.clean()

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
            self.shares["cat"] = at(x, (self.shares["ann"], self.shares["ben"])) + bytes([x])
        for share in self.shares.values():
            self.needles += forms(share[:32])
        self.root = self.opened("ben", self.set + "/root-token.age", "--raw", "--card", scratch + "/cards/ben.card").strip()
        self.needles += forms(self.root.encode())
        for content, path in self.unknown.items():
            self.find(path, content)
        self.unknown = {}
        self.look()

    def init(self, turns):
        for turn in turns:
            self.begin(turn)
            if not os.path.exists(self.set):
                self.disturbed("init", "", self.init_args())
        self.answered("init", (0,), *run(*self.init_args()))
        self.learn()

    def unproved(self):
        return len(json.loads(run([tool("status"), "--json", *self.daemon.to])[1])["unproved"])

    def prove(self, name, turn):
        """The share is not in the folder: it is fetched and kept, then proved."""
        share = "%s/%s.share" % (self.set, name)
        with open(share, "rb") as f:
            sealed = f.read()
        os.remove(share)
        self.begin(turn)
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
        end = time.monotonic() + 60
        for name in itertools.cycle(pair):
            if time.monotonic() > end:
                raise AssertionError("still sealed: %s" % said[-4:])
            code, out, err = run(*self.turn_args(name))
            if code == 0 and not json.loads(out)["sealed"]:
                return
            if code != 0 and (code != 4 or "no token here opens a share that is still wanted" not in err):
                raise AssertionError("%s: %d: %s" % (name, code, err))
            said.append("%s: %d: %s" % (name, code, err.strip()))

    def unseal(self, turns):
        for turn in turns:
            self.begin(turn)
            # A passphrase takes a second: less often than a token.
            first, second = self.rng.choice([("ann", "ben"), ("ben", "ann")] * 10 + [("ann", "cat"), ("cat", "ben")])
            restarts = self.rng.random() < 0.3
            if self.rng.random() < 0.6:  # so that the turn that is disturbed is the one that opens
                self.answered("unseal", (0,), *run(*self.turn_args(second)))
            self.disturbed("unseal", first, self.turn_args(first))
            self.finish((first, second))
            self.stored()
            if restarts:
                self.restart()
            else:
                self.daemon.api("PUT", "sys/seal", self.root)

    def stored(self):
        for path, value in self.entries.items():
            if self.daemon.api("GET", path, self.root)["data"]["value"] != value:
                raise AssertionError("another value is in " + path)
        path, value = "secret/entry-%d" % len(self.entries), "kept over %d kills" % len(self.entries)
        self.daemon.api("PUT", path, self.root, {"value": value})
        self.entries[path] = value

    def run(self):
        try:
            self.init(range(3))
            self.prove(NAMES[self.number % 3], 3)
            self.unseal(range(4, 12))
        finally:
            self.end()


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

    def note(self, key, text):
        calls = collections.Counter(re.findall(r"^(\d+) +(\w+)\(", text, re.M))
        for (_, call), n in calls.items():
            table = self.seen.setdefault(key, {})
            table[call] = max(n, table.get(call, 0))

    def command(self, phase, name, command):
        life, (args, fd) = self.life, command
        out = os.path.join(scratch, "trace")
        options = ["-e", "trace=" + ",".join(CALLS), "-e", "signal=none"]
        attached = {victim: Attached(life.daemon.child(victim), options, "%s.%s" % (out, victim)) for victim in ("core", "gate")}
        if name and KINDS[name] != "passphrase":
            life.tokens[name].count()
        code, _, err = run(["strace", "-f", "--seccomp-bpf", "-qq", "-o", out] + options + args, fd)
        for victim, one in attached.items():
            self.note("%s %s" % (phase, victim), one.stop())
        if name and KINDS[name] != "passphrase":
            table = self.seen.setdefault("%s %s token" % (phase, KINDS[name]), {})
            table["command"] = max(life.tokens[name].counted(), table.get("command", 0))
        if code != 0:
            raise AssertionError("%s %s: %d: %s" % (phase, name, code, err))
        with open(out, encoding="utf-8", errors="replace") as f:
            self.note("%s tool" % phase if not name else "%s %s tool" % (phase, KINDS[name]), f.read())
        os.remove(out)

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
            life.end()
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
    try:
        life.init(())
    finally:
        life.end()
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
    steps = [(call, step) for call, most in sorted(STEPS["init gate"].items()) for step in range(1, most + 1)]
    hits = 0
    for call, step in steps:
        life = Life(-3, tokens)
        try:
            hits += life.disturbed("init", "", life.init_args(), ("init gate", call, step))
            life.answered("init", (0,), *run(*life.init_args()))
        finally:
            life.end()
    # Some of its writes come together or apart as time has it.
    return check("init, a gate killed at each of its steps", hits > len(steps) * 2 / 3, "%d of %d" % (hits, len(steps)))


def lived(number, tokens):
    """A life whose every turn went well, or None: seed and life are what replays it."""
    one = None
    try:
        one = Life(number, tokens)
        one.run()
    except Exception as why:
        print("# " + traceback.format_exc().replace("\n", "\n# "))
        check("SEAL_SEED=%s SEAL_LIFE=%d, %s" % (seed, number, one.last if one else "its start"), False, repr(why))
        return None
    return one


def kills(tokens):
    """Life after life until each victim was killed in each phase, and as many as were wanted."""
    counts = collections.Counter()
    lives = []
    while len(lives) < max(wanted, 60) and (sum(counts.values()) < wanted or not all(counts[line] for line in STEPS)):
        lives.append(lived(len(lives), tokens))
        if not lives[-1]:
            return False
        counts += lives[-1].counts
    again = lived(0, tokens)
    if not again:
        return False
    both = [(lives[0].drawn[turn], again.drawn[turn]) for turn in sorted(lives[0].drawn) if turn in again.drawn]
    fine = check("a life that is lived again has the same kills", len(both) > 8 and all(a == b for a, b in both), str(both))
    for line in STEPS:
        fine &= check("%d kills, %s" % (counts[line], line), counts[line] > 0)
    return check("%d kills" % sum(counts.values()), sum(counts.values()) >= wanted) and fine


def before(tokens):
    """What SEAL_KILLS=0 runs alone."""
    try:
        return measured(tokens) and control(tokens) and each_gate(tokens)
    except Exception as why:
        print("# " + traceback.format_exc().replace("\n", "\n# "))
        return check("SEAL_KILLS=0, before the drawn kills", False, repr(why))


def main():
    tokens = {name: Token(kind, name, scratch, os.path.join(build, "tests")) for name, kind in KINDS.items()}
    try:
        enroll(tokens)
        if only:
            return 0 if lived(int(only), tokens) and check("life " + only, True) else 1
        return 0 if before(tokens) and (not wanted or kills(tokens)) else 1
    finally:
        for token in tokens.values():
            token.end()


sys.exit(main())
