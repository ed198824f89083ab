"""What stands between the core and who gives it orders, and lies: one with a gate's TLS key, that keeps an order to itself
and answers as the core would."""
import json
import os

from daemon import Daemon, Tap, ok, same
from liar import Liar, way
from parties import enroll, make_set, tool, turn


def root_token(daemon):
    """cat's, in a file of its own."""
    where = daemon.dir
    done = tool("seal-open", "--raw", "-i", f"{where}/cat.identity", f"{where}/set/root-token.age", phrase="phrase of cat")
    with open(os.open(f"{where}/token", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(done.stdout)
    return done.stdout.decode().strip()


def open_it(daemon):
    for name in ("ann", "ben"):
        turn(daemon.dir, way(daemon, daemon.port), name)


def is_sealed(daemon):
    return json.loads(daemon.ask(target="/v1/sys/seal-status").body)["sealed"]


def asked_of(liar, seen):
    """Notes what goes through."""
    def lie(method, target, body):
        seen.append((method, target.split("?")[0]))
        return method, target, body
    liar.lie = lie


def rotations(liar, token):
    daemon, where = liar.daemon, liar.daemon.dir
    unsigned = b"is not signed by its core"

    def rotate():
        return tool("seal-rotate", *liar.through, "--token-file", f"{where}/token", "--json")

    def term():
        head = f"X-Vault-Token: {token}\r\n"
        return json.loads(daemon.ask(target="/v1/sys/key-status", head=head).body)["data"]["term"]

    def tell(path, change):
        def twist(target, body):
            if target.startswith(path):
                told = json.loads(body)
                change(told)
                body = json.dumps(told).encode()
            return body
        return twist

    def refused(name, done, text=unsigned, status=1):
        ok(name, done.returncode == status and text in done.stderr and b'"after"' not in done.stdout, done)

    done = rotate()
    same("what is true is told", (done.returncode, json.loads(done.stdout)["after"]["term"], term()), (0, 2, 2))
    seen = []
    asked_of(liar, seen)
    liar.twist = tell("/v1/sys/seal-status", lambda told: told["sealkit"].update(signature="A" * 86 + "=="))
    refused("a daemon that has not this core", rotate(), status=6)
    liar.twist = tell("/v1/sys/seal-status", lambda told: told.update(sealed=True))
    refused("another state", rotate(), status=6)
    same("neither got the token", seen, [("GET", "/v1/sys/seal-status")] * 2)
    path = "/v1/sys/key-status"
    for name, change in (("another term", lambda told: told["data"].update(term=9)),
                         ("another time", lambda told: told["data"].update(install_time="2026-11-30T00:00:00Z")),
                         ("other encryptions", lambda told: told["data"].update(encryptions=7)),
                         ("no signature", lambda told: told["data"].pop("sealkit")),
                         ("a signature of nobody", lambda told: told["data"]["sealkit"].update(signature="A" * 86 + "=="))):
        liar.twist = tell(path, change)
        refused(f"{name}: nothing is rotated", rotate())
        same("nor was it", term(), 2)
    liar.twist = lambda target, body: body
    # The order is kept back.
    liar.lie = lambda *asked: b"{}" if asked[1] == "/v1/sys/rotate" else asked
    refused("an order that never arrived", rotate(), b"has not rotated, it is at term 2")
    # And the end of it is told as it was told once.
    liar.lie = lambda *asked: asked
    told = []

    def replay(target, body):
        if target.startswith(path):
            told.append(body)
            body = told[1] if len(told) > 2 else body
        return body

    liar.twist = replay
    same("a rotation that is listened to", (rotate().returncode, term()), (0, 3))
    refused("and told again", rotate())
    same("two came to be", term(), 3)
    liar.twist = lambda target, body: body


def main():
    daemon = Daemon("seald")
    liar = Liar(daemon)
    enroll(daemon.dir)
    done = make_set(daemon, way(daemon, daemon.port), "--root-token-card", f"{daemon.dir}/cards/cat.card")
    same("init", done.returncode, 0)
    open_it(daemon)
    same("it is open", is_sealed(daemon), False)
    rotations(liar, root_token(daemon))
    daemon.end("lies")
    Tap.done()


main()
