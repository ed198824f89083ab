"""A walk through the tools with passphrase tokens: every screen, Ctrl-C at every question, two machines."""

import os
import signal
import subprocess
import sys
import time

from person import Person, Screen, ok, plan

DIR, SEALD = sys.argv[1], int(sys.argv[2])
signal.alarm(300)  # whatever hangs is a failure
ANN, BEN, CAT = "ann", "b" * 64, "cat"  # the longest name there may be
PHRASE = {who: f"phrase of custodian {who[:3]}" for who in (ANN, BEN, CAT)}
rc = os.path.join(DIR, "rc")
path = lambda name: os.path.join(DIR, name)


def enrol(person):
    person.runs(f"enroll -n {ANN} -o ann.card")
    person.sees("ann: new passphrase of identity file ann.identity (at least ")
    person.stopped("enrol, Ctrl-C at the passphrase")
    person.runs(f"enroll -n {ANN} -o ann.card")
    person.sees("characters): ")
    person.types(PHRASE[ANN])
    person.sees("the same again: ")
    person.stopped("enrol, Ctrl-C at its repetition")
    ok("nothing is there after that", not [n for n in os.listdir(DIR) if "ann" in n], os.listdir(DIR))
    person.runs(f"enroll -n {ANN} -o ann.card")
    person.sees("characters): ")
    person.types("short")
    person.sees("too short", "characters): ")
    person.types(PHRASE[ANN])
    person.sees("the same again: ")
    person.types(PHRASE[ANN] + "x")
    person.sees("the two differ", "characters): ")
    person.types(PHRASE[ANN])
    person.sees("the same again: ")
    person.types(PHRASE[ANN])
    text = person.ends("enrol", 0)
    ok("and its card is told of", "ann.card: enrolled" in text and "read aloud" in text, text)
    for who, card in ((BEN, "ben.card"), (CAT, "cat.card")):
        person.runs(f"enroll -n {who} -o {card}")
        person.sees(f"{who}: ", "characters): ")
        person.types(PHRASE[who])
        person.sees("the same again: ")
        person.narrow(f"enrol {card}")
        person.types(PHRASE[who])
        person.ends(f"enrol {card}", 0)
    person.runs("mkdir cards && mv ann.card ben.card cat.card cards && cp *.identity cards; true")
    person.sees("sh> ")
    person.runs("seal-enroll --check cards/ann.card")
    person.sees("ann: passphrase of identity file cards/ann.identity: ")
    person.types(PHRASE[ANN])
    person.ends("check", 0, "cards/ann.card: true")
    person.runs("rm cards/*.identity; seal-enroll --list -i ann.identity")
    person.ends("list", 0, "passphrase")


def confirm(person, name, answers):
    """Answers to the questions about cards; None: Ctrl-C."""
    for number, answer in enumerate(answers, 1):
        person.sees(f"card {number} of 3: ", "(yes or no) ")
        if answer is None:
            person.narrow(name)
            person.stopped(name)
        else:
            person.types(answer)


def split(person):
    command = "seal-split -k 2 -c cards -o secret <ann.identity"
    person.runs(command)
    confirm(person, "split, Ctrl-C at the second card", ["yes", None])
    person.runs(command)
    confirm(person, "", ["perhaps"])
    person.sees("answer yes or no", "read the same words? (yes or no) ")
    person.types("no")
    person.ends("split, a card that is not confirmed", 1, "not confirmed")
    ok("no folder is there", not os.path.exists(path("secret")))
    person.runs(command)
    confirm(person, "", ["yes", "yes", "yes"])
    person.ends("split", 0, "quorum 2 of 3")
    person.runs("seal-split -k 2 -c cards -o other")
    person.ends("split of a secret typed on the terminal", 2, "terminal")


def combine(person):
    person.runs("seal-combine --walk -i ann.identity -i cat.identity secret >got")
    person.sees("ann: passphrase of identity file ann.identity: ")
    person.stopped("combine, Ctrl-C at a passphrase")
    ok("no secret came out", os.path.getsize(path("got")) == 0)
    person.runs("seal-combine -i ann.identity -i cat.identity secret >got")
    person.sees("ann: passphrase of identity file ann.identity: ")
    person.types(PHRASE[ANN])
    person.sees("cat: passphrase of identity file cat.identity: ")
    person.types(PHRASE[CAT])
    person.ends("combine", 0)
    with open(path("got"), "rb") as got, open(path("ann.identity"), "rb") as was:
        ok("the secret is back", got.read() == was.read())


def init(person):
    command = "init -k 2 -c cards -o set"
    person.runs(command)
    confirm(person, "init, Ctrl-C at the first card", [None])
    ok("nothing was begun", not os.path.exists(path("set")))
    person.runs(command)
    confirm(person, "init", ["yes", "yes", "yes"])
    person.ends("init", 0)


