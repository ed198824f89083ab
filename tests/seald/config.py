"""What seald refuses to start with: one line each, that says what and where."""
import json
import os
import re
import socket
import subprocess

from daemon import BUILD, Daemon, Tap, make_certificate, ok, same, sanitized

SEALD = f"{BUILD}/bin/seald"
GOOD = 'listen = "127.0.0.1:0";\nstate = "{dir}/state";\naudit = "{dir}/audit";\n'

# Text, exit status, what the line must have. {dir} is the test's folder.
BAD = {
    "unknown setting": (GOOD + "plain_share = \"deny\";", 1, "line 4: plain_share: unknown setting"),
    "unknown setting of tls": (GOOD + "tls = {\n certificat = \"/x\";\n};", 1, "line 5: certificat: unknown setting"),
    "given twice": (GOOD + "gates = 1;\ngates = 2;", 1, "line 5: duplicate setting name"),
    "syntax": (GOOD + "gates = ;", 1, "line 4: syntax error"),
    "include": (GOOD + "  @include \"/etc/passwd\"", 1, "line 4: @include is not allowed"),
    "no listen": ("state = \"{dir}/s\";\naudit = \"{dir}/a\";", 1, "listen: missing"),
    "no state": ("listen = \"127.0.0.1:0\";\naudit = \"{dir}/a\";", 1, "state: missing"),
    "no audit": ("listen = \"127.0.0.1:0\";\nstate = \"{dir}/s\";", 1, "audit: missing"),
    "audit to stdout": (GOOD.replace("{dir}/audit", "-"), 1, "audit: must be a path"),
    "relative state": (GOOD.replace("{dir}/state", "state"), 1, "state: must be a path"),
    "empty state": (GOOD.replace("{dir}/state", ""), 1, "state: is empty"),
    "state is a number": (GOOD.replace('"{dir}/state"', "7"), 1, "state: must be a text"),
    "a name in listen": (GOOD.replace("127.0.0.1:0", "localhost:8200"), 1, "listen: must be ADDRESS:PORT"),
    "no port": (GOOD.replace("127.0.0.1:0", "127.0.0.1"), 1, "listen: must be ADDRESS:PORT"),
    "port 65536": (GOOD.replace("127.0.0.1:0", "127.0.0.1:65536"), 1, "listen: must be ADDRESS:PORT"),
    "IPv6 without brackets": (GOOD.replace("127.0.0.1:0", "::1:8200"), 1, "listen: must be ADDRESS:PORT"),
    "no address in a list": (GOOD.replace('"127.0.0.1:0"', "[ ]"), 1, "listen: must be"),
    "gates 0": (GOOD + "gates = 0;", 1, "gates: must be a number from 1 to 64"),
    "gates 65": (GOOD + "gates = 65;", 1, "gates: must be a number from 1 to 64"),
    "gates as text": (GOOD + "gates = \"2\";", 1, "gates: must be a number"),
    "plain_shares true": (GOOD + "plain_shares = true;", 1, "plain_shares: must be \"deny\" or \"allow\""),
    "rehearsal as text": (GOOD + "rehearsal = \"yes\";", 1, "rehearsal: must be true or false"),
    "half_open without unit": (GOOD + "half_open = \"60\";", 1, "half_open: must be a duration"),
    "half_open of 73 hours": (GOOD + "half_open = \"73h\";", 1, "half_open: must be a duration"),
    "half_open 0": (GOOD + "half_open = \"0s\";", 1, "half_open: must be a duration"),
    "unknown user": (GOOD + "user = \"nobody-of-that-name\";", 2, "no user of the name"),
    "certificate alone": (GOOD + "tls = { certificate = \"{dir}/a.pem\"; };", 1, "certificate and key belong together"),
    "tls is no group": (GOOD + "tls = \"on\";", 1, "tls: must be a group"),
    "no such certificate": (GOOD + "tls = { certificate = \"{dir}/none\"; key = \"{dir}/a.key\"; };", 3,
                            "{dir}/none: No such file"),
    "no such key": (GOOD + "tls = { certificate = \"{dir}/a.pem\"; key = \"{dir}/none\"; };", 3, "{dir}/none: No such file"),
    "a folder as key": (GOOD + "tls = { certificate = \"{dir}/a.pem\"; key = \"{dir}\"; };", 3, "{dir}: Is a directory"),
    "key of another": (GOOD + "tls = { certificate = \"{dir}/a.pem\"; key = \"{dir}/b.key\"; };", 1, "not the key of"),
    "certificate of garbage": (GOOD + "tls = { certificate = \"{dir}/a.key\"; key = \"{dir}/a.key\"; };", 1,
                               "no PEM certificate"),
    "damaged certificate": (GOOD + "tls = { certificate = \"{dir}/cut.pem\"; key = \"{dir}/a.key\"; };", 1,
                            "no PEM certificate"),
    "key with a passphrase": (GOOD + "tls = { certificate = \"{dir}/a.pem\"; key = \"{dir}/locked.key\"; };", 1,
                              "one with a passphrase"),
    "key too small": (GOOD + "tls = { certificate = \"{dir}/weak.pem\"; key = \"{dir}/weak.key\"; };", 3, "ee key too small"),
    "client_ca of garbage": (GOOD + "tls = { certificate = \"{dir}/a.pem\"; key = \"{dir}/a.key\"; client_ca = \"{dir}/a.key\"; };",
                             1, "no PEM certificate"),
    "audit in no folder": (GOOD.replace("{dir}/audit", "{dir}/none/audit"), 3, "{dir}/none/audit: No such file"),
    "state in no folder": (GOOD.replace("{dir}/state", "{dir}/none/state"), 3, "{dir}/none/state: No such file"),
    "state is a file": (GOOD.replace("{dir}/state", "{dir}/a.pem"), 3, "{dir}/a.pem: is no folder"),
    "others may write to state": (GOOD.replace("{dir}/state", "{dir}/open"), 1, "others may write there"),
    "others may write to audit": (GOOD.replace("{dir}/audit", "{dir}/anybody"), 1, "{dir}/anybody: others may write there"),
    "an address of another host": (GOOD.replace("127.0.0.1:0", "192.0.2.1:0"), 3, "listen: 192.0.2.1:0: Cannot assign"),
    "a damaged store": (GOOD.replace("{dir}/state", "{dir}/damaged"), None, ""),
}
# Found only when it starts.
STARTING = ("audit in no folder", "state in no folder", "state is a file", "others may write to state", "others may write to audit",
            "an address of another host", "a damaged store")


