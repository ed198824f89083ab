"""Seeded kills of tool, daemon or token in the middle of init, proof and unseal (see ceremony-kill.sh).

Each round: a fresh daemon; at a moment drawn from the seed something is killed with -9, or a token is
pulled out; then the same commands are given again, as a person would. In the end the daemon must be
open by shares that were handed out, every custodian's share must open, who has proved must have the
share that was fetched for it, and no plain share may lie in any file."""

import base64
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time

build, scratch, seed, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
BIN = os.path.join(build, "bin")
VIRT = os.path.join(build, "tests", "virt-fido2")
NAMES = ["ann", "ben", "cat"]
PIN = "58213377"
VICTIMS = ["init tool", "init daemon", "unseal tool", "unseal daemon", "token", "prove tool", "prove daemon"]


def pin_pipe():
    r, w = os.pipe()
    os.write(w, PIN.encode() + b"\n")
    os.close(w)
    return r


def run(args, fd=None, timeout=60):
    keep = () if fd is None else (fd,)
    done = subprocess.run(args, pass_fds=keep, capture_output=True, text=True, timeout=timeout)
    if fd is not None:
        os.close(fd)
    return done.returncode, done.stdout, done.stderr


class Token:
    def __init__(self, name):
        self.name = name
        self.control = os.path.join(scratch, name + ".ctl")
        self.process = subprocess.Popen(
            [VIRT, "--state", os.path.join(scratch, name + ".state"), "--control", self.control, "--pin", PIN,
             "--attestation", "none", "--die-with-parent"], stdout=subprocess.PIPE, text=True)
        self.device = self.process.stdout.readline().strip()

    def ctl(self, *words):
        subprocess.run([VIRT, "ctl", self.control, *words], check=True, capture_output=True)


class Daemon:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(os.path.join(folder, "state"), mode=0o700, exist_ok=True)
        with open(os.path.join(folder, "seald.conf"), "w") as f:
            f.write('listen = "127.0.0.1:0";\nstate = "%s/state";\naudit = "%s/audit.log";\n'
                    'gates = 1;\nrehearsal = true;\n' % (folder, folder))
        self.start()

    def start(self):
        r, w = os.pipe()
        self.log = open(os.path.join(self.folder, "log"), "a")
        self.process = subprocess.Popen(
            [os.path.join(BIN, "seald"), "--config", os.path.join(self.folder, "seald.conf"), "--ready-fd", str(w)],
            pass_fds=(w,), stderr=self.log, start_new_session=True)
        os.close(w)
        with os.fdopen(r) as f:
            words = f.readline().split()
        if len(words) != 5:
            raise AssertionError("seald did not start: " + open(os.path.join(self.folder, "log")).read()[-300:])
        self.to = ["-a", "https://" + words[1], "--pin", words[2], "--core", words[4]]

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


