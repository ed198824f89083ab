#!/usr/bin/env python3
"""Runs seal-open on every vector of the C2SP age test kit and compares verdict and output."""
import hashlib
import os
import subprocess
import sys
import tempfile
import zlib

KIT = "tests/vectors/age"
TOOL = os.path.join(os.environ.get("BUILD", "build"), "bin", "seal-open")
# Somebody's identity, for vectors that fail before one is asked (32 bytes 0x42).
SPARE = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
# Verdict of the kit -> results that seal-open may give (its --json), and exit code.
WANTED = {
    "success": ({"OK"}, 0),
    "no match": ({"NOIDENTITY", "PINWRONG"}, 4),
    "HMAC failure": ({"VERIFY"}, 1),
    "header failure": ({"FORMAT", "TRUNCATED", "VERSION", "TOOLONG", "POLICY"}, 1),
    "armor failure": ({"FORMAT", "TRUNCATED", "TOOLONG"}, 1),
    "payload failure": ({"VERIFY", "TRUNCATED", "FORMAT"}, 1),
}


def parse(path):
    with open(path, "rb") as f:
        head, body = f.read().split(b"\n\n", 1)
    fields = {}
    for line in head.decode().split("\n"):
        name, value = line.split(": ", 1)
        fields.setdefault(name, []).append(value)
    if "compressed" in fields:
        assert fields["compressed"] == ["zlib"]
        body = zlib.decompress(body)
    return fields, body


def run(fields, body, folder):
    args = [TOOL, "--raw", "--json"]
    fds = []
    identities = [i for i in fields.get("identity", []) if i.startswith("AGE-SECRET-KEY-1")]
    if not identities and "passphrase" not in fields:
        identities = [SPARE]
    if identities:
        name = os.path.join(folder, "identity")
        with open(name, "w") as f:
            f.write("\n".join(identities) + "\n")
        args += ["-i", name]
    for phrase in fields.get("passphrase", [])[:1]:
        r, w = os.pipe()
        os.write(w, phrase.encode() + b"\n")
        os.close(w)
        fds.append(r)
        args += ["--passphrase-fd", str(r)]
    done = subprocess.run(args, input=body, capture_output=True, pass_fds=fds, timeout=120)
    for r in fds:
        os.close(r)
    return done


def check(name, folder):
    fields, body = parse(os.path.join(KIT, name))
    if "hybrid" in name or any("-PQ-" in i for i in fields.get("identity", [])):
        return None
    done = run(fields, body, folder)
    results, code = WANTED[fields["expect"][0]]
    errors = done.stderr.decode().split("\n")
    got = errors[-2].split('"')[3]
    why = []
    if got not in results or done.returncode != code:
        why.append(f"{got} (exit {done.returncode}), wanted {fields['expect'][0]}")
    if "payload" in fields and hashlib.sha256(done.stdout).hexdigest() != fields["payload"][0]:
        why.append("other output than expected")
    if "payload" not in fields and done.stdout:
        why.append("output where there should be none")
    if code and len(errors) != 3:
        why.append("not one line of error text")
    return "; ".join(why)


def main():
    bad = n = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(os.listdir(KIT)):
            why = check(name, folder)
            if why is None:
                skipped += 1
                print(f"# skipped {name}: ML-KEM hybrid, which OpenSSL 3.0 does not have")
                continue
            n += 1
            bad += bool(why)
            print(f"{'not ok' if why else 'ok'} {n} - {name}" + (f"\n# {why}" if why else ""))
    print(f"# {skipped} hybrid vectors skipped\n1..{n}")
    return 1 if bad or n < 110 else 0


sys.exit(main())
