"""The packaged unit: systemd reads it without a complaint, and a seald under its list of system calls starts,
reloads and stops as an account without rights, its state folder being a link as DynamicUser makes it."""
import ctypes
import os
import re
import shutil
import signal
import subprocess
import tempfile

from daemon import BUILD, Daemon, Tap, ok, same, until

UNIT = "debian/sealkit.seald.service"
ERRNO = 0x00050000 | 1  # SCMP_ACT_ERRNO(EPERM)
ALLOW = 0x7FFF0000
NOBODY = 65534


def expand(name):
    if not name.startswith("@"):
        return {name}
    told = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    words = [line.strip() for line in told.splitlines()[1:]]
    return set().union(*(expand(word) for word in words if word and not word.startswith("#")))


def allowed():
    calls = expand("@default")
    with open(UNIT, encoding="ascii") as unit:
        for line in unit:
            found = re.match(r"SystemCallFilter=(~?)(.*)", line)
            if not found:
                continue
            named = set().union(*(expand(word) for word in found[2].split()))
            calls = calls - named if found[1] else calls | named
    return calls


def confine(calls):
    """As systemd does before it starts the program: no rights, and the filter."""
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    lib.seccomp_load.argtypes = [ctypes.c_void_p]
    lib.seccomp_rule_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint]
    filter_ = lib.seccomp_init(ERRNO)
    for call in calls:
        number = lib.seccomp_syscall_resolve_name(call.encode())
        if number != -1:
            lib.seccomp_rule_add(filter_, ALLOW, number, 0)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    if lib.seccomp_load(filter_):
        os._exit(99)


class Confined(Daemon):
    """A daemon that was started here, as daemon.py speaks to one of its own."""

    def __init__(self, process, log, cert):
        self.process, self.cert = process, cert
        self.port = int(re.search(r"listening on 127\.0\.0\.1:(\d+)", log)[1])


def another_gate(daemon):
    """Under the unit's list a gate can be made again, and does its work."""
    ok("it has its gates", until(lambda: len(daemon.gates()) == 2), daemon.gates())
    before = daemon.gates()
    for gate in before:
        os.kill(gate, signal.SIGKILL)
    ok("gates are killed: others come", until(lambda: len(daemon.gates()) == 2 and not set(before) & set(daemon.gates())),
       (before, daemon.gates()))
    same("and serve", daemon.ask(target="/v1/sys/seal-status").status, 200)


def main():
    where = tempfile.mkdtemp(prefix="seald-unit-")
    shutil.copy(f"{BUILD}/bin/seald", f"{where}/seald")
    os.mkdir(f"{where}/private", 0o700)
    os.symlink("private", f"{where}/state")
    with open(f"{where}/conf", "w", encoding="ascii") as conf:
        conf.write(f'listen = "127.0.0.1:0";\nstate = "{where}/state";\naudit = "{where}/private/audit.log";\ngates = 2;\n')
    if os.geteuid() == 0:
        os.chown(where, NOBODY, NOBODY)
        os.chown(f"{where}/private", NOBODY, NOBODY)
    # The program's path and the folder of manual pages are not there before the package is installed.
    with open(UNIT, encoding="ascii") as unit, open(f"{where}/seald.service", "w", encoding="ascii") as copy:
        copy.write(unit.read().replace("/usr/sbin/seald", f"{where}/seald").replace("Documentation=", "#"))
    told = subprocess.run(["systemd-analyze", "verify", "--man=no", f"{where}/seald.service"], capture_output=True, text=True,
                          check=False)
    same("systemd reads the unit without a complaint", (told.returncode, told.stderr), (0, ""))
    calls = allowed()
    ok("the list is one", 200 < len(calls) < 400 and "ptrace" not in calls and "mount" not in calls, len(calls))

    def log():
        with open(f"{where}/log", encoding="utf-8") as file:
            return file.read()

    with open(f"{where}/log", "w", encoding="utf-8") as errors, \
            subprocess.Popen([f"{where}/seald", "--config", f"{where}/conf"], stderr=errors, cwd="/",
                             preexec_fn=lambda: confine(calls)) as seald:
        ok("it listens", until(lambda: "listening on" in log() or seald.poll() is not None)
           and "listening on" in log(), log())
        ok("its store is there", os.path.exists(f"{where}/private/sealkit.db"))
        another_gate(Confined(seald, log(), f"{where}/private/tls/cert.pem"))
        seald.send_signal(signal.SIGHUP)
        ok("it reloads", until(lambda: "read again" in log() or seald.poll() is not None) and seald.poll() is None, log())
        seald.send_signal(signal.SIGTERM)
        same("it stops", seald.wait(30), 0)
    shutil.rmtree(where)
    Tap.done()


main()
