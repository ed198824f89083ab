"""Processes of seald: their deaths, the stop, the reload, readiness."""
import base64
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess

from daemon import Answer, Daemon, Tap, is_closed, make_certificate, ok, same, send, until
from memory import memory_has, scalar


def counted(daemon, sock=None):
    return json.loads(daemon.ask(sock=sock).body)


def a_gate_dies(daemon):
    core = daemon.core()
    first = counted(daemon)["requests"]
    for turn in range(4):
        old = daemon.gates()
        os.kill(old[0], signal.SIGKILL)
        ok(f"gate killed, turn {turn}: another one comes", until(
            lambda: len(daemon.gates()) == 2 and old[0] not in daemon.gates()))
    # More connections than one gate takes at a time, so the new one serves some too.
    socks = [daemon.connect() for _ in range(40)]
    same("new gates serve", [daemon.ask(sock=s).status for s in socks], [200] * 40)
    told = counted(daemon)
    same("the core is the same, nothing was sealed", (told["pid"], told["requests"]), (core, first + 41))
    for sock in socks:
        sock.close()
    for pid in daemon.gates():
        os.kill(pid, signal.SIGKILL)
    # Nobody accepts now; the connection waits in the listening socket for the next gate.
    same("both killed: a client waits and is served", daemon.ask().status, 200)
    ok("the log tells it", daemon.log().count("a gate was killed by signal 9") == 6)


def the_core_dies():
    daemon = Daemon()
    others = daemon.children()
    with daemon.connect() as sock:
        daemon.ask(sock=sock)
        os.kill(daemon.core(), signal.SIGKILL)
        same("core killed: exit status", daemon.wait(), 3)
        ok("core killed: nothing is left", until(lambda: not any(os.path.exists(f"/proc/{p}") for p in others)))
        ok("core killed: connections end", is_closed(sock))
    ok("core killed: the log says so", "the core was killed by signal 9" in daemon.log()
       and "everything stops" in daemon.log())
    daemon.clean()


def the_supervisor_dies():
    daemon = Daemon()
    others = daemon.children()
    daemon.process.kill()
    daemon.process.wait()
    ok("supervisor killed: nothing is left", until(lambda: not any(os.path.exists(f"/proc/{p}") for p in others)))
    daemon.clean()


def the_stop():
    daemon = Daemon()
    idle = daemon.connect()
    daemon.ask(sock=idle)
    socks = [daemon.connect() for _ in range(4)]
    before = os.path.getsize(f"{daemon.dir}/audit")
    for sock in socks:
        send(sock, "PUT", "/v1/fake/slow?200", b"x")
    until(lambda: os.path.getsize(f"{daemon.dir}/audit") > before)
    daemon.process.send_signal(signal.SIGTERM)
    answers = [Answer(sock) for sock in socks]
    same("SIGTERM: what is in flight is answered", [(a.status, a.whole) for a in answers], [(200, True)] * 4)
    same("SIGTERM: and closed", answers[3].fields.get("connection"), "close")
    ok("SIGTERM: an idle connection is closed", is_closed(idle))
    daemon.end("SIGTERM")

    daemon = Daemon()
    same("SIGINT: exit status", daemon.stop(signal.SIGINT), 0)
    ok("the log has one line of it", daemon.log().endswith("seald: stopped\n"))
    daemon.clean()


def presented(daemon):
    with daemon.connect(ssl._create_unverified_context()) as sock:
        return sock.getpeercert(binary_form=True)