class Round:
    def __init__(self, number, tokens, lengths):
        self.random = random.Random(seed * 1000003 + number)
        self.victim = VICTIMS[number % len(VICTIMS)]
        self.tokens = tokens
        self.lengths = lengths
        self.folder = os.path.join(scratch, "round")
        subprocess.run(["rm", "-rf", self.folder], check=True)
        os.makedirs(self.folder)
        self.set = os.path.join(self.folder, "set")
        self.daemon = Daemon(self.folder)

    def init_args(self):
        return [os.path.join(BIN, "seal-init"), "-k", "2", "--cards", os.path.join(scratch, "cards"),
                "--fingerprints", os.path.join(scratch, "prints"), "-o", self.set,
                "--root-token-card", os.path.join(scratch, "cards", "cat.card"), "--bootstrap-token", os.path.join(self.folder, "state", "bootstrap-token"), *self.daemon.to]

    def turn_args(self, name, fd, *more):
        return [os.path.join(BIN, "seal-unseal"), *more, "-n", name, "--device", self.tokens[name].device, "--pin-fd", str(fd),
                "--non-interactive", "--json", *self.daemon.to, self.set]

    def disturbed(self, args, fd, kind):
        """Runs args; kills what this round is about at a moment of the seed."""
        began = time.monotonic()
        tool = subprocess.Popen(args, pass_fds=() if fd is None else (fd,), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
        if fd is not None:
            os.close(fd)
        time.sleep(self.random.uniform(0, 1.1 * self.lengths[kind]))
        if self.victim.endswith("daemon"):
            self.daemon.kill()
        elif self.victim == "token":
            self.tokens["ann"].ctl("pull")
        else:
            tool.kill()
        tool.wait(timeout=60)
        if self.victim.endswith("daemon"):
            self.daemon.start()
        elif self.victim == "token":
            self.tokens["ann"].ctl("plug")
        return time.monotonic() - began

    def init(self):
        if self.victim.startswith("init"):
            self.disturbed(self.init_args(), None, "init")
        began = time.monotonic()
        code, out, err = run(self.init_args())
        if code == 1 and "finished init" in err:
            return
        if code != 0:
            raise AssertionError("seal-init: %d: %s" % (code, err))
        self.lengths.setdefault("init", time.monotonic() - began)

    def unproved(self):
        out = run([os.path.join(BIN, "seal-status"), "--json", *self.daemon.to])[1]
        return len(json.loads(out)["unproved"])

    def prove(self):
        """ann has no share in her folder: it is fetched and kept, then proved."""
        if self.victim != "none" and not self.victim.startswith("prove"):
            return
        share = os.path.join(self.set, "ann.share")
        with open(share, "rb") as f:
            wanted = f.read()
        os.remove(share)
        if self.victim != "none":
            fd = pin_pipe()
            self.disturbed(self.turn_args("ann", fd, "--prove"), fd, "prove")
            if self.unproved() < len(NAMES) and not os.path.exists(share):
                raise AssertionError("proved, and the share is not kept")
        fd = pin_pipe()
        began = time.monotonic()
        code, out, err = run(self.turn_args("ann", fd, "--prove"), fd)
        if code != 0:
            raise AssertionError("proof: %d: %s" % (code, err))
        self.lengths.setdefault("prove", time.monotonic() - began)
        with open(share, "rb") as f:
            if f.read() != wanted:
                raise AssertionError("another share was kept")
        if self.unproved() != len(NAMES) - 1:
            raise AssertionError("not proved: " + out)

    def unseal(self):
        if self.victim.startswith("unseal") or self.victim == "token":
            fd = pin_pipe()
            self.disturbed(self.turn_args("ann", fd), fd, "unseal")
        pair = self.random.sample(NAMES, 2)
        said = []
        until = time.monotonic() + 20
        for name in itertools.cycle(pair):
            if time.monotonic() > until:
                break
            fd = pin_pipe()
            began = time.monotonic()
            code, out, err = run(self.turn_args(name, fd), fd)
            if code == 0:
                self.lengths.setdefault("unseal", time.monotonic() - began)
                if not json.loads(out)["sealed"]:
                    return
            elif code != 4 or "no token here opens a share that is still wanted" not in err:
                raise AssertionError("%s: %d: %s" % (name, code, err))
            said.append("%s: %d: %s" % (name, code, err.strip()))
        raise AssertionError("still sealed: %s" % said[-4:])

    def plain_shares(self):
        shares = []
        for name in NAMES:
            fd = pin_pipe()
            code, out, err = run(
                [os.path.join(BIN, "seal-open"), "--cards", os.path.join(self.set, "cards"), "--device",
                 self.tokens[name].device, "--pin-fd", str(fd), "--non-interactive",
                 os.path.join(self.set, name + ".share")], fd)
            if code != 0:
                raise AssertionError("share of %s: %d: %s" % (name, code, err))
            shares.append(base64.b64decode(out.split("key: ")[1].strip()))
        return shares

    def root_token(self):
        fd = pin_pipe()
        code, out, err = run(
            [os.path.join(BIN, "seal-open"), "--raw", "--card", os.path.join(scratch, "cards", "cat.card"), "--device",
             self.tokens["cat"].device, "--pin-fd", str(fd), "--non-interactive",
             os.path.join(self.set, "root-token.age")], fd)
        if code != 0:
            raise AssertionError("root token: %d: %s" % (code, err))
        return out.strip()

    def scan(self):
        needles = [self.root_token().encode()]
        for share in self.plain_shares():
            needles += [share[:32], base64.b64encode(share)[:40], share.hex().encode()[:60]]
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    content = f.read()
                for needle in needles:
                    if needle in content:
                        raise AssertionError("a plain share lies in " + os.path.join(folder, name))

    def run(self):
        try:
            self.init()
            self.prove()
            self.unseal()
            self.scan()
        finally:
            self.daemon.kill()


def enroll(tokens):
    os.makedirs(os.path.join(scratch, "cards"))
    with open(os.path.join(scratch, "prints"), "w") as prints:
        for name in NAMES:
            fd = pin_pipe()
            code, out, err = run(
                [os.path.join(BIN, "seal-enroll"), "--fido2", "--device", tokens[name].device, "--name", name,
                 "--attestation", "none", "--pin-fd", str(fd), "--non-interactive", "--json", "-o",
                 os.path.join(scratch, "cards", name + ".card")], fd)
            if code != 0:
                raise AssertionError("enrolling %s: %s" % (name, err))
            prints.write("%s %s\n" % (name, json.loads(out)["fingerprint"]))


def main():
    tokens = {name: Token(name) for name in NAMES}
    enroll(tokens)
    lengths = {}
    first = Round(0, tokens, lengths)
    first.victim = "none"
    first.run()
    for number in range(rounds):
        try:
            one = Round(number, tokens, lengths)
            one.run()
        except Exception as why:  # the seed and the round are what replays it
            print("not ok - seed %d round %d, %s: %s" % (seed, number, VICTIMS[number % len(VICTIMS)], why))
            return 1
    for victim in VICTIMS:
        n = len([i for i in range(rounds) if VICTIMS[i % len(VICTIMS)] == victim])
        print("ok - %d kills: %s" % (n, victim))
    return 0


sys.exit(main())
