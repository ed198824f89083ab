"""Runs ceremony/demo --keep with planted PINs, PUK, passphrases and a stored secret, and looks for them (see planted-secrets.sh).

It runs under strace: of every process its command line and environment are kept, and the name of every file it made and all
that it wrote into one, also where that is gone by now. Afterwards every file that was written is read: work folder,
artefacts, build folder, temporary folders. Looked for, in plain, hex and base64: what was planted, all five shares, the
unseal key and the root token. A control secret that is put into each of these places must be found. Then a tool that holds a
PIN, and each process of seald, are sent SIGABRT: none leaves a core file."""

import os
import re
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64decode

from daemon import until
from kill_parts import Attached, Daemon, at, descriptor, forms
from memory import memory_has

build, scratch = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
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


class Traced:
    """A command under strace: what each of its processes was started with, which files they named, what they wrote."""

    CALLS = "execve,execveat,open,openat,openat2,creat,write,writev,pwrite64,pwritev,pwritev2,rename,renameat,renameat2," \
            "link,linkat,symlink,symlinkat,mkdir,mkdirat"
    TEXT = r"((?:\\x[0-9a-f]{2})*)"

    def __init__(self, command, **more):
        self.started, self.names, self.opened, self.files = {}, set(), set(), {}
        path = os.path.join(scratch, "trace")
        self.done = subprocess.run(["strace", "-f", "--seccomp-bpf", "-qq", "-xx", "-y", "-v", "-s", "16777216", "-o", path, "-e",
                                    "signal=none", "-e", "trace=" + self.CALLS, *command], capture_output=True, check=False, **more)
        for line in self.whole_lines(path):
            self.note(line)
        os.unlink(path)

    @staticmethod
    def whole_lines(path):
        """A call that another process interrupts has two lines."""
        halves = {}
        with open(path, encoding="ascii") as f:
            for line in f:
                pid, call = line.rstrip("\n").split(None, 1)
                if call.endswith(" <unfinished ...>"):
                    halves[pid] = call[:-len(" <unfinished ...>")]
                else:
                    yield halves.pop(pid) + call.split(" resumed>", 1)[1] if call.startswith("<... ") else call
        yield from halves.values()

    def texts(self, quotes, line):
        return [bytes.fromhex(found.replace("\\x", "")) for found in re.findall(quotes[0] + self.TEXT + quotes[1], line)]

    def note(self, line):
        call, texts = line.split("(", 1)[0], self.texts('""', line)
        if call.startswith("execve"):
            words, env = line.split("], [", 1)
            self.started[b"\0".join(self.texts('""', words))] = "command line of %s" % texts[0]
            self.started[b"\0".join(self.texts('""', env))] = "environment of %s" % texts[0]
        elif "write" in call:
            name = (self.texts("<>", line) or [b""])[0].decode()
            self.files.setdefault(name, []).extend(texts)
        elif re.search(r"\) += -1 ", line):
            return
        elif call not in ("open", "openat", "openat2", "creat"):
            self.names.add(os.fsdecode(texts[-1]))
        elif call == "creat" or re.search("O_(WRONLY|RDWR|CREAT)", line):
            self.opened.add(os.fsdecode((self.texts("<>", line.rsplit(" = ", 1)[-1]) or texts)[0]))

    def contents(self):
        """Pairs of place and bytes: command lines, environments, names, and what was written into files, whole."""
        yield from ((where, content) for content, where in self.started.items())
        yield from (("the name " + name, name.encode()) for name in self.names | self.opened)
        for name, parts in self.files.items():
            if name.startswith("/") and name != "/dev/null" and not is_chip(name):
                yield "written to " + name, b"".join(parts)


def is_chip(path):
    """A virtual token's own memory is not looked into: it plays the inside of a chip."""
    return re.search(r"/tokens/\w+\.state(\.new)?$", path)


def below(top):
    """Files below a folder that were written since the start."""
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            try:
                if os.path.isfile(path) and not os.path.islink(path) and os.lstat(path).st_mtime >= BEGAN:
                    if not is_chip(path):
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
    r = descriptor(phrase)
    args = [os.path.join(build, "bin", "seal-open"), *[str(r) if word == "FD" else word for word in how], "--non-interactive"]
    done = subprocess.run(args + list(more) + [path], pass_fds=(r,), capture_output=True, text=True, check=False)
    os.close(r)
    return done.stdout


def share_of(text):
    found = re.search("^key: (.*)$", text, re.M)
    return b64decode(found[1]) if found else b""


