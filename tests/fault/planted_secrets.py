"""Runs ceremony/demo with planted PINs and passphrases and looks for them (see planted-secrets.sh).

While it runs the command lines and environments of all processes are watched; afterwards every file that
was written is read: artefacts, build folder, temporary files, this process' view of the logs. Looked for in
plain, hex and base64: PINs, passphrases, the share and the root token that the artefacts hold sealed."""

import base64
import os
import secrets
import subprocess
import sys
import threading
import time

build, scratch = sys.argv[1], sys.argv[2]
number = 0
bad = 0


def check(name, fine, why=""):
    global number, bad
    number += 1
    bad += not fine
    print("%sok %d - %s%s" % ("" if fine else "not ", number, name, "" if fine else ": " + why), flush=True)


def forms(secret):
    raw = secret.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[: len(raw) * 4 // 3]]


class Watch(threading.Thread):
    """Reads /proc of every process again and again."""

    def __init__(self, needles):
        super().__init__(daemon=True)
        self.needles = needles
        self.found = []
        self.seen = 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.is_set():
            for pid in filter(str.isdigit, os.listdir("/proc")):
                for part in ("cmdline", "environ"):
                    try:
                        with open("/proc/%s/%s" % (pid, part), "rb") as f:
                            content = f.read()
                    except OSError:
                        continue
                    if part == "cmdline" and b"seal" in content:
                        self.seen += 1
                    for needle in self.needles:
                        if needle in content:
                            self.found.append("%s of %s" % (part, content[:60]))
            time.sleep(0.002)


def scan(folders, needles):
    found, files = [], 0
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.isfile(path) or os.path.islink(path):
                    continue
                files += 1
                try:
                    with open(path, "rb") as f:
                        content = f.read()
                except OSError:
                    continue
                found += [path for needle in needles if needle in content]
    return found, files


def opened(identity, phrase, path, raw):
    r, w = os.pipe()
    os.write(w, phrase.encode() + b"\n")
    os.close(w)
    args = [os.path.join(build, "bin", "seal-open"), "-i", identity, "--passphrase-fd", str(r), "--non-interactive"]
    done = subprocess.run(args + (["--raw"] if raw else []) + [path], pass_fds=(r,), capture_output=True, text=True)
    os.close(r)
    return done.stdout


def main():
    out = os.path.join(scratch, "out")
    planted = [str(70000000 + secrets.randbelow(9999999)) for _ in range(5)]
    planted += ["planted phrase " + secrets.token_hex(12) for _ in range(2)]
    needles = [form for secret in planted for form in forms(secret)]
    source = os.path.join(scratch, "secrets")
    with open(source, "w") as f:
        f.write("\n".join(planted) + "\n")
    watch = Watch(needles)
    watch.start()
    done = subprocess.run(["ceremony/demo", "--out", out, "--secrets", source], capture_output=True, stdin=subprocess.DEVNULL)
    watch.ended.set()
    watch.join()
    os.unlink(source)
    check("the demo ends well", done.returncode == 0, (done.stdout[-300:] + done.stderr[-300:]).decode())
    check("tools were seen at work", watch.seen > 20, str(watch.seen))
    check("nothing in command lines or environments", not watch.found, str(watch.found[:3]))
    spoken = done.stdout + done.stderr
    check("nothing on the screen", not [n for n in needles if n in spoken])
    share = opened(out + "/emma.identity", planted[5], out + "/set/emma.share", False)
    check("emma's share opens", "custodian: emma" in share, share)
    key = share.split("key: ")[-1].strip()
    token = opened(out + "/admin.identity", planted[6], out + "/set/root-token.age", True).strip()
    check("the root token opens", len(token) > 20)
    raw = base64.b64decode(key)
    needles += [raw[:32], raw.hex().encode(), key.encode()[:40]] + forms(token)
    check("share and token are not on the screen", not [n for n in needles if n in spoken])
    found, files = scan([out, build, os.environ.get("TMPDIR", "/tmp"), "/dev/shm"], needles)
    check("files were read", files > 50, str(files))
    check("nothing in any file", not found, str(found[:3]))
    left = [p for p in filter(str.isdigit, os.listdir("/proc")) if b"demo." in read("/proc/%s/cmdline" % p)]
    check("nothing is left running", not left, str(left))
    check("no core file", not scan_cores([out, build, "."]))
    check("the work folder is gone", not [n for n in os.listdir(build) if n.startswith("demo.")])
    print("1..%d" % number)
    return bad > 0


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""


def scan_cores(tops):
    return [name for top in tops for name in os.listdir(top) if name == "core" or name.startswith("core.")]


sys.exit(main())
