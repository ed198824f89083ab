"""A gate that runs attacker code (build/tests/seald-hooked), and what the kernel says of the
processes of a release."""
import json
import os
import pwd
import shutil
import signal
import subprocess

from daemon import Daemon, Tap, ok, same, until

FORBIDDEN = ("open", "openat", "openat2", "core-memory", "vm-read", "ptrace", "pidfd", "connect", "connect-held",
             "exec", "fork", "kill", "mmap-exec", "mprotect-exec", "io-uring", "dumpable", "sendmsg")
LIES = ("lie", "claim-answer", "garbage")
GATES = 16
KILLED = "made a system call that it has no right to"


def attempts():
    # Many, so that none of them ends twice in a row and has to wait.
    daemon = Daemon("seald-hooked", gates=GATES)
    core = daemon.core()
    same("the hook is there", daemon.ask(target="/hook/none").status, 501)
    same("and does no harm by itself", daemon.ends(), 0)
    same("log: it comes back", daemon.ask(target="/hook/log").status, 501)
    ok("log: nothing of it is in the log", "forged" not in daemon.log(), daemon.log())
    for number, name in enumerate(FORBIDDEN + LIES):
        ended = daemon.ends()
        answer = daemon.ask(target=f"/hook/{name}?{core}")
        ok(f"{name}: does not come back", answer.status == 0 or name in LIES, answer.status)
        ok(f"{name}: the gate ends, another one comes", until(
            lambda: daemon.ends() > ended and len(daemon.gates()) == GATES))
        if name in FORBIDDEN:
            ok(f"{name}: killed for that call", until(lambda: daemon.log().count(KILLED) == number + 1))
        told = json.loads(daemon.ask().body)
        same(f"{name}: the core lives and works", (told["pid"], daemon.core()), (core, core))
    same("lies end a gate in another way", daemon.log().count(KILLED), len(FORBIDDEN))
    daemon.end("hooked")


def the_core():
    """The same for the core: other paths are denied, other calls end it, and then all is sealed."""
    daemon = Daemon(gates=1)
    same("the core writes in its folder", json.loads(daemon.ask(target="/v1/fake/file").body)["file"], "ok")
    for name in ("read", "write", "list"):
        told = json.loads(daemon.ask(target=f"/v1/fake/escape-{name}").body)
        same(f"the core, {name} elsewhere: denied", told["file"], "Permission denied")
    for name, wanted in (("chown", "Operation not permitted"), ("own-limit", "done")):
        same(f"the core, {name}", json.loads(daemon.ask(target=f"/v1/fake/escape-{name}").body)["file"], wanted)
    daemon.end("core, paths")
    for name in ("socket", "exec", "fork", "kill", "ptrace", "mkdir", "owner", "flags", "limit", "other-limit"):
        daemon = Daemon(gates=1)
        answer = daemon.ask(target=f"/v1/fake/escape-{name}")
        same(f"the core, {name}: ends, and all with it", (answer.status, daemon.wait()), (0, 3))
        ok(f"the core, {name}: killed for that call", f"the core {KILLED}" in daemon.log(), daemon.log())
        daemon.clean()


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)


def capabilities(status):
    """All sets in one number: inheritable, permitted, effective, bounding, ambient."""
    number = 0
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        number |= int(status[name], 16)
    return number


def all_filtered(name, daemon):
    """Every process of the daemon, its supervisor too."""
    mine = [daemon.process.pid] + daemon.children()
    same(f"{name}: supervisor, core and two gates", len(mine), 4)
    for pid in mine:
        status = status_of(pid)
        same(f"{name}, {status['Name']}: seccomp filter, no new privileges", (status["Seccomp"], status["NoNewPrivs"]), ("2", "1"))