class FidoToken:
    """A token as the demo left it."""

    def __init__(self, work, name):
        self.program, self.control = os.path.join(build, "tests", "virt-fido2"), scratch + "/ctl"
        self.process = subprocess.Popen([self.program, "--state", "%s/tokens/%s.state" % (work, name), "--control", self.control,
                                         "--die-with-parent"], stdout=subprocess.PIPE, text=True)
        self.device = self.process.stdout.readline().strip()

    def ctl(self, *words):
        return subprocess.run([self.program, "ctl", self.control, *words], check=False, capture_output=True, text=True).stdout

    def end(self):
        self.ctl("quit")
        self.process.wait(timeout=30)


def fido_share(work, out, name, pin):
    token = FidoToken(work, name)
    text = opened(["--device", token.device, "--pin-fd", "FD", "--cards", out + "/set/cards"], pin, "%s/set/%s.share" % (out, name))
    token.end()
    return share_of(text)


def all_shares(out, work, planted):
    """Five shares, of which three are opened, and the key."""
    with open(out + "/set/manifest", encoding="utf-8") as f:
        place = {name: int(x) for x, name in re.findall(r"x=(\d+) .*?custodian=(\w+)", f.read())}
    emma = share_of(opened(["-i", out + "/emma.identity", "--passphrase-fd", "FD"], planted[5], out + "/set/emma.share"))
    three = [emma, fido_share(work, out, "chloe", planted[2]), fido_share(work, out, "david", planted[3])]
    check("three shares open", [share[32:] for share in three] == [bytes([place[n]]) for n in ("emma", "chloe", "david")])
    return [at(place[name], three) for name in ("alice", "bruno", "chloe", "david", "emma")] + [at(0, three)]


def controls():
    """Where a secret would be found, in each form."""
    secret = b"control " + secrets.token_hex(12).encode()
    needles = forms(secret)
    for i, form in enumerate(needles):
        with open("%s/control-%d" % (scratch, i), "wb") as f:
            f.write(b"... " + form + b" ...")
    found = holding(needles, written([scratch]).items())
    check("control: found in files, in each form", len([p for p in found if "/control-" in p]) == len(needles), str(found))
    for i in range(len(needles)):
        os.unlink("%s/control-%d" % (scratch, i))
    # The shell's own command line and environment are those of all that it starts; a short-lived file's content is in parts.
    text, half = secret.decode(), len(secret) // 2
    for name, script, env in (
            ("command line", '/bin/true "%s"' % text, {}), ("environment", "/bin/true", {"CONTROL": secret.hex()}),
            ("name", ': >"%s/%s" && rm "%s"/control*' % (scratch, text, scratch), {}),
            ("written", '{ printf %%s "%s"; printf %%s "%s"; } >"%s/x" && rm "%s/x"' % (text[:half], text[half:], scratch, scratch), {})):
        place = os.path.join(scratch, "script")
        with open(place, "w", encoding="ascii") as f:
            f.write(script)
        traced = Traced(["sh", place], env={**os.environ, **env})
        os.unlink(place)
        found = holding(needles, traced.contents())
        check("control: found, %s" % name, any(name in where for where in found), str(found))


def demo(out, planted):
    source = os.path.join(scratch, "secrets")
    with open(source, "w", encoding="ascii") as f:
        f.write("\n".join(planted) + "\n")
    traced = Traced(["ceremony/demo", "--keep", "--out", out, "--secrets", source], stdin=subprocess.DEVNULL)
    os.unlink(source)
    done = traced.done
    check("the demo ends well", done.returncode == 0, (done.stdout[-300:] + done.stderr[-300:]).decode())
    return traced, done.stdout + done.stderr


def ends(pid):
    """How a process ends that is sent SIGABRT."""
    strace = Attached(pid, ["-e", "trace=execve"], os.path.join(scratch, "end"))
    os.kill(pid, signal.SIGABRT)
    return [line.split(" ", 1)[1].strip() for line in strace.said().splitlines() if line.startswith("%d " % pid) and "+++" in line][-1:]


# Root reads of every process what it likes; without that right, of those only that are dumpable and have no more rights.
LESS = ("setpriv", "--bounding-set=-sys_ptrace")


def is_dumpable(pid):
    return subprocess.run([*LESS, "readlink", "/proc/%d/exe" % pid], capture_output=True, check=False).returncode == 0


def leaves_no_core(name, pid):
    limits = re.findall("^Max core file size +([0-9a-z]+) +([0-9a-z]+)", read("/proc/%d/limits" % pid).decode(), re.M)
    check(name + ": its limit of core files is 0", limits == [("0", "0")], str(limits))
    check(name + ": is not dumpable", not is_dumpable(pid))
    said = ends(pid)
    check(name + ": leaves no core file", said == ["+++ killed by SIGABRT +++"], str(said))


