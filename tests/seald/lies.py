"""What stands between seal-unseal and the core and lies: one with a gate's TLS key, that answers itself,
changes what is asked, and changes what is answered."""
import json
import os

from daemon import Daemon, Tap, ok, same
from liar import Liar, way
from parties import SOFTWARE, enroll, make_set, tool, turn

UNCONFIRMED = b"did not confirm this share"


def progress(daemon):
    return json.loads(daemon.ask(target="/v1/sys/seal-status").body)["progress"]


def refused(name, done, text=UNCONFIRMED):
    ok(name, done.returncode == 1 and text in done.stderr and b"accepted" not in done.stdout, done)


def swallowed(liar):
    """The liar says yes and keeps the share; once with a signature of its own making, once with an old one."""
    daemon, where = liar.daemon, liar.daemon.dir
    kept = []

    def keep(target, body):
        if target.startswith("/v1/sys/unseal"):
            kept.append(body)
        return body

    def answer(change):
        def lie(method, target, body):
            if not target.startswith("/v1/sys/unseal"):
                return method, target, body
            told = json.loads(kept[0])
            change(told["sealkit"])
            return json.dumps(told).encode()
        return lie

    liar.twist = keep
    done = turn(where, liar.through, "ann")
    same("a share that the core has is told as accepted", (done.returncode, b"ann: share accepted" in done.stdout), (0, True))
    refused_by = (("the answer to another box", lambda own: None),
                  ("no signature", lambda own: own["accepted"].pop("signature")),
                  ("a signature of nobody", lambda own: own["accepted"].update(signature="A" * 86 + "==")),
                  ("no word of acceptance", lambda own: own.pop("accepted")))
    for name, change in refused_by:
        liar.lie = answer(change)
        done = turn(where, liar.through, "ben")
        refused(f"swallowed, {name}", done, b"signature" if name == "no signature" else UNCONFIRMED)
    liar.lie = lambda *asked: asked
    same("nothing of it was counted", progress(daemon), 1)


def twisted(liar):
    """What the core signed, with another card beside it."""
    def twist(target, body):
        told = json.loads(body)
        if target.startswith("/v1/sys/unseal"):
            told["sealkit"]["accepted"]["card"] = "00000000"
        return json.dumps(told).encode()

    liar.twist = twist
    refused("another card's mark", turn(liar.daemon.dir, liar.through, "ann", "--reset"))
    liar.twist = lambda target, body: body


def turned_about(liar):
    """A share made a reset, which would throw away what others gave."""
    def lie(method, target, body):
        if target.startswith("/v1/sys/unseal"):
            body = json.dumps(dict(json.loads(body), reset=True)).encode()
        return method, target, body

    same("ann has given", progress(liar.daemon), 1)
    liar.lie = lie
    done = turn(liar.daemon.dir, liar.through, "ben")
    same("a share is not turned into a reset", (done.returncode, b"cannot be opened" in done.stderr), (6, True))
    liar.lie = lambda *asked: asked
    same("and ann's is still there", progress(liar.daemon), 1)


def overtaken(liar):
    """Between key and share somebody resets: the tool takes a new key and asks nobody again."""
    daemon, where = liar.daemon, liar.daemon.dir
    straight = way(daemon, daemon.port)
    resets = []

    def lie(method, target, body):
        if target.startswith("/v1/sys/unseal") and len(resets) < lie.wanted:
            resets.append(turn(where, straight, "ann", "--reset").returncode)
        return method, target, body

    lie.wanted = 2
    liar.lie = lie
    done = turn(where, liar.through, "ann", "--reset")
    same("overtaken twice: refused", (done.returncode, b"stale submission" in done.stderr), (6, True))
    resets.clear()
    lie.wanted = 1
    done = turn(where, liar.through, "ann", "--reset")
    same("overtaken once: accepted all the same", (done.returncode, b"ann: share accepted" in done.stdout, resets), (0, True, [0]))
    liar.lie = lambda *asked: asked


