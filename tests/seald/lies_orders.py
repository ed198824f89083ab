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


def locks(liar):
    """A lock that is kept back, answered by another's word, or sent to be played again later."""
    daemon, where = liar.daemon, liar.daemon.dir
    route = "/v1/sys/sealkit/lock"
    unconfirmed, unsigned = b"did not confirm that it is sealed", b"is not signed by its core"
    kept = []

    def lock(name="cat", *more):
        return tool("seal-lock", *liar.through, "-n", name, "-i", f"{where}/{name}.identity", *more, f"{where}/set",
                    phrase=f"phrase of {name}")

    def refused(name, done, text):
        ok(name, done.returncode == 1 and text in done.stderr and b"may be OPEN" in done.stderr and done.stdout == b"", done)

    def answer(change):
        def lie(method, target, body):
            if (method, target.split("?")[0]) != ("PUT", route):
                return method, target, body
            told = json.loads(kept[0])
            change(told["sealkit"])
            return json.dumps(told).encode()
        return lie

    def challenge(**fields):
        def twist(target, body):
            if "?card=" in target:
                body = json.dumps(dict(json.loads(body), **fields)).encode()
            return body
        return twist

    for name, fields, text in (("a challenge of nobody", {"challenge": "0" * 64}, b"not signed by the core"),
                               ("a challenge for another card", {"card": "0" * 64}, b"for another card"),
                               ("one of another set", {"set": "0" * 32}, b"share set 00000000")):
        liar.twist = challenge(**fields)
        refused(f"{name}: nothing is signed", lock(), text)
    # A proof's challenge in place of a lock's, so that the holder's signature could pass for one.
    liar.lie = lambda method, target, body: (method, target.replace("lock?card", "prove?card"), body)
    liar.twist = lambda target, body: body
    refused("a proof's challenge: nothing is signed", lock(), b"not signed by the core")
    same("it is open all the while", is_sealed(daemon), False)

    def keep(target, body):
        if target.startswith(route + "?challenge"):
            kept.append(body)
        return body

    bodies = []

    def listen(method, target, body):
        if (method, target.split("?")[0]) == ("PUT", route):
            bodies.append(body)
        return method, target, body

    liar.lie, liar.twist = listen, keep
    same("what is true is told", (lock().returncode, is_sealed(daemon), len(kept), len(bodies)), (0, True, 1, 1))
    open_it(daemon)
    liar.twist = lambda target, body: body
    told = daemon.ask("PUT", route, bodies[0])
    same("what was listened to is refused", (told.status, b"answered before" in told.body), (400, True))
    for name, change, text in (("the answer to another challenge", lambda own: None, unconfirmed),
                               ("no word of acceptance", lambda own: own.pop("accepted"), unconfirmed),
                               ("a word of nobody", lambda own: own["accepted"].update(signature="A" * 86 + "=="), unconfirmed)):
        liar.lie = answer(change)
        refused(f"swallowed, {name}", lock(), text)
    same("and it is open, as it said", is_sealed(daemon), False)
    # Kept back, and "sealed" told unsigned.
    liar.lie = lambda *asked: json.dumps({"initialized": True, "sealed": True, "t": 2, "n": 3, "progress": 0, "nonce": "",
                                          "version": "1", "storage_type": "x"}).encode() if asked[0] == "PUT" else asked
    refused("kept back, and told as sealed", lock(), unconfirmed)
    # Before it is asked: that it is sealed already, which nobody then needs to do.
    liar.lie = lambda *asked: asked

    def sealed(target, body):
        if target.startswith("/v1/sys/seal-status"):
            body = json.dumps(dict(json.loads(body), sealed=True)).encode()
        return body

    liar.twist = sealed
    done = lock()
    ok("that it is sealed already", done.returncode == 1 and unsigned in done.stderr and done.stdout == b"", done)
    # The core's own word for it, with another state beside.
    def opened(target, body):
        if target.startswith(route + "?challenge"):
            body = json.dumps(dict(json.loads(body), sealed=False)).encode()
        return body

    liar.twist = opened
    done = lock()
    refused("taken, and told as open", done, unsigned)
    same("but it is sealed", is_sealed(daemon), True)
    # The same of two true answers: the state before, asked with the tool's own number, and the word for the lock.
    open_it(daemon)
    before = []

    def ask_before(method, target, body):
        if (method, target.split("?")[0]) == ("PUT", route):
            before.append(daemon.ask(target="/v1/sys/seal-status?" + target.split("?")[1]).body)
        return method, target, body

    def join(target, body):
        if target.startswith(route + "?challenge"):
            both = json.loads(before[0])
            both["sealkit"]["accepted"] = json.loads(body)["sealkit"]["accepted"]
            body = json.dumps(both).encode()
        return body

    liar.lie, liar.twist = ask_before, join
    refused("taken, with the state of before", lock(), unconfirmed)
    same("it is sealed, and was not told so", is_sealed(daemon), True)
    liar.lie, liar.twist = lambda *asked: asked, lambda target, body: body


def locks_by_token(liar):
    daemon, where = liar.daemon, liar.daemon.dir
    open_it(daemon)

    def lock():
        return tool("seal-lock", *liar.through, "--token-file", f"{where}/token")

    liar.lie = lambda *asked: b"" if asked[1] == "/v1/sys/seal" else asked
    done = lock()
    ok("a root token's order that is kept back", done.returncode == 1 and b"is OPEN" in done.stderr and not done.stdout, done)
    told = []

    def replay(target, body):
        if target.startswith("/v1/sys/seal-status"):
            told.append(dict(json.loads(body), sealed=len(told) > 0))
            body = json.dumps(told[-1]).encode()
        return body

    liar.twist = replay
    done = lock()
    ok("and told as sealed", done.returncode == 6 and b"is not signed by its core" in done.stderr and
       b"may be OPEN" in done.stderr and not done.stdout, done)
    liar.lie, liar.twist = lambda *asked: asked, lambda target, body: body
    same("what is true is told", (lock().returncode, is_sealed(daemon)), (0, True))


def main():
    daemon = Daemon("seald")
    liar = Liar(daemon)
    enroll(daemon.dir)
    done = make_set(daemon, way(daemon, daemon.port), "--root-token-card", f"{daemon.dir}/cards/cat.card")
    same("init", done.returncode, 0)
    open_it(daemon)
    same("it is open", is_sealed(daemon), False)
    rotations(liar, root_token(daemon))
    liar.lie = lambda *asked: asked
    locks(liar)
    liar.lie = lambda *asked: asked
    locks_by_token(liar)
    daemon.end("lies")
    Tap.done()


main()
