"""Walks ceremonies, and kills the walk at random moments: it goes on where the transcript ends, and no step is done or told twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pexpect
from person import Person, ok, plan

DIR, BIN, SEED, KILLS = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
signal.alarm(60 + 20 * KILLS)  # whatever hangs is a failure
draw = random.Random(SEED)
ANSWERS = (
    (r"sh> $", None), (r"\n> ", ""), (r"Enter: nobody else\): ", ""), (r"Done by \(name or initials\): ", "zw"),
    (r"(alice|bruno): passphrase of identity file \w+\.identity: ", "phrase of %s"), (r"\(t or i\) ", "t"),
    (r"leave it unsigned\) ", ""))
kills = 0


def walker(person):
    """The process in the foreground; 0: the shell."""
    with open(f"/proc/{person.tty.pid}/stat", encoding="ascii") as file:
        group = int(file.read().rsplit(")", 1)[1].split()[5])
    return 0 if group == person.tty.pid else group


def kill(person):
    """Somewhere in what follows an answer: a write, a call of the daemon, Argon2, or the next page."""
    global kills
    time.sleep(draw.choice((0, 0.001, 0.005, 0.02, 0.1, 0.4)) * draw.random())
    pid = walker(person)
    if pid:
        os.kill(pid, signal.SIGKILL)
        kills += 1
    return pid


def turn(person):
    """One question answered. True: the walk has ended by itself, or was killed."""
    found = person.tty.expect([pattern for pattern, _ in ANSWERS])
    answer = ANSWERS[found][1]
    if answer is None:
        return True
    person.types(answer % person.tty.match.group(1) if "%" in answer else answer)
    if kills < KILLS and draw.random() < 0.25 and kill(person):
        person.tty.expect_exact("sh> ")  # behind pages that nobody answers any more
        return True
    return False


def life(person, folder, made):
    """One ceremony, however often it is killed. The exit status of its end."""
    for _ in range(10 * KILLS + 10):
        person.runs(f"walk -o {folder} {made}")
        while not turn(person):
            continue
        status, _ = person.status()
        if status != 137:
            return status
        lines(folder)
    return -1


def lines(folder):
    """All but a torn last one, which was never told of."""
    path = os.path.join(DIR, folder, "transcript.jsonl")
    if not os.path.exists(path):
        return []
    with open(path, "rb") as file:
        whole = file.read().rpartition(b"\n")[0]
    found = [json.loads(line) for line in whole.split(b"\n") if line]
    assert [line["seq"] for line in found] == list(range(1, len(found) + 1)), found
    return found


def judge(folder, made, status):
    ok(f"{folder}: ends well", status == 0, status)
    found = lines(folder)
    rows = [line["row"] for line in found if line["kind"] == "step" and line["result"] in ("done", "skipped", "not needed")]
    ok(f"{folder}: each row ended once, in order", rows == list(range(1, len(rows) + 1)) and len(rows) >= 12, rows)
    ok(f"{folder}: begun once and ended once", [line["kind"] for line in found].count("start") == 1 and found[-1]["kind"] == "end")
    refused = [line for line in found if line.get("result") == "refused"]
    ok(f"{folder}: nothing was refused", not refused, refused)
    got = subprocess.run([os.path.join(BIN, "seal-ceremony"), "minutes", "-c", os.path.join(DIR, "cards"), "--json", "-o",
                          os.path.join(DIR, folder, "paper"), os.path.join(DIR, folder), os.path.join(DIR, made)],
                         capture_output=True, text=True, timeout=60, check=False)
    said = json.loads(got.stdout)
    ok(f"{folder}: all signatures are there", said["signed"] == 2 and said["missing"] == 0, got)


custodians = Person(os.path.join(DIR, "rc"))
lived = 0
while kills < KILLS or lived < 2:
    name, kind = f"life{lived}", "drill" if lived else "unseal"
    try:
        code = life(custodians, name, kind)
    except pexpect.TIMEOUT:
        code = "it hangs: " + custodians.raw()[-600:]
    judge(name, kind, code)
    lived += 1
ok(f"{kills} kills", kills == KILLS)
custodians.close()
plan()