def proofs(liar):
    """The liar says that a proof was taken; makes challenges of its own; hands out another's share."""
    daemon, where = liar.daemon, liar.daemon.dir
    prove = "/v1/sys/sealkit/prove"
    kept = []

    def proved(*through):
        return turn(where, through or liar.through, "ben", "--prove")

    def unproved():
        return len(json.loads(daemon.ask(target="/v1/sys/seal-status").body)["sealkit"]["unproved"])

    def answer(change):
        def lie(method, target, body):
            if (method, target.split("?")[0]) != ("PUT", prove):
                return method, target, body
            told = json.loads(kept[0])
            change(told["sealkit"])
            return json.dumps(told).encode()
        return lie

    def keep(target, body):
        kept.append(body)
        return body

    def challenge(**fields):
        def twist(target, body):
            if "?card=" in target:
                body = json.dumps(dict(json.loads(body), **fields)).encode()
            return body
        return twist

    wanted = unproved()
    for name, fields, text in (("a challenge of nobody", {"challenge": "0" * 64}, b"not signed by the core"),
                               ("a signature of nobody", {"signature": "A" * 86 + "=="}, b"not signed by the core"),
                               ("a challenge for another card", {"card": "0" * 64}, b"for another card"),
                               ("one of another set", {"set": "0" * 32}, b"share set 00000000")):
        liar.twist = challenge(**fields)
        done = proved()
        ok(f"{name}: nothing is signed", done.returncode == 1 and text in done.stderr and done.stdout == b"", done)
    liar.twist = keep
    same("what is true is told", (proved().returncode, wanted - unproved()), (0, 1))
    liar.twist = lambda target, body: body
    kept[0] = kept[-1]
    for name, change in (("the answer to another challenge", lambda own: None),
                         ("no word of acceptance", lambda own: own.pop("accepted")),
                         ("a share's acceptance", lambda own: own["accepted"].update(signature="A" * 86 + "=="))):
        liar.lie = answer(change)
        done = proved()
        ok(f"swallowed, {name}", done.returncode == 1 and b"did not confirm this proof" in done.stderr and
           b"proved\n" not in done.stdout, done)
    liar.lie = lambda *asked: asked
    os.rename(f"{where}/set/ben.share", f"{where}/ben.kept")
    with open(f"{where}/set/cat.share", encoding="ascii") as other:
        liar.twist = challenge(file=other.read())
        done = proved()
        ok("another's share is not kept", done.returncode == 1 and b"share of ben" in done.stderr and
           not os.path.exists(f"{where}/set/ben.share"), done)
    liar.twist = lambda target, body: body
    same("ben's own is", (proved().returncode, os.path.exists(f"{where}/set/ben.share")), (0, True))


def states(liar):
    """The liar tells another state: who waits for a quorum, or believes that it is open, is misled."""
    daemon, where = liar.daemon, liar.daemon.dir
    unsigned = b"is not signed by its core"

    def tell(path, **fields):
        own = fields.pop("own", {})

        def twist(target, body):
            if target.startswith(path):
                told = dict(json.loads(body), **fields)
                told["sealkit"].update(own)
                body = json.dumps(told).encode()
            return body
        return twist

    def status(*more):
        return tool("seal-status", *liar.through, *more)

    told = json.loads(daemon.ask(target="/v1/sys/seal-status").body)
    other = told["sealkit"]["unproved"][-1]
    same("ann's is given", (told["progress"], len(told["sealkit"]["given"])), (1, 1))
    for name, fields in (("open", {"sealed": False}), ("more given", {"progress": 2}), ("less", {"progress": 0}),
                         ("a threshold of one", {"t": 1}), ("another nonce", {"nonce": "0"}),
                         ("nobody gave", {"own": {"given": []}}), ("all have proved", {"own": {"unproved": []}}),
                         ("another gave", {"own": {"given": [other]}}),
                         ("another's mark", {"own": {"given": [dict(told["sealkit"]["given"][0], card=other["card"])]}}),
                         ("no sandbox", {"own": {"sandbox": "no landlock"}}), ("another epoch", {"own": {"epoch": 2}}),
                         ("no signature of the core", {"own": {"signature": "A" * 86 + "=="}})):
        liar.twist = tell("/v1/sys/seal-status", **fields)
        done = status()
        ok(f"{name}: seal-status finds it out", done.returncode == 6 and unsigned in done.stderr and not done.stdout, done)
        done = turn(where, liar.through, "ben")
        ok(f"{name}: seal-unseal gives nothing", done.returncode == 1 and unsigned in done.stderr and not done.stdout, done)
    liar.twist = lambda target, body: body
    kept = json.loads(daemon.ask(target="/v1/sys/seal-status?challenge=" + "0" * 64).body)
    liar.lie = lambda *asked: json.dumps(kept).encode() if asked[1].startswith("/v1/sys/seal-status") else asked
    done = status()
    ok("what was true once is not taken again", done.returncode == 6 and unsigned in done.stderr, done)
    liar.lie = lambda *asked: asked
    same("without a core given it is told that nothing was checked",
         b"not checked" in tool("seal-status", *liar.through[:4]).stdout, True)
    same("what is true is told", (status().returncode, b"by this core" in status().stdout), (1, True))
    same("nothing more is given", progress(daemon), 1)
    # After a share: that it is open, which it is not, and the other way round.
    liar.twist = tell("/v1/sys/unseal", sealed=False)
    done = turn(where, liar.through, "ann", "--reset")
    ok("an answer that says it is open", done.returncode == 1 and unsigned in done.stderr and b"OPEN" not in done.stdout, done)
    liar.twist = tell("/v1/sys/unseal", sealed=True)
    done = turn(where, liar.through, "cat")
    ok("an answer that says it is sealed", done.returncode == 1 and unsigned in done.stderr, done)
    liar.twist = lambda target, body: body
    done = turn(where, liar.through, "ann")
    same("it is open", (done.returncode, b"OPEN" in done.stdout), (0, True))


