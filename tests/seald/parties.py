"""Custodians with passphrase tokens, and the tools as they use them."""
import json
import os
import subprocess

from daemon import BUILD

NAMES = ("ann", "ben", "cat")
# All that seal-init says of their cards on stderr.
SOFTWARE = b"seal-init: NOT ATTESTED, may be keys in software: the cards of ann, ben, cat\n"


def tool(name, *arguments, phrase=None):
    here, there = os.pipe()
    os.write(there, (phrase or "").encode() + b"\n")
    os.close(there)
    with os.fdopen(here, "rb") as secret:
        command = [f"{BUILD}/bin/{name}"]
        if phrase:
            command += ["--passphrase-fd", str(secret.fileno()), "--non-interactive"]
        command += arguments
        return subprocess.run(command, capture_output=True, check=False, timeout=120, pass_fds=[secret.fileno()])


def enroll(where):
    os.mkdir(f"{where}/cards")
    with open(f"{where}/prints", "w", encoding="ascii") as prints:
        for name in NAMES:
            done = tool("seal-enroll", "--passphrase", "--name", name, "--identity", f"{where}/{name}.identity", "-o",
                        f"{where}/cards/{name}.card", "--json", phrase=f"phrase of {name}")
            told = json.loads(done.stdout)
            print(told["name"], told["fingerprint"], file=prints)


def make_set(daemon, through, *more):
    where = daemon.dir
    return tool("seal-init", *through, "-k", "2", "--cards", f"{where}/cards", "--fingerprints", f"{where}/prints",
                "--bootstrap-token", f"{daemon.state}/bootstrap-token", "-o", f"{where}/set", *more)


def turn(where, through, name, *more):
    return tool("seal-unseal", *through, "-n", name, "-i", f"{where}/{name}.identity", *more, f"{where}/set",
                phrase=f"phrase of {name}")
