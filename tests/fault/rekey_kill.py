"""Seeded kills of tool, core or gate in the middle of a rekey (see rekey-kill.sh).

Two holders with FIDO2 tokens, both needed, and rekeys of their set, one behind the other: each gives, each fetches and
proves. In each command a victim is killed with -9 at its N-th system call of one name, drawn from the seed among those that an
undisturbed rekey was seen to make. After each kill the tool says which set is in force, that set's folder opens the daemon
after a restart, the other one's does not, and what was stored is there. Then the same command is given again and goes on."""

import collections
import json
import os
import random
import re
import shutil
import sys
import traceback

from daemon import until
from kill_parts import CALLS, Attached, Daemon, Token, alive, descriptor, run, trace

build, scratch, seed, wanted = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
NAMES = ("ann", "ben")
VICTIMS = ("tool", "core", "gate")


def tool(name):
    return os.path.join(build, "bin", "seal-" + name)


class Rekeys:
    def __init__(self, tokens):
        self.tokens = tokens
        self.rng = random.Random(seed)
        self.daemon = Daemon()
        self.steps = {}  # of (command, victim): how many calls of each name
        self.hits = collections.Counter()
        self.epoch, self.stored = 1, 0
        self.folders = {"ann": scratch + "/set-1", "ben": scratch + "/set-1"}  # of the set in force
        self.root = self.plan = self.digest = self.old = ""

    def turn(self, name, *args):
        fd = descriptor(self.tokens[name].secret)
        return [*args, *self.tokens[name].options(fd), "-n", name], fd

    def must(self, command):
        code, out, err = run(*command)
        if code != 0:
            raise AssertionError("%s: %d: %s%s" % (command[0][:2], code, out, err))
        return out

    def begin(self):
        self.must(([tool("init"), "-k", "2", "--allow-no-spare", "--cards", scratch + "/cards", "--fingerprints",
                    scratch + "/prints", "--roots", scratch + "/roots", "-o", scratch + "/set-1", "--root-token-card",
                    scratch + "/cards/ben.card", "--purpose", "a key", "--bootstrap-token",
                    self.daemon.state + "/bootstrap-token", *self.daemon.to], None))
        args, fd = self.turn("ben", tool("open"), "--raw")
        self.root = self.must((args[:-2] + ["--card", scratch + "/cards/ben.card", scratch + "/set-1/root-token.age"],
                               fd)).strip()
        self.unseal()
        self.store()

    def unseal(self):
        for name in NAMES:
            args, fd = self.turn(name, tool("unseal"))
            self.must((args + self.daemon.to + [self.folders[name]], fd))

    def store(self):
        self.stored += 1
        self.daemon.api("PUT", "secret/kept", self.root, {"value": "kept %d" % self.stored})

    def look(self):
        value = self.daemon.api("GET", "secret/kept", self.root)["data"]["value"]
        if value != "kept %d" % self.stored:
            raise AssertionError("another value is stored: " + value)

    def write_plan(self):
        with open(self.folders["ann"] + "/manifest", encoding="utf-8") as f:
            self.old = re.search("^set: (.*)$", f.read(), re.M)[1]
        self.plan = scratch + "/plan-%d" % self.epoch
        with open(self.plan, "w", encoding="ascii") as f:
            f.write('kind = "rekey"; purpose = "a key"; created = "2026-11-24T10:%02d:%02dZ"; rehearsal = true; core = "%s";'
                    'address = "https://127.0.0.1:1"; set = "%s"; epoch = %d; cards = "cards"; threshold = 2;'
                    'custodians = ["ann", "ben"]; allow_no_spare = true; expires = "1h"; reason = "a test";\n'
                    % (self.epoch // 60, self.epoch % 60, self.daemon.identity, self.old, self.epoch))
        out = self.must(([tool("ceremony"), "show", "--json", self.plan], None))
        self.digest = json.loads(out)["digest"]

    def new_folder(self, name):
        return scratch + "/set-%d-%s" % (self.epoch + 1, name)

    def command(self, what, name):
        args, fd = self.turn(name, tool("rekey"), what, "-p", self.plan, "--digest", self.digest, "--json")
        args += self.daemon.to
        return args + ([self.folders[name]] if what == "give" else ["-o", self.new_folder(name)]), fd

    def state(self):
        return json.loads(self.must(([tool("rekey"), "status", "-p", self.plan, "--json", *self.daemon.to], None)))

    def measured(self, what, name):
        """Once undisturbed: how many steps there are to be killed at."""
        paths = {victim: scratch + "/trace-" + victim for victim in VICTIMS}
        options = ["-e", "trace=" + ",".join(CALLS), "-e", "signal=none"]
        attached = {victim: Attached(self.daemon.child(victim), options, paths[victim]) for victim in VICTIMS[1:]}
        args, fd = self.command(what, name)
        self.must((["strace", "-f", "-qq", "-o", paths["tool"]] + options + args, fd))
        said = {victim: one.stop() for victim, one in attached.items()}
        with open(paths["tool"], encoding="utf-8", errors="replace") as f:
            said["tool"] = f.read()
        for victim, text in said.items():
            self.steps[what, victim] = collections.Counter(re.findall(r"^\d+ +(\w+)\(", text, re.M))

    def disturbed(self, what, name):
        victim = self.rng.choice(VICTIMS)
        call = self.rng.choice(sorted(self.steps[what, victim]))
        step = self.rng.randint(1, self.steps[what, victim][call])
        last = "epoch %d, %s by %s, %s at %s %d" % (self.epoch, what, name, victim, call, step)
        args, fd = self.command(what, name)
        pid = self.daemon.child(victim) if victim != "tool" else 0
        attached = Attached(pid, trace(call, step), scratch + "/trace") if pid else None
        if not pid:
            args = ["strace", "-f", "-qq", "-o", "/dev/null"] + trace(call, step) + args
        code, out, err = run(args, fd)
        hit = code == -9
        if attached:
            hit = len(re.findall(r"^\d+ +%s\(" % call, attached.stop(), re.M)) >= step
            if hit and not until(lambda: not alive(pid)):
                raise AssertionError(last + ": kill -9 does not end it")
        print("# %s%s: exit %d" % (last, "" if hit else ": was not reached", code), flush=True)
        if code not in ((0, 6) if pid and hit else (-9,) if hit else (0,)):
            raise AssertionError("%s: exit %d: %s%s" % (last, code, out, err))
        self.hits["%s, %s" % (what, victim)] += hit
        if hit:
            self.after(victim)

    def after(self, victim):
        """Power off: the set that the tool names opens the daemon, and the other does not."""
        if victim == "core":
            self.daemon.wait()
        else:
            self.daemon.kill()
        self.daemon.start()
        code, out, _ = run([tool("status"), "--json", *self.daemon.to])
        told = json.loads(out)
        if code != 1 or told["epoch"] not in (self.epoch, self.epoch + 1):
            raise AssertionError("seal-status: %d: %s" % (code, out))
        switched = told["epoch"] == self.epoch + 1
        other = self.new_folder("ben") if not switched else self.folders["ben"]
        if os.path.exists(other):
            args, fd = self.turn("ben", tool("unseal"))
            code, _, err = run(args + self.daemon.to + [other], fd)
            if code != 1:
                raise AssertionError("a share of the other set: %d: %s" % (code, err))
        if switched:
            self.folders = {name: self.new_folder(name) for name in NAMES}
        self.unseal()
        self.look()
        if switched and self.state()["state"] != "done":
            raise AssertionError("in force, and not told so")

    def rekey(self, do):
        """Both give, both prove; what a kill undid of a quorum is given again."""
        before, pending = self.folders, False
        self.write_plan()
        while not pending:
            for name in NAMES:
                # A kill of the core ends a half-given quorum: not in each turn, or it is never made.
                if do == self.measured or self.rng.random() < 0.4:
                    do("give", name)
                else:
                    self.must(self.command("give", name))
                pending = self.state()["state"] == "pending"
                if pending:
                    break
        for name in NAMES:
            for _ in range(1 if do == self.measured else 3):
                if self.state()["state"] != "done":
                    do("prove", name)
            if self.state()["state"] != "done":
                self.must(self.command("prove", name))
        if self.state()["state"] != "done":
            raise AssertionError("all have proved, and it is not done")
        self.folders = {name: self.new_folder(name) for name in NAMES}
        for folder in set(before.values()):
            shutil.rmtree(folder)
        self.epoch += 1
        self.look()
        self.store()


def check(name, fine, why=""):
    print("%sok - %s%s" % ("" if fine else "not ", name, "" if fine else ": " + why), flush=True)
    return fine


def walk(tokens):
    one = Rekeys(tokens)
    try:
        one.begin()
        one.rekey(one.measured)
        check("a rekey that nobody disturbs", one.epoch == 2)
        lines = ["%s, %s" % (what, victim) for what in ("give", "prove") for victim in VICTIMS]
        while sum(one.hits.values()) < wanted or (wanted >= 40 and not all(one.hits[line] for line in lines)):
            one.rekey(one.disturbed)
        for line in lines:
            check("%d kills, %s" % (one.hits[line], line), wanted < 40 or one.hits[line] > 0)
        return check("%d kills in %d rekeys" % (sum(one.hits.values()), one.epoch - 1), True)
    except Exception as why:
        print("# " + traceback.format_exc().replace("\n", "\n# "))
        return check("SEAL_SEED=%s" % seed, False, repr(why))
    finally:
        one.daemon.kill()
        one.daemon.clean()


def main():
    tokens = {name: Token("fido2", name, scratch, os.path.join(build, "tests")) for name in NAMES}
    try:
        for folder in ("cards", "roots/fido2"):
            os.makedirs(os.path.join(scratch, folder))
        shutil.copy(scratch + "/fido2-ca/root.pem", scratch + "/roots/fido2")
        with open(scratch + "/prints", "w", encoding="ascii") as prints:
            for token in tokens.values():
                prints.write(token.enroll(tool("enroll"), scratch))
        return 0 if walk(tokens) else 1
    finally:
        for token in tokens.values():
            token.end()


sys.exit(main())
