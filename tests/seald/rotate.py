"""The audit file is moved away and SIGHUP is sent, while requests come."""
import hashlib
import json
import os
import signal
import threading

from daemon import Daemon, Tap, ok, same, until

TURNS = 4
STAYS = "the old audit file stays"
NEW = "goes on in a new audit file"


class Load:
    """Clients that ask without a pause, each time from another address."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.statuses = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(3)]
        for thread in self.threads:
            thread.start()

    def run(self):
        while not self.over.is_set():
            with self.daemon.connect() as sock:
                for _ in range(20):
                    self.statuses.append(self.daemon.ask(target="/v1/sys/seal-status", sock=sock).status)

    def more(self):
        count = len(self.statuses)
        return until(lambda: len(self.statuses) > count + 50)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


def raw_lines(path):
    with open(path, "rb") as audit:
        return audit.read().splitlines(keepends=True)


def hup(daemon, text, count):
    daemon.process.send_signal(signal.SIGHUP)
    return until(lambda: daemon.log().count(text) == count)


def rotated():
    daemon = Daemon("seald")
    audit = f"{daemon.dir}/audit"
    load = Load(daemon)
    for turn in range(TURNS):
        load.more()
        os.rename(audit, f"{audit}.{turn}")
        ok(f"turn {turn}: the log tells it", hup(daemon, NEW, turn + 1))
        ok(f"turn {turn}: requests are answered", load.more())
    load.end()
    same("each request was answered", set(load.statuses), {200})
    files = [raw_lines(f"{audit}.{turn}") for turn in range(TURNS)] + [raw_lines(audit)]
    numbers = [json.loads(line)["seq"] for lines in files for line in lines]
    same("no number is lost or given twice", numbers, list(range(1, len(numbers) + 1)))
    kinds = [json.loads(line)["type"] for lines in files for line in lines]
    same("two lines for each request", (kinds.count("request"), kinds.count("response")), (len(load.statuses),) * 2)
    for before, after in zip(files, files[1:]):
        first, last = json.loads(after[0]), json.loads(before[-1])
        same("a file says what it continues", (first["type"], first["previous"]), (
            "continue", {"seq": last["seq"], "sha256": hashlib.sha256(before[-1].rstrip(b"\n")).hexdigest()}))
        ok("and both lines of a request are in one file", json.loads(before[-1])["type"] == "response"
           and json.loads(after[1])["type"] == "request")
    same("mode of the new file", os.stat(audit).st_mode & 0o777, 0o600)
    opened = {os.readlink(f"/proc/{daemon.core()}/fd/{fd}") for fd in os.listdir(f"/proc/{daemon.core()}/fd")}
    same("the core holds the new one alone", [name for name in opened if "/audit" in name], [audit])
    seq = len(numbers)
    ok("SIGHUP without a move", hup(daemon, "was read again", TURNS + 1))
    daemon.ask(target="/v1/sys/health")
    same("goes on in the same file", [json.loads(line)["seq"] for line in raw_lines(audit)[-2:]], [seq + 1, seq + 2])
    same("and no other log line", daemon.log().count(NEW), TURNS)
    daemon.stop()
    daemon.start()
    daemon.ask(target="/v1/sys/health")
    same("the next start goes on, too", json.loads(raw_lines(audit)[-1])["seq"], seq + 4)
    daemon.end("rotated")


def kept():
    """What cannot be opened or taken: the old file stays, and one line of the log says so."""
    daemon = Daemon("seald", gates=1)
    audit, aside = f"{daemon.dir}/audit", f"{daemon.dir}/aside"
    daemon.ask(target="/v1/sys/health")
    os.rename(audit, aside)
    os.mkdir(audit)
    ok("a folder in its place: the log says why", hup(daemon, STAYS, 1) and "Is a directory" in daemon.log(), daemon.log())
    ok("the certificate is read all the same", until(lambda: "was read again" in daemon.log()))
    os.rmdir(audit)
    for number, text in ((2, "nothing of ours\n"), (3, '{"seq":1000}\n')):
        with open(audit, "w", encoding="ascii") as other:
            other.write(text)
        ok(f"another file in its place, {number}: the log says why", hup(daemon, STAYS, number), daemon.log())
        same(f"another file in its place, {number}: is as it was", open(audit, encoding="ascii").read(), text)
        os.unlink(audit)
    with open(audit, "wb") as other:
        os.fchmod(other.fileno(), 0o602)
    ok("a file that others may write: the log says why", hup(daemon, STAYS, 4) and "others may write" in daemon.log())
    os.unlink(audit)
    same("requests are answered", daemon.ask(target="/v1/sys/health").status, 501)
    same("in the old file", [json.loads(line)["seq"] for line in raw_lines(aside)], [1, 2, 3, 4])
    ok("when it is free: a new one", hup(daemon, NEW, 1))
    same("which goes on", json.loads(raw_lines(audit)[0])["seq"], 5)
    os.unlink(daemon.cert)
    os.rename(audit, f"{aside}-2")
    ok("a certificate that is missing does not hinder it", hup(daemon, NEW, 2) and until(
        lambda: "the old certificate stays" in daemon.log()))
    daemon.end("kept")


def main():
    rotated()
    kept()
    Tap.done()


main()