def the_reload():
    where = Daemon(start=False)
    first = make_certificate(where.dir, "first")
    second = make_certificate(where.dir, "second")
    live = (f"{where.dir}/live.pem", f"{where.dir}/live.key")
    der = {}
    for name, pair in (("first", first), ("second", second)):
        with open(pair[0], encoding="ascii") as pem:
            der[name] = ssl.PEM_cert_to_DER_cert(pem.read())

    def put(pair):
        shutil.copy(pair[0], live[0])
        shutil.copy(pair[1], live[1])

    put(first)
    daemon = Daemon(tls=(*live, ""))
    ok("SIGHUP: before", presented(daemon) == der["first"])
    old = daemon.connect(daemon.context(cafile=first[0]))
    daemon.ask(sock=old)
    gates = daemon.gates()
    send(old, "GET", "/v1/fake/slow?300")
    put(second)
    daemon.process.send_signal(signal.SIGHUP)
    ok("SIGHUP: told when it is done", until(lambda: "was read again" in daemon.log()))
    ok("SIGHUP: new connections get the new certificate",
       all(presented(daemon) == der["second"] for _ in range(20)))
    same("SIGHUP: what was in flight is answered", Answer(old).status, 200)
    same("SIGHUP: the old connection lives", daemon.ask(sock=old).status, 200)
    same("SIGHUP: by the same gates", daemon.gates(), gates)
    for name, text in (("garbage", "nothing\n"), ("other key", open(first[1], encoding="ascii").read())):
        before = daemon.log().count("the old certificate stays")
        with open(live[1], "w", encoding="ascii") as key:
            key.write(text)
        daemon.process.send_signal(signal.SIGHUP)
        ok(f"SIGHUP with {name}: the log says why",
           until(lambda: daemon.log().count("the old certificate stays") == before + 1))
        ok(f"SIGHUP with {name}: the old certificate stays", presented(daemon) == der["second"])
    os.unlink(live[0])
    for pid in daemon.gates():
        os.kill(pid, signal.SIGKILL)
    ok("a gate that starts later has the last good one", presented(daemon) == der["second"])
    old.close()
    daemon.end("SIGHUP")
    where.clean()


def readiness():
    for kind in ("path", "abstract"):
        where = Daemon(start=False)
        name = f"{where.dir}/notify" if kind == "path" else f"\0{where.dir}/notify"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(name)
        listener.settimeout(60)
        daemon = Daemon(env={"NOTIFY_SOCKET": name.replace("\0", "@")})
        same(f"notify, {kind}: ready", listener.recv(1000), b"READY=1")
        same(f"notify, {kind}: and serves", daemon.ask().status, 200)
        daemon.process.send_signal(signal.SIGHUP)
        ok(f"notify, {kind}: reloading", re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", listener.recv(1000)))
        same(f"notify, {kind}: reloaded", listener.recv(1000), b"READY=1")
        daemon.process.send_signal(signal.SIGTERM)
        same(f"notify, {kind}: stopping", listener.recv(1000), b"STOPPING=1")
        daemon.end(f"notify, {kind}")
        where.clean()


def who_has_what(daemon):
    first = daemon.cert
    needles = scalar(first.replace("cert.pem", "key.pem"))
    daemon.ask()
    if os.geteuid() == 0:
        ok("gates have the TLS key", all(memory_has(pid, needles) for pid in daemon.gates()))
        ok("the core has not", not memory_has(daemon.core(), needles))
    for pid in daemon.gates() + [daemon.core()]:
        opened = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        # The pipe is libevent's, to itself.
        allowed = rf"/dev/null|{daemon.dir}/log|socket:.*|pipe:.*|anon_inode:\[eventpoll\]"
        if pid == daemon.core():
            allowed += rf"|{daemon.dir}/audit"
        same(f"descriptors of {'the core' if pid == daemon.core() else 'a gate'}",
             [name for name in opened if not re.fullmatch(allowed, name)], [])
    with open(f"{daemon.dir}/log", encoding="utf-8") as log, open(daemon.cert.replace("cert", "key"), encoding="ascii") as key:
        text = log.read()
        ok("the log has no line of the key", not any(line in text for line in key.read().splitlines()[1:-1]))
    for path, mode in ((daemon.cert, 0o600), (f"{daemon.dir}/audit", 0o600), (daemon.state, 0o700)):
        same(f"mode of {os.path.basename(path)}", os.stat(path).st_mode & 0o777, mode)
    der = subprocess.run(f"openssl x509 -in {daemon.cert} -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary",
                         shell=True, capture_output=True, check=True).stdout
    same("the pin is the key's", daemon.pin, "sha256//" + base64.b64encode(der).decode())
    pin = daemon.pin
    daemon.stop()
    daemon.start()
    same("the next start has the same certificate", daemon.pin, pin)


def main():
    daemon = Daemon()
    who_has_what(daemon)
    a_gate_dies(daemon)
    daemon.end("life")
    the_core_dies()
    the_supervisor_dies()
    the_stop()
    the_reload()
    readiness()
    Tap.done()


main()