def run(path, *more):
    done = subprocess.run([SEALD, "--config", path, *more], capture_output=True, check=False, timeout=60)
    return done.returncode, done.stderr.decode(), done.stdout.decode()


def prepare():
    where = Daemon("seald", start=False)
    make_certificate(where.dir, "a")
    make_certificate(where.dir, "b")
    with open(f"{where.dir}/a.pem", encoding="ascii") as whole, open(f"{where.dir}/cut.pem", "w", encoding="ascii") as cut:
        cut.write(whole.read()[:300])
    subprocess.run(["openssl", "pkey", "-in", f"{where.dir}/a.key", "-aes256", "-passout", "pass:x", "-out",
                    f"{where.dir}/locked.key"], check=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", f"{where.dir}/weak.key", "-out",
                    f"{where.dir}/weak.pem", "-subj", "/CN=weak"], check=True, stderr=subprocess.DEVNULL)
    os.mkdir(f"{where.dir}/open")
    os.chmod(f"{where.dir}/open", 0o777)
    with open(f"{where.dir}/anybody", "wb") as audit:
        os.fchmod(audit.fileno(), 0o620)
    os.mkdir(f"{where.dir}/damaged", 0o700)
    with open(f"{where.dir}/damaged/sealkit.db", "wb") as store:
        store.write(os.urandom(8192))
    return where


def refusals(where):
    for name, (text, status, wanted) in BAD.items():
        where.configure(text.replace("{dir}", where.dir))
        wanted = wanted.replace("{dir}", where.dir)
        for more in ((), ("--check",)):
            if more and name in STARTING:
                continue
            got, line, out = run(where.conf, *more)
            # Before it serves, the log has nothing to add.
            ok(f"{name}: refused {' '.join(more)}", (got == status or (status is None and got in (1, 3))) and wanted in line
               and len(line.splitlines()) == 1 + (name == "a damaged store") and not out
               and not os.path.exists(f"{where.dir}/state"), f"{got}\n{line}")
    where.configure(GOOD.replace("{dir}", where.dir) + "\0")
    same("NUL byte", run(where.conf)[0], 1)
    where.configure("# " + "x" * 70000)
    same("a file of 70 kB", run(where.conf)[0], 1)
    same("no such file", run(f"{where.dir}/nothing")[0], 1)
    for more, wanted in ((("--frobnicate",), 2), (("--check", "--check"), 2), (("extra",), 2), (("--ready-fd", "x"), 2)):
        same(f"usage: {' '.join(more)}", run(where.conf, *more)[0], wanted)
    same("no --config", subprocess.run([SEALD], capture_output=True, check=False).returncode, 2)
    ok("nothing was made for them", not os.path.exists(f"{where.dir}/state") and not os.path.exists(f"{where.dir}/s"))


