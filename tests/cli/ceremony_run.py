"""A ceremony walked at a terminal: each page, each key, and what is in the transcript behind them."""

import json
import os
import re
import signal
import subprocess
import sys

from pages import Pages
from person import Person, ok, plan

DIR = sys.argv[1]
signal.alarm(400)  # whatever hangs is a failure
rc = os.path.join(DIR, "rc")
PHRASE = {who: f"phrase of {who}" for who in ("alice", "bruno", "david", "emma")}


def lines(folder):
    with open(os.path.join(DIR, folder, "transcript.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def page(person):
    """What is on the screen now."""
    screen = Pages()
    screen.write(person.raw())
    return screen


def at(person, step, *says):
    """The page of a step is there, says this, and asks."""
    person.sees(f"Step {step} of ", *says, "a = abort", "> ")


def by(person, who="zw"):
    person.sees("Done by (name or initials): ")
    person.types(who)


def to_the_shares(person):
    """Steps 1 to 6: roll-call, clock, material, software, words, daemon."""
    at(person, 1)
    person.types("")
    person.sees("absent")
    person.types("")
    at(person, 2)
    person.types("")  # walt's
    for step in (3,):
        at(person, step)
        person.types("")
        by(person)
    at(person, 4)
    person.types("")  # zoe's
    at(person, 5)
    person.types("")
    by(person)
    at(person, 6)
    person.types("")
    at(person, 7)


def phrase(person, who):
    person.sees(f"{who}: passphrase of identity file {who}.identity: ")
    person.types(PHRASE[who])


def looks(person):
    person.runs("walk -o one plan")
    at(person, 1)
    screen = page(person)
    text = screen.text()
    ok("the page fits 80x24", not screen.long and screen.scrolled == 0, text)
    ok("its first line has the kind, the purpose and the time",
       re.match(r"Unseal · key of the vault +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$", text.splitlines()[0]), text)
    ok("the step stands out", screen.bold)
    ok("whose turn it is, and what must be seen", "\nzoe\n" in text and "To be seen: Each answers" in text, text)
    ok("the words of the plan", all(word in text for word in words()), text)
    ok("one step alone", text.count("Step ") == 1 and "watch of one's own" not in text, text)
    first = text.splitlines()[0][-12:]
    person.sees("\x1b8")
    ok("the time goes on", page(person).text().splitlines()[0][-12:] != first and "\n>" in page(person).text(), text)
    person.tty.setwinsize(20, 50)
    person.sees("Step 1 of 13", "> ")
    screen = Pages(50, 20)
    screen.write(person.raw()[person.raw().rindex("\x1b[H\x1b[2J"):])
    ok("narrower: drawn anew, no line is longer", not screen.long, screen.text())
    person.tty.setwinsize(24, 80)
    person.sees("Step 1 of 13", "> ")
    person.suspended("Ctrl-Z", "d")
    person.sees("Step 1 of 13", "> ")
    person.types("q")
    person.sees("That is no key of this page.", "> ")
    person.stopped("Ctrl-C at the first step")
    ok("the start is in the transcript, and nothing else", [line["kind"] for line in lines("one")] == ["start"], lines("one"))


def words():
    return os.popen(f"{os.environ['BUILD']}/bin/seal-ceremony show --json {DIR}/plan").read().split('"words":"')[1].split('"')[0].split()


def notes(person):
    """Deviation, break, somebody who comes; then a stop, a day's pause in the break, and on."""
    person.runs("again -o one plan")
    at(person, 1)
    person.types("")
    person.sees("absent")
    person.types("david")
    person.sees("absent")
    person.types("")
    at(person, 2)
    person.types("d")
    person.sees("What was expected: ")
    person.types("l’horloge à l’heure \x1b[31m")
    person.sees("What was expected: ")
    person.types("l’horloge à l’heure")
    person.sees("What happened: ")
    person.types("two minutes late")
    person.sees("What was decided: ")
    person.types("")
    person.sees("What was decided: ")
    person.types("go on")
    person.sees("By whom")
    person.types("walt")
    person.sees("(yes or no) ")
    person.types("perhaps")
    person.sees("(yes or no) ")
    person.types("yes")
    at(person, 3, "Written down.")
    person.types("p")
    person.sees("Who (name): ")
    person.types("david")
    person.sees("(c or g): ")
    person.types("c")
    person.sees("Why: ")
    person.types("the train was late")
    at(person, 3)
    person.types("b")
    person.sees("Until when (UTC): ")
    person.types("14:00")
    person.sees("(two names): ")
    person.types("zoe, walt")
    person.sees("By whom")
    person.types("zoe")
    person.sees("BREAK", "who says so (name or initials): ")
    person.stopped("Ctrl-C in a break")
    person.runs("again -o one plan")
    person.sees("BREAK", "who says so (name or initials): ")
    person.types("zoe")
    at(person, 3)
    said = [(line["kind"], line.get("person"), line.get("result")) for line in lines("one")]
    ok("all of it is in the transcript, in its order", said == [
        ("start", None, None), ("resume", None, None), ("person", "david", "absent"), ("step", "zoe", "done"),
        ("deviation", "walt", None), ("step", "walt", "skipped"), ("person", "david", "comes"), ("break", "zoe", None),
        ("resume", "zoe", None)], said)
    ok("in the words that were typed", lines("one")[4]["text"] ==
       "expected: l’horloge à l’heure; happened: two minutes late; decided: go on", lines("one")[4])


def shares(person):
    """alice's share, refused once; a crash; david's place taken by emma."""
    person.types("")
    by(person)
    at(person, 4)
    person.types("")
    at(person, 5)
    person.types("")
    by(person)
    at(person, 6)
    person.types("")
    at(person, 7, "0 / 2 given", "Done: ", "sealed, signed by the core")
    text = page(person).text()
    ok("progress of quorum and groups", all(part in text for part in (
        "0 / 2 given: nobody", "ops 0 / 1 · security 0 / 1", "still possible: alice, bruno, david, emma")), text)
    person.types("")
    person.sees("alice: passphrase of identity file alice.identity: ")
    person.types("planted PIN 4711")
    person.sees("wrong passphrase")
    person.stopped("Ctrl-C at a passphrase")
    person.runs("seal-ceremony resume -s set -i david.identity -o one plan")
    at(person, 7)
    person.types("")
    at(person, 7, "REFUSED: ", "no token here opens a share that is still wanted of alice")
    ok("what was refused is written down", [(line["person"], line["result"], "no token here" in line["text"]) for line in lines("one")[-1:]]
       == [("alice", "refused", True)], lines("one")[-1:])
    person.stopped("Ctrl-C after a refusal")
    person.runs("again -o one plan")
    at(person, 7)
    person.types("")
    phrase(person, "alice")
    at(person, 8, "1 / 2 given: alice", "ops 1 / 1 · security 0 / 1", "Done: alice: share accepted: 1 of 2")
    ok("the share is in the transcript before the page says so",
       [(line["person"], line["step"], len(line["card"])) for line in lines("one")[-1:]] == [("alice", "give", 64)], lines("one")[-1:])
    os.kill(walker(person), signal.SIGKILL)
    person.ends("kill -9", 137)
    person.runs("again -o one plan")
    at(person, 8, "Gone on with: nothing was lost.")
    person.types("s")
    person.sees("Which deputy (name): ")
    person.types("bruno")
    at(person, 8, "names no such deputy")
    person.types("s")
    person.sees("Which deputy (name): ")
    person.types("emma")
    person.sees("Why: ")
    person.types("his token is broken")
    person.sees("By whom")
    person.types("zoe")
    phrase(person, "emma")
    at(person, 9, "Done: emma: share accepted: open, 2 of 2")
    person.types("")
    at(person, 10, "Done: zoe: ", "open, signed by the core")


def walker(person):
    """The process in the foreground."""
    with open(f"/proc/{person.tty.pid}/stat", encoding="ascii") as file:
        return int(file.read().rsplit(")", 1)[1].split()[5])


def end(person):
    """Deviations, bags, close; who signs with what; a crash among the signatures; on, and done."""
    person.types("")
    at(person, 11)
    person.types("")
    by(person)
    at(person, 12)
    person.types("")
    at(person, 13)
    person.types("")
    for who, how in (("alice", "t"), ("david", "i"), ("emma", "t")):
        person.sees(f"{who}: signs with the token, or in ink? (t or i) ")
        person.types(how)
    person.sees("The head of the transcript, to be read aloud: ", "alice: plug in the token and press Enter to sign")
    person.types("")
    phrase(person, "alice")
    person.sees("alice: signed, and verified.", "emma: plug in the token")
    person.stopped("Ctrl-C among the signatures")
    head = checkpoint("one")
    ok("one has signed", len(head) == 1 and head[0].startswith("— alice "), head)
    person.runs("again -o one plan")
    person.sees("emma: plug in the token and press Enter to sign")
    person.types("")
    phrase(person, "emma")
    person.sees("emma: signed, and verified.")
    person.ends("the end", 0, "transcript.jsonl: ")
    ok("both have signed", [line.split()[1] for line in checkpoint("one")] == ["alice", "emma"], checkpoint("one"))
    last = [(line["kind"], line.get("person"), line.get("result")) for line in lines("one")[-7:]]
    ok("who signs with what stands before the end", last == [
        ("step", "alice", "signs"), ("step", "david", "ink"), ("step", "emma", "signs"), ("step", "zoe", "ink"), ("step", "walt", "ink"),
        ("step", None, "done"), ("end", None, None)], last)
    person.runs("again --json -o one plan")
    person.ends("again: nothing is left to do", 0, '"ended":true,"aborted":false,"steps":13,"deviations":2')


def checkpoint(folder):
    with open(os.path.join(DIR, folder, "transcript.jsonl.checkpoint"), encoding="utf-8") as file:
        return file.read().split("\n\n", 1)[1].splitlines()


def refusals(person):
    for name, command, says in (
            ("a rehearsal goes on in earnest", "again -o one rehearsal", "another plan"),
            ("another plan", "again -o one drill", "another plan"),
            ("a kind that has no walk", "walk -o two rotate", "a plan of kind rotate cannot be walked"),
            ("nothing to go on with", "again -o two plan", "nothing was begun there"),
            ("no folder", "walk plan", "--output: missing"),
            ("no set", "seal-ceremony run -o two plan", "--set: missing"),
            ("another language", "walk -l de -o two plan", "--language: en or fr"),
            ("a set that is another", "walk -s cards -o two plan", "given twice")):
        person.runs(command)
        status = {"another language": 2, "no folder": 2, "no set": 2, "a kind that has no walk": 2, "a set that is another": 2}.get(name, 1)
        person.ends(name, status, says)
    ok("nothing was made", not os.path.exists(os.path.join(DIR, "two")))
    person.runs("cp -r one three; sed -i 's/\"result\":\"skipped\"/\"result\":\"done\"/' three/transcript.jsonl; again -o three plan")
    person.ends("a line that was changed behind the signatures", 1, "checkpoint: signed for")


def abort(person):
    """Without colour, at a terminal that knows no escapes, in French; aborted, and signed."""
    before = len(person.log.text)
    person.runs("TERM=dumb NO_COLOR=1 walk -l fr -o four plan")
    person.sees("Étape 1 sur 13", "a = abandon", "> ")
    ok("no escape reaches it", "\x1b" not in person.log.text[before:], repr(person.log.text[before:]))
    person.types("a")
    person.sees("(oui ou non) ")
    person.types("non")
    person.sees("Étape 1 sur 13", "> ")
    person.types("a")
    person.sees("(oui ou non) ")
    person.types("oui")
    person.sees("(oui ou non) ")
    person.types("oui")
    person.sees("Pourquoi : ")
    person.types("alarme incendie")
    person.sees("Par qui")
    person.types("zoe")
    for who in ("alice", "david", "emma"):
        person.sees(f"{who}: brancher le jeton")
        person.types("" if who == "alice" else "l")
        if who == "alice":
            phrase(person, who)
    person.ends("abort", 1)
    ok("its line is the last, and signed", lines("four")[-1]["kind"] == "abort" and len(checkpoint("four")) == 1)
    person.runs("again -o four plan")
    for who in ("david", "emma"):
        person.sees(f"{who}: plug in the token", "unsigned) ")
        person.types("l")
    person.ends("an abort is the end", 1, "aborted: what was in force stays in force")


def drill(person):
    """Each proves; the daemon is open, and no share leaves the machine."""
    person.runs("walk -o five drill")
    to_the_shares(person)
    person.types("")
    phrase(person, "alice")
    at(person, 8, "1 / 2 proved", "Done: alice: proved, signed by the core")
    person.stopped("Ctrl-C in a drill")
    person.runs("again -o five drill")
    at(person, 8)
    person.types("d")
    for answer in ("david", "no david", "go on", "zoe", "yes"):
        person.sees(": " if answer != "yes" else "(yes or no) ")
        person.types(answer)
    at(person, 9)
    person.stopped("drill, Ctrl-C")


def minutes(*arguments):
    tool = os.path.join(os.environ["BUILD"], "bin", "seal-ceremony")
    return subprocess.run([tool, "minutes", *arguments], capture_output=True, text=True, timeout=60, check=False)


def papers():
    """The minutes of the first walk, in both languages and forms; and of those that must not pass for whole."""
    one, made = os.path.join(DIR, "one"), os.path.join(DIR, "plan")
    cards = os.path.join(DIR, "cards")
    times = [line["time"] for line in lines("one")]
    for language, form, says in (
            ("en", "text", ("Minutes: Unseal", "LEFT OUT", "refused", "expected: l’horloge à l’heure; happened: two minutes late;", "absent",
                            "signed with the token; verified", "____________________")),
            ("fr", "text", ("Procès-verbal: Ouverture", "OMIS", "écart", "l’horloge à l’heure", "signé avec le jeton ; vérifié")),
            ("en", "html", ("<h1>Minutes · Unseal</h1>", "<td>LEFT OUT</td>", "<td>signed with the token; verified</td>", "</html>")),
            ("fr", "html", ("<h1>Procès-verbal · Ouverture</h1>", "<td>signé avec le jeton ; vérifié</td>", "</html>"))):
        got = minutes("-c", cards, "-l", language, "-f", form, one, made)
        text = " ".join(got.stdout.split())
        ok(f"minutes, {language}, {form}", got.returncode == 0 and all(part in text for part in says), f"{got.stderr}\n{got.stdout}")
        steps = [line["time"] for line in lines("one") if line["kind"] == "step" and line["result"] not in ("signs", "ink")]
        ok(f"minutes, {language}, {form}: each step with its time", all(time in text for time in steps), got.stdout)
        ok(f"minutes, {language}, {form}: two tokens, and three who sign in ink",
           text.count(says[-1] if form == "text" and language == "fr" else "verified" if language == "en" else "vérifié") == 2, got.stdout)
        ok(f"minutes, {language}, {form}: begun and ended", times[0] in text and times[-1] in text)
    out = os.path.join(DIR, "paper")
    got = minutes("-c", cards, "--json", "-o", out, one, made)
    ok("minutes, as JSON", json.loads(got.stdout) == {"result": "OK", "exit": 0, "signed": 2, "missing": 0}, got)
    ok("and the paper is there", os.path.getsize(out) > 1000)
    got = minutes(one, made)
    ok("without the cards nothing is verified: exit 1", got.returncode == 1 and "2 signatures are promised and not there" in got.stderr, got)
    ok("and the paper says so", got.stdout.count("PROMISED with the token, and MISSING") == 2, got.stdout)
    got = minutes("-c", cards, os.path.join(DIR, "four"), made)
    ok("minutes of an abort", got.returncode == 0 and "ABORTED (UTC)" in got.stdout and "alarme incendie" in got.stdout, got)
    got = minutes("-c", cards, os.path.join(DIR, "five"), os.path.join(DIR, "drill"))
    ok("of one that is not finished", got.returncode == 0 and "NOT FINISHED (UTC)" in got.stdout, got)
    for name, arguments, status, says in (
            ("changed behind the signatures", (os.path.join(DIR, "three"), made), 1, "signed for another head"),
            ("of another plan", (one, os.path.join(DIR, "drill")), 1, "of another plan"),
            ("of a rehearsal", (one, os.path.join(DIR, "rehearsal")), 1, "of another plan"),
            ("of nothing", (os.path.join(DIR, "cards"), made), 1, "transcript"),
            ("without a plan", (one,), 2, "are needed"),
            ("in another language", ("-l", "de", one, made), 2, "en or fr"),
            ("in another form", ("-f", "pdf", one, made), 2, "html or text")):
        got = minutes(*arguments)
        ok(f"minutes {name}: exit {status}, one line", got.returncode == status and says in got.stderr and got.stderr.count("\n") == 1, got)
    ok("nothing was made by that", not os.path.exists(os.path.join(DIR, "cards", "transcript.jsonl")))


looking = Person(rc)
looks(looking)
notes(looking)
shares(looking)
end(looking)
refusals(looking)
drill(looking)
abort(looking)
looking.hides("the walk", *PHRASE.values())
for found in ("one", "five", "four"):
    with open(os.path.join(DIR, found, "transcript.jsonl"), encoding="utf-8") as kept:
        TEXT = kept.read()
    ok(f"{found}: no secret is in the transcript", not any(s in TEXT for s in [*PHRASE.values(), "planted PIN 4711"]))
looking.close()
papers()
plan()
