"""An init walked at a terminal: cards read aloud, refused without the token file, made once, proved by each, signed by all."""

import json
import os
import shutil
import signal
import sys

from person import Person, ok, plan

DIR = sys.argv[1]
signal.alarm(300)  # whatever hangs is a failure
TRANSCRIPT = os.path.join(DIR, "made", "transcript.jsonl")


def lines():
    with open(TRANSCRIPT, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def at(person, step, *says):
    person.sees(f"Step {step} of 17", *says, "a = abort", "> ")


def phrase(person, who):
    person.sees(f"{who}: passphrase of identity file {who}.identity: ")
    person.types(f"phrase of {who}")


def before(person):
    for step in range(1, 7):
        at(person, step)
        person.types("")
        if step == 1:
            person.sees("absent")
            person.types("")
        if step in (3, 5):
            person.sees("Done by (name or initials): ")
            person.types("all")
    at(person, 7, "Done: zoe: ", "not initialised, signed by the core")
    for step in (7, 8, 9):
        person.types("")
        at(person, step + 1)


def end(person):
    at(person, 14)
    person.types("")
    at(person, 15)
    person.types("")
    person.sees("Done by (name or initials): ")
    person.types("all")
    at(person, 16)
    person.types("")
    at(person, 17)
    person.types("")
    for who in ("alice", "bruno", "chloe"):
        person.sees(f"{who}: signs with the token, or in ink? (t or i) ")
        person.types("t")
    for who in ("alice", "bruno", "chloe"):
        person.sees(f"{who}: plug in the token and press Enter to sign")
        person.types("")
        phrase(person, who)
    person.ends("the end", 0, "transcript.jsonl: ")


one = Person(os.path.join(DIR, "rc"))
one.runs("walk -s set -o made plan")
one.ends("a set in force, with init", 2, "--set: not with init")
one.runs("bare --bootstrap-token none -o made plan")
before(one)
one.types("")
at(one, 10, "REFUSED: bootstrap token")
ok("nothing was made", not os.path.exists(os.path.join(DIR, "made", "set")))
ok("and it is written down", lines()[-1]["result"] == "refused" and lines()[-1]["step"] == "init", lines()[-1])
one.stopped("Ctrl-C before the init")
shutil.copy(TRANSCRIPT, TRANSCRIPT + ".before")
one.runs("walk -o made plan")
at(one, 10)
one.types("")
at(one, 11, "0 / 3 proved", "Done: zoe: share set ")
made = lines()[-1]["text"]
one.stopped("Ctrl-C after the init")
shutil.move(TRANSCRIPT + ".before", TRANSCRIPT)  # as after a power cut between the two
one.runs("walk -o made plan")
at(one, 10, "Gone on with")
one.types("")
at(one, 11, "Done: zoe: share set ")
ok("it is the same set, made once", lines()[-1]["text"] == made, (made, lines()[-1]))
for number, who in enumerate(("alice", "bruno", "chloe")):
    one.types("")
    phrase(one, who)
    if number < 2:
        at(one, 12 + number, f"{number + 1} / 3 proved", f"Done: {who}: proved, signed by the core")
end(one)
ok("each proof is in the transcript", [(line["person"], line["result"]) for line in lines() if line.get("step") == "prove"]
   == [(who, "done") for who in ("alice", "bruno", "chloe")])
one.close()
with open(TRANSCRIPT, encoding="utf-8") as kept:
    TEXT = kept.read()
with open(os.path.join(DIR, "state", "bootstrap-token"), encoding="ascii") as token:
    ok("no secret is in it", "phrase of" not in TEXT and token.read().strip() not in TEXT)
plan()