def inits(liar):
    """The liar has a root token made for itself, or another purpose; an init --again that never arrived."""
    daemon, where = liar.daemon, liar.daemon.dir
    with open(f"{where}/cards/cat.card", encoding="utf-8") as file:
        card = json.load(file)

    def init(out, *more):
        return tool("seal-init", *liar.through, "-k", "2", "--cards", f"{where}/cards", "--fingerprints", f"{where}/prints",
                    "--bootstrap-token", f"{daemon.state}/bootstrap-token", "-o", f"{where}/{out}", *more)

    def asked(change):
        def lie(method, target, body):
            with open(f"{daemon.state}/bootstrap-token", encoding="ascii") as file:
                head = f"X-Vault-Token: {file.read().strip()}\r\n"
            if method == "PUT" and target.startswith("/v1/sys/init"):
                told = json.loads(body)
                change(told["sealkit"])
                body = json.dumps(told).encode()
            return method, target, body, head
        return lie

    def strip(target, body):
        told = json.loads(body)
        if "sealkit" in told and "root_token_file" in told["sealkit"]:
            del told["sealkit"]["root_token_file"]
            body = json.dumps(told).encode()
        return body

    def lost(own):
        raise ValueError("dropped")

    def set_of(out):
        with open(f"{where}/{out}/manifest", encoding="utf-8") as file:
            return file.read().split("set: ")[1][:32]

    liar.twist = strip
    for name, fields, text in (("a root token for the liar", {"root_token_card": card}, b"root token is not as it was asked"),
                               ("another purpose", {"purpose": "evil"}, b"another purpose")):
        liar.lie = asked(lambda own, fields=fields: own.update(fields))
        done = init(name.split()[-1], "--again")
        ok(f"{name}: refused", done.returncode == 1 and text in done.stderr and
           not os.path.exists(f"{where}/{name.split()[-1]}"), done)
    liar.twist = lambda target, body: body
    liar.lie = asked(lambda own: None)
    same("as it was asked: taken", init("first", "--again").returncode, 0)
    liar.lie = asked(lost)
    same("--again that never arrived", init("second", "--again").returncode, 6)
    liar.lie = asked(lambda own: None)
    same("the same again", init("second", "--again").returncode, 0)
    ok("is another set", set_of("first") != set_of("second"))
    same("a root token that was asked for", init("third", "--again", "--root-token-card", f"{where}/cards/cat.card").returncode, 0)
    replayed(liar, init, asked(lambda own: None))
    unasked(liar, init, asked(lambda own: None))
    liar.lie = lambda *told: told


def replayed(liar, init, lie):
    """What the core said of a set that it has forgotten since."""
    kept = []

    def keep(target, body):
        if target.startswith("/v1/sys/init"):
            kept.append(body)
            return kept[0]
        return body

    liar.lie, liar.twist = lie, keep
    same("the answer that is kept", init("kept", "--again").returncode, 0)
    done = init("replayed", "--again")
    ok("an older set's answer is refused", done.returncode == 1 and b"the daemon's is" in done.stderr and len(kept) == 2, done)
    ok("and no folder is made of it", not os.path.exists(f"{liar.daemon.dir}/replayed"))
    liar.twist = lambda target, body: body


def unasked(liar, init, lie):
    """A state that the core has not signed: it gets neither wish nor bootstrap token."""
    asked = []

    def count(method, target, body):
        asked.append((method, target.split("?")[0]))
        return lie(method, target, body)

    def empty(target, body):
        told = json.loads(body)
        if target.startswith("/v1/sys/seal-status"):
            told.update(initialized=False)
        return json.dumps(told).encode()

    liar.lie, liar.twist = count, empty
    done = init("unasked")
    ok("a state that is not the core's", done.returncode == 1 and b"nothing was asked of it" in done.stderr, done)
    same("nothing more was asked", asked, [("GET", "/v1/sys/seal-status")])
    liar.twist = lambda target, body: body


def main():
    daemon = Daemon("seald")
    liar = Liar(daemon)
    enroll(daemon.dir)
    inits(liar)
    daemon.end("lies at init")
    daemon = Daemon("seald")
    liar = Liar(daemon)
    enroll(daemon.dir)
    done = make_set(daemon, way(daemon, daemon.port))
    same("init", (done.returncode, done.stderr), (0, SOFTWARE))
    swallowed(liar)
    twisted(liar)
    turned_about(liar)
    overtaken(liar)
    proofs(liar)
    states(liar)
    daemon.end("lies")
    Tap.done()


main()