def cores(out, work, planted):
    plain = subprocess.Popen([*LESS, "sleep", "1000"], cwd=scratch)
    check("control: another process is dumpable", until(lambda: read("/proc/%d/comm" % plain.pid) == b"sleep\n")
          and is_dumpable(plain.pid))
    said = ends(plain.pid)
    plain.wait()
    check("control: and leaves a core file", said == ["+++ killed by SIGABRT (core dumped) +++"], str(said))
    for path in [name for name in os.listdir(scratch) if is_core(name)]:
        os.unlink(os.path.join(scratch, path))
    token = FidoToken(work, "chloe")
    token.ctl("touch", "wait")
    fd = descriptor(planted[2])
    tool = subprocess.Popen([*LESS, build + "/bin/seal-open", "--device", token.device, "--pin-fd", str(fd), "--cards", out + "/set/cards",
                             "--non-interactive", out + "/set/chloe.share"], pass_fds=(fd,), stderr=subprocess.DEVNULL)
    os.close(fd)
    check("a tool waits for a touch and holds the PIN", until(lambda: " waiting 1 " in token.ctl("stat"))
          and memory_has(tool.pid, [planted[2].encode()]))
    leaves_no_core("that tool", tool.pid)
    tool.wait()
    token.end()
    for name in ("core", "gate", "supervisor"):
        daemon = Daemon(("setsid", *LESS))
        leaves_no_core("seald's " + name, daemon.process.pid if name == "supervisor" else daemon.child(name))
        daemon.kill()
        daemon.clean()


def is_core(name):
    return re.match(r"core(\.|$)", name)


def look(out, work, planted, traced, spoken):
    hidden = [secret.encode() for secret in planted[:7]] + all_shares(out, work, planted)
    token = opened(["-i", out + "/admin.identity", "--passphrase-fd", "FD"], planted[6], out + "/set/root-token.age", "--raw")
    check("the root token opens", len(token.strip()) > 20)
    hidden.append(token.strip().encode())
    needles = [form for secret in hidden for form in forms(secret)]
    check("nothing on the screen", not holding(needles, [("screen", spoken)]))
    check("what was stored is shown, as the demo should", planted[7].encode() in spoken)
    needles += forms(planted[7].encode())
    found = holding(needles, traced.contents())
    check("nothing in command lines, environments, names of files and what was written into them", not found, str(found[:3]))
    files = written([out, work, build, scratch])
    for wanted in ("/state/sealkit.db", "seald.log", "audit.log", "tokens/chloe.log"):
        check("read: " + wanted, any(path.endswith(wanted) for path in files))
    check("nothing in any file", not holding(needles, files.items()), str(holding(needles, files.items())[:3]))
    check("no core file", not [p for p in files if is_core(os.path.basename(p))])
    everything(out, work, traced, files)


def everything(out, work, traced, files):
    """What strace saw is the whole demo, and nothing of it lies elsewhere."""
    tools = [where for where in traced.started.values() if re.match("command line of .*/seald?(-[a-z]+)?'$", where)]
    check("tools were seen at work", len(tools) > 20, str(len(tools)))
    check("pcscd's log was seen", any(name.endswith("/pcscd.log") for name in traced.opened))
    nowhere = re.compile("/dev/(null|tty)$|/run/pcscd(/|$)")  # the latter is one of the demo's own namespace
    mine = [name for name in traced.opened | traced.names if name.startswith("/") and not nowhere.match(name)]
    outside = [name for name in mine if not (name + "/").startswith((work + "/", out + "/", build + "/"))]
    check("nothing is written outside build folder and DIR", len(mine) > 100 and not outside, str(outside[:5]))
    seen = set(traced.files) | set(files)
    # The copies of pcscd's own driver are made by the kernel; a log may stay empty.
    unseen = [name for name in traced.opened if name in mine and name not in seen and not is_chip(name)
              and not re.search(r"/ns-run\.\w+/(driver\d+\.so|pcscd\.log)$", name)]
    check("what was opened to be written was seen", not unseen, str(unseen[:5]))


def main():
    out = os.path.join(scratch, "out")
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    planted = [str(70000000 + secrets.randbelow(9999999)) for _ in range(5)]
    planted += ["planted phrase " + secrets.token_hex(12) for _ in range(2)] + ["stored " + secrets.token_hex(16)]
    controls()
    traced, spoken = demo(out, planted)
    work = re.search(rb"^work folder: (.*)$", spoken, re.M)
    check("the work folder is kept", work is not None)
    if work:
        work = os.path.realpath(work[1].decode())
        try:
            cores(out, work, planted)
            look(out, work, planted, traced, spoken)
        finally:
            shutil.rmtree(work)
    print("1..%d" % number)
    return bad > 0


sys.exit(main())
