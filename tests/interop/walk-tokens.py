"""A walk through the tools with virtual YubiKeys: every screen, a touch that is waited for, Ctrl-C while it is."""

import os
import signal
import subprocess
import sys
import time

from person import Person, ok, plan

DIR, TESTS = sys.argv[1:]
signal.alarm(300)  # whatever hangs is a failure
PIN = {"alice": "246813", "bruno": "864209", "chloe": "975318"}
PUK, WRONG = "13579135", "111333"
path = lambda name: os.path.join(DIR, name)
TITLE = {"alice": "YubiKey 11111111, firmware 5.7.1", "bruno": "YubiKey 22222222, firmware 5.7.1"}


def control(who, *words):
    program, socket = ("virt-fido2", ".fctl") if who == "chloe" else ("virt-piv", ".ctl")
    subprocess.run([os.path.join(TESTS, program), "ctl", path(who + socket), *words], capture_output=True, timeout=30,
                   check=True)


def touch_mode(who, mode):
    control(who, *(["touch", mode] if who == "chloe" else ["touch-mode", mode]))


def touched(person, name, who, holder=None):
    """The touch prompt is there while the token waits, and gone when it is touched."""
    applet = "FIDO2" if who == "chloe" else "PIV"
    holder = holder or who
    person.sees(f"{holder}: touch ", f"({applet}) now ...")
    text = person.screen().text()
    ok(f"{name}: the touch prompt stands", text.rstrip().endswith("now ..."), text)
    control(who, "touch")


def gone(name, person, text):
    ok(f"{name}: the touch prompt is gone", ": touch " not in text and "now ..." not in text, text)


def enrol_piv(person, who):
    command = f"piv --serial {TITLE[who].split()[1][:8]} -n {who} -o cards/{who}.card"
    touch_mode(who, "wait")
    person.runs(command)
    person.sees(f"{who}: new PIV PIN of {TITLE[who]} (6 to 8 characters): ")
    if who == "alice":
        person.stopped("enrol PIV, Ctrl-C at the new PIN")
        person.runs(command)
        person.sees("characters): ")
        person.types("123456")
        person.sees("that is the factory PIN; not sent", "new PIV PIN of", "characters): ")
    person.types(PIN[who])
    person.sees("the same again: ")
    person.types(PIN[who])
    person.sees(f"{who}: new PIV PUK of {TITLE[who]} (6 to 8 characters): ")
    if who == "alice":
        person.narrow("enrol PIV")
        person.stopped("enrol PIV, Ctrl-C at the new PUK")
        person.runs("seal-enroll --list")
        listed = person.ends("list", 0, "serial 11111111")
        ok("a broken-off enrolment has changed nothing on the token", listed.count("factory PIN") == 2, listed)
        person.runs(command)
        for secret in (PIN[who], PIN[who]):
            person.sees(": ")
            person.types(secret)
        person.sees("PUK of")
    person.types(PUK)
    person.sees("the same again: ")
    person.types(PUK)
    name = f"enrol {who}"
    if who == "alice":
        person.sees("now ...")
        person.stopped("enrol PIV, Ctrl-C while a touch is awaited")
        ok("no card is there", not os.path.exists(path("cards/alice.card")))
        control(who, "touch")
        person.runs(command)
        person.sees(f"{who}: PIV PIN of {TITLE[who]} (3 tries left): ")
        person.types(PIN[who])
    touched(person, name, who)
    text = person.ends(name, 0, f"cards/{who}.card: enrolled")
    gone(name, person, text)


def enrol_fido(person):
    command = "fido -n chloe -o cards/chloe.card"
    touch_mode("chloe", "wait")
    person.runs(command)
    person.sees("chloe: new FIDO2 PIN of ", "characters): ")
    person.stopped("enrol FIDO2, Ctrl-C at the new PIN")
    person.runs(command)
    person.sees("characters): ")
    person.types(PIN["chloe"])
    person.sees("the same again: ")
    person.types(PIN["chloe"])
    person.sees("chloe: touch ", "(FIDO2) now ...")
    person.stopped("enrol FIDO2, Ctrl-C while a touch is awaited")
    ok("no card is there", not os.path.exists(path("cards/chloe.card")))
    touch_mode("chloe", "auto")
    person.runs(command)
    person.sees("chloe: FIDO2 PIN of ", "tries left): ")
    person.types(PIN["chloe"])
    text = person.ends("enrol chloe", 0, "cards/chloe.card: enrolled")
    gone("enrol chloe", person, text)


def check(person):
    person.runs("seal-enroll --list; seal-enroll --list --device \"$chloe\"")
    text = person.ends("list", 0)
    ok("with applets, serials and tries", all(t in text for t in ("piv ", "fido2 ", "11111111", "22222222", "PIN: 3 tries",
                                                                 "PIN: 8 tries")), text)
    person.runs("seal-enroll --check cards/alice.card --roots roots")
    person.sees(f"alice: PIV PIN of {TITLE['alice']} (3 tries left): ")
    person.types(WRONG)
    person.sees("wrong PIN. ", "(2 tries left): ")
    person.types(PIN["alice"])
    touched(person, "check, signing", "alice")
    touched(person, "check, opening", "alice")
    text = person.ends("check", 0, "cards/alice.card: true")
    gone("check", person, text)


WHAT = {"alice": ["PIV token, serial 11111111, firmware 5.7.1"], "bruno": ["PIV token, serial 22222222, firmware 5.7.1"],
        "chloe": ["FIDO2 token, model "]}