def as_root():
    """No user is configured: they stay root, but all that makes root more than others is gone."""
    daemon = Daemon()
    ok("root without a user: the log says so", "started as root, and no user is configured" in daemon.log())
    for pid in daemon.gates() + [daemon.core()]:
        who = "the core" if pid == daemon.core() else "a gate"
        status = status_of(pid)
        same(f"{who} as root: no capability", capabilities(status), 0)
        same(f"{who} as root: no new privileges", status["NoNewPrivs"], "1")
    all_filtered("as root", daemon)
    os.kill(daemon.gates()[0], 9)
    ok("nor has a gate that comes again", until(lambda: len(daemon.gates()) == 2)
       and until(lambda: all(capabilities(status_of(pid)) == 0 for pid in daemon.gates())))
    all_filtered("as root, a gate again", daemon)
    daemon.end("as root")


def few_files():
    daemon = Daemon(start=False)
    daemon.start(prefix=("prlimit", "--nofile=200:200"))
    ok("few files: the log says how many connections a gate has", "allows a gate 136 connections instead of 1024" in
       daemon.log(), daemon.log())
    same("few files: serves", daemon.ask().status, 200)
    daemon.end("few files")


def as_user():
    where = Daemon(start=False)
    # Whoever the processes become must reach the state folder.
    os.chmod(where.dir, 0o755)
    nobody = pwd.getpwnam("nobody")
    where.configure(open(where.conf, encoding="ascii").read() + 'user = "nobody";\n')
    where.start()
    told = json.loads(where.ask(target="/v1/fake/file").body)
    same("the core writes in its folder", told["file"], "ok")
    same("the state folder is the user's", os.stat(where.state).st_uid, nobody.pw_uid)
    same("the TLS key is not", os.stat(f"{where.state}/tls/key.pem").st_uid, 0)
    for pid in where.gates() + [where.core()]:
        who = "the core" if pid == where.core() else "a gate"
        status = status_of(pid)
        same(f"{who}: user", set(status["Uid"].split()), {str(nobody.pw_uid)})
        same(f"{who}: group", set(status["Gid"].split()), {str(nobody.pw_gid)})
        same(f"{who}: no other group", status["Groups"].strip(), "")
        same(f"{who}: no capability", capabilities(status), 0)
        same(f"{who}: no new privileges", status["NoNewPrivs"], "1")
        same(f"{who}: seccomp filter", status["Seccomp"], "2")
    # The same user, and still no way to its memory.
    seen = subprocess.run(["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "head", "-c", "1",
                           f"/proc/{where.core()}/mem"], capture_output=True, check=False)
    ok("another process of that user cannot read the core", b"denied" in seen.stderr, seen.stderr)
    os.kill(where.gates()[0], 9)
    ok("gates come again", until(lambda: len(where.gates()) == 2))
    same("and serve", where.ask().status, 200)
    all_filtered("as a user, a gate again", where)
    where.process.send_signal(signal.SIGHUP)
    ok("and the certificate is read again", until(lambda: "was read again" in where.log()), where.log())
    where.end("as a user")


def without(call, wanted, text, error="ENOSYS"):
    """A kernel that lacks a call, played by strace."""
    daemon = Daemon(start=False, gates=1)
    started = daemon.start(prefix=("strace", "-f", "-o", "/dev/null", "-e", f"inject={call}:error={error}"))
    same(f"without {call}: serves", started, wanted)
    ok(f"without {call}: the log says so", text in daemon.log(), daemon.log())
    if started:
        # Its parent is strace.
        told = json.loads(daemon.ask().body)
        same(f"without {call}: the status says so", told["sandbox"], "landlock")
        subprocess.run(["pkill", "-TERM", "-P", str(daemon.process.pid)], check=True)
        same(f"without {call}: stops", daemon.wait(), 0)
    else:
        same(f"without {call}: exit status", daemon.wait(), 3)
    daemon.clean()


def main():
    attempts()
    the_core()
    if os.geteuid() == 0:
        as_user()
        as_root()
    few_files()
    if shutil.which("strace"):
        without("landlock_create_ruleset", True, "no landlock on this kernel")
        # Any other error than this one sends the library to an older call.
        without("seccomp", False, "seccomp: the kernel refuses it", "EFAULT")
    Tap.done()


main()