def ports(where):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        where.configure(GOOD.replace("{dir}", where.dir).replace(":0", f":{port}"))
        status, line, _ = run(where.conf)
        ok("port taken: one line", status == 3 and f"127.0.0.1:{port}: Address already in use" in line
           and len(line.splitlines()) == 1, line)


def expired(where):
    make_certificate(where.dir, "old", expired=True)
    where.configure(GOOD.replace("{dir}", where.dir)
                    + f'tls = {{ certificate = "{where.dir}/old.pem"; key = "{where.dir}/old.key"; }};')
    status, line, _ = run(where.conf, "--check")
    ok("expired certificate: --check tells", status == 1 and "expired" in line, f"{status} {line}")
    daemon = Daemon("seald", tls=(f"{where.dir}/old.pem", f"{where.dir}/old.key", ""))
    ok("expired certificate: the log tells", "the certificate ended" in daemon.log(), daemon.log())
    daemon.end("expired certificate")


def good(where):
    where.configure(GOOD.replace("{dir}", where.dir).replace('"127.0.0.1:0"', '[ "127.0.0.1:0", "127.0.0.1:0" ]'))
    same("--check of a good one", run(where.conf, "--check")[:2], (0, ""))
    same("--check makes nothing", os.path.exists(f"{where.dir}/state"), False)
    same("the sample is good", run("ceremony/seald.conf", "--check")[:2], (0, ""))
    ok("two addresses: serves", where.start())
    same("two addresses: the log has both", where.log().count("listening on 127.0.0.1:"), 2)
    told = json.loads(where.ask(target="/v1/sys/seal-status").body)
    same("sealed, and sandboxed in full where the build has a sandbox", (told["sealed"], told["sealkit"]["sandbox"]),
         (True, "sandbox" if sanitized() else ""))
    same("the identity is the core's", told["sealkit"]["identity"], where.identity)
    with Second(where) as (status, line):
        ok("a second daemon on one state folder is refused", status in (1, 3) and "in use by another process" in line, line)
    where.end("config")


def reports():
    """--json: the page's members, as the last line on stderr, after all that is said there."""
    where = Daemon("seald", start=False)
    seen = set()
    for name, text, more, wanted in (("a good one", GOOD, ("--check",), {"result": "OK", "exit": 0}),
                                     ("an unknown setting", BAD["unknown setting"][0], (), {"result": "FORMAT", "exit": 1}),
                                     ("an unknown user", BAD["unknown user"][0], (), {"result": "USAGE", "exit": 2}),
                                     ("no such certificate", BAD["no such certificate"][0], ("--check",), {"result": "IO", "exit": 3})):
        where.configure(text.replace("{dir}", where.dir))
        status, told, out = run(where.conf, *more, "--json")
        *before, last = told.splitlines()
        same(f"--json, {name}", (status, json.loads(last), len(before), out), (wanted["exit"], wanted, int(status != 0), ""))
        seen |= set(json.loads(last))
    where.configure(GOOD.replace("{dir}", where.dir))
    ok("--json: serves", where.start(more=("--json",)))
    same("--json: told to stop", where.stop(), 0)
    said = where.log().splitlines()
    same("--json: reports that, last", json.loads(said[-1]), {"result": "OK", "exit": 0})
    same("--json: and nothing of it before", [line for line in said[:-1] if '"result"' in line], [])
    with open("man/seald.8", encoding="ascii") as page:
        part = page.read().split(".It Fl Fl json\n")[1].split(".It ")[0]
    same("--json: the page has these members, and no others", set(re.findall(r"^\.Cm (\w+)", part, re.M)), seen)
    where.clean()


class Second:
    """Another daemon over the same state."""

    def __init__(self, where):
        self.path = f"{where.dir}/second.conf"
        with open(self.path, "w", encoding="ascii") as conf:
            conf.write(GOOD.replace("{dir}", where.dir))

    def __enter__(self):
        return run(self.path)[:2]

    def __exit__(self, *_):
        os.unlink(self.path)


def main():
    where = prepare()
    refusals(where)
    ports(where)
    expired(where)
    reports()
    good(where)
    Tap.done()


main()