def init(person):
    person.runs("init -k 3 --allow-no-spare -c cards -o set")
    for number, who in enumerate(("alice", "bruno", "chloe"), 1):
        person.sees(f"card {number} of 3: {who}", *WHAT[who], "VIRTUAL: for rehearsals only", f"Does {who} read the same words? (yes or no) ")
        person.types("yes")
    person.narrow("init")
    person.ends("init", 0)


def selected(who):
    with open(path(who + ".log"), encoding="utf-8") as file:
        return sum(line.startswith("00 A4 04 00 lc=5") for line in file)


def alone(person):
    """One custodian at his own machine; both YubiKeys are plugged in."""
    before = selected("alice"), selected("bruno")
    person.runs("unseal --serial 4 set")
    person.ends("no token of that serial", 4, "no token here opens a share that is still wanted")
    ok("each token was opened once, whatever shares there are",
       (selected("alice"), selected("bruno")) == (before[0] + 1, before[1] + 1))
    person.runs("unseal set")
    person.sees("is sealed", "0 of 3", "Several tokens that are here fit:", "1  alice: ", "serial 11111111", "2  bruno: ",
                "serial 22222222", "Which one? ")
    person.stopped("two tokens, Ctrl-C at the choice")
    person.runs("unseal set")
    person.sees("Which one? ")
    person.types("1")
    person.sees(f"alice: PIV PIN of {TITLE['alice']} (3 tries left): ")
    person.stopped("unseal, Ctrl-C at the PIN")
    person.runs("unseal -n alice set")
    person.sees("(3 tries left): ")
    person.types(PIN["alice"])
    person.sees("alice: touch ", "now ...")
    person.suspended("Ctrl-Z while a touch is awaited")
    person.sees("unseal")
    person.stopped("unseal, Ctrl-C while a touch is awaited")
    control("alice", "touch")
    control("alice", "pin-left", "1")
    person.runs("unseal -n alice set")
    person.ends("one try is left", 4, "--last-try")
    control("alice", "pin-left", "0")
    person.runs("unseal -n alice set")
    person.ends("blocked", 5, "blocked")
    control("alice", "pin-left", "3")


def slow(person):
    control("bruno", "slow", "700")
    person.runs("unseal -n bruno set")
    person.sees("waiting for the tokens ...", "bruno: PIV PIN of")
    ok("a slow token is told of, and not any more when it asks", "waiting" not in person.screen().text(),
       person.screen().text())
    person.types(PIN["bruno"])
    person.sees(f"waiting for PIV of {TITLE['bruno']} ...")
    person.stopped("unseal, Ctrl-C while a slow token works")
    control("bruno", "slow", "0")
    touch_mode("bruno", "auto")


def walk(person, other):
    other.runs("unseal -n chloe --device \"$chloe\" --wait 120 set")
    other.sees("chloe: FIDO2 PIN of ", "tries left): ")
    other.types(PIN["chloe"])
    other.sees("chloe: share accepted", "1 of 3", "waiting for the others")
    for who in ("alice", "bruno"):
        control(who, "pull")
        touch_mode(who, "wait")  # which forgets a touch that came when nothing waited for one
    person.runs("unseal --walk set")
    person.sees("1 of 3 · given: chloe · still possible: alice, bruno", "press Enter ")
    person.types("")
    person.sees("no token here opens a share that is still wanted", "Nothing was lost", "press Enter ")
    insert("alice")
    person.types("")
    person.sees(f"alice: PIV PIN of {TITLE['alice']} (3 tries left): ")
    person.types(WRONG)
    person.sees("wrong PIN. alice: PIV PIN of ", "(2 tries left): ")
    person.types(PIN["alice"])
    touched(person, "walk, alice", "alice")
    person.sees("alice: share accepted", "2 of 3", "given: alice, chloe", "press Enter ")
    person.stopped("walk, Ctrl-C between two custodians")
    insert("bruno")
    person.runs("unseal --walk set")
    person.sees("2 of 3", "press Enter ")
    person.types("")
    person.sees(f"bruno: PIV PIN of {TITLE['bruno']} (3 tries left): ")
    person.types(PIN["bruno"])
    touched(person, "walk, bruno", "bruno")
    person.sees("bruno: share accepted", "is OPEN")
    person.narrow("walk")
    text = person.ends("walk", 0)
    gone("walk", person, text)
    other.ends("chloe's machine", 0, "is OPEN")


def insert(who):
    control(who, "insert")
    for _ in range(200):
        if subprocess.run([os.path.join(TESTS, "virt-piv"), "ctl", path(who + ".ctl"), "ready"], capture_output=True,
                          timeout=30, check=False).returncode == 0:
            return
        time.sleep(0.05)
    ok(f"{who} is plugged in", False)


first = Person(path("rc"))
second = Person(path("rc"))
enrol_piv(first, "alice")
enrol_piv(first, "bruno")
enrol_fido(first)
check(first)
init(first)
alone(first)
slow(first)
walk(first, second)
first.hides("the first machine", *PIN.values(), PUK, WRONG)
second.hides("the second machine", *PIN.values())
if os.environ.get("WALK_SHOW"):
    for person in (first, second):
        person.start = 0
        print("".join(f"# {line}\n" for line in person.screen().text().splitlines()))
first.close()
second.close()
plan()