def family(pid):
    """The daemon and its children."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [pid] + [int(child) for child in file.read().split()]


def silent_daemon(person):
    pids = family(SEALD)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    person.runs("unseal -i ann.identity set")
    person.sees("waiting for https://127.0.0.1:", " ...")
    person.stopped("unseal, Ctrl-C while the daemon does not answer")
    person.runs("seal-status")
    person.presses("Ctrl-C")
    person.ends("status, Ctrl-C", 7, "nothing was changed")
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def daemon_comes_back(person):
    """Trouble with the daemon does not end a walk."""
    pids = family(SEALD)
    person.runs("VAULT_CLIENT_TIMEOUT=1 unseal --walk -i ann.identity set")
    person.sees("is sealed", "0 of 2", "press Enter ")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    person.types("")
    person.sees("seal-unseal: https://127.0.0.1:", "No share is lost", "When the daemon runs again, press Enter ")
    person.types("")
    person.sees("No share is lost", "When the daemon runs again, press Enter ")
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    person.types("")
    person.sees("0 of 2", "Next custodian: plug in your token, take a seat, and press Enter ")
    person.types("")
    person.sees("ann: passphrase of identity file ann.identity: ")
    person.narrow("walk, the daemon away")
    person.stopped("walk, Ctrl-C after the daemon was away")


def stop_and_go(person):
    person.runs("unseal -i ann.identity set")
    person.sees("is sealed", "unseal key of https://", "0 of 2", "ann: passphrase of identity file ann.identity: ")
    person.suspended("Ctrl-Z", "phr")
    person.sees("ann: passphrase of identity file ann.identity: ")
    person.types("wrong words")
    person.sees("wrong passphrase. ann: passphrase of identity file ann.identity: ")
    person.stopped("unseal, Ctrl-C after a wrong passphrase")
    ok("the daemon has no share", "0 of 2" in status(), status())


def status():
    with open(rc, encoding="utf-8") as file:
        script = file.read()
    return subprocess.run(["bash", "-c", script + "\nseal-status --pin \"$PIN\""], env=dict(os.environ, PIN=pin()),
                          capture_output=True, text=True, timeout=60, check=False).stdout


def pin():
    with open(path("ready"), encoding="ascii") as file:
        return file.read().split()[2]


def turns(person, other):
    """One from his own machine, who then waits; two pass a keyboard."""
    other.runs(f"unseal -n {BEN} -i bad.identity -i ben.identity --wait 120 set")
    other.ends("unseal, a file that is not there", 1, "bad.identity")
    person.runs("unseal --walk -i ann.identity -i cat.identity -i ben.identity set")
    person.sees("is sealed", "unseal key of", "0 of 2", "nobody", "still possible: ann", "press Enter ")
    person.narrow("walk")
    person.stopped("walk, Ctrl-C before the first")
    person.runs("unseal --walk -i bad.identity set")
    person.sees("press Enter ")
    person.types("")
    person.sees("seal-unseal: ", "Nothing was lost", "press Enter ")
    person.stopped("walk, Ctrl-C after a wrong token")
    other.runs(f"unseal -n {BEN} -i ben.identity --wait 120 set")
    other.sees(f"{BEN}: ", "passphrase of identity file ben.identity: ")
    other.narrow("unseal of the longest name")
    other.types(PHRASE[BEN])
    other.sees("share accepted", "1 of 2", "waiting for the others, up to 120 seconds")
    person.runs("unseal --walk -i ann.identity -i cat.identity set")
    person.sees("1 of 2", f"given: {BEN}", "press Enter ")
    person.types("")
    person.sees("Several tokens that are here fit:", "1  ann: ", "2  cat: ", "Which one? ")
    person.types("3")
    person.sees("answer with one of the numbers", "Which one? ")
    person.types("2")
    person.sees("cat: passphrase of identity file cat.identity: ")
    person.types("wrong once")
    person.sees("wrong passphrase. cat: ")
    person.types(PHRASE[CAT])
    person.sees("cat: share accepted", "is OPEN")
    text = person.ends("walk", 0)
    other.ends("who waited", 0, "is OPEN")
    ok("whoever waited is not told of a wait that is over", "waiting for http" not in other.screen().text())
    return text


def opening(person):
    person.runs("seal-open -i ann.identity secret/ann.share >opened")
    person.sees("ann: passphrase of identity file ann.identity: ")
    person.presses("Ctrl-D")
    person.ends("open, Ctrl-D", 7, "stopped: nothing is lost")
    person.runs("seal-open -i ann.identity secret/ann.share >opened")
    person.sees("ann.identity: ")
    person.types(PHRASE[ANN])
    person.ends("open", 0)


def nobody():
    """No terminal at all."""
    run = subprocess.run(["setsid", "-w", "bash", "-c", f". {rc}; unseal -n ann -i ann.identity set"], stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=60, check=False)
    ok("no terminal: exit 2, and what to give instead",
       run.returncode == 2 and "--passphrase-fd" in run.stderr and "terminal" in run.stderr, run)


def emulator():
    screen = Screen(10)
    screen.write("touch now\r         \rdone\r\nab\x1b[A\rD\x1b[31m1234567890")
    ok("the screen is read as a terminal does", screen.text().splitlines() == ["D123456789", "0b"] and len(screen.long) == 1,
       screen.lines)


emulator()
first = Person(rc)
enrol(first)
split(first)
combine(first)
init(first)
silent_daemon(first)
daemon_comes_back(first)
stop_and_go(first)
nobody()
second = Person(rc)
WALK = turns(first, second)
opening(first)
first.hides("the first machine", *PHRASE.values(), "AGE-SECRET-KEY", "wrong words", "wrong once")
second.hides("the second machine", *PHRASE.values(), "AGE-SECRET-KEY")
first.close()
second.close()
if os.environ.get("WALK_SHOW"):
    print("".join(f"# {line}\n" for line in WALK.splitlines()))
plan()
