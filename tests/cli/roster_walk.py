"""An administrator drafts the second version, and signs it having seen what is new; a custodian accepts the duty."""

import os
import signal
import sys

from person import Person, ok, plan

DIR = sys.argv[1]
signal.alarm(300)  # whatever hangs is a failure
path = lambda name: os.path.join(DIR, name)
DRAFT = "seal-roster draft -p people-2 --duty duty.txt -c more --previous 1.roster -o 2.roster"
SIGN = "seal-roster sign --cards cards --previous 1.roster -i fay.identity -o 2.roster 2.roster"
ACCEPT = ("seal-roster accept --organisation 'Example Bank' --duty duty.txt --duty-version 1 --card cards/cat.card "
          "-i cat.identity -o cat.accepted")


def content(name):
    with open(path(name), "rb") as file:
        return file.read()


def drafts(person):
    person.runs(DRAFT)
    person.sees("card 1 of 1: eva", "(yes or no)")
    person.stopped("draft, Ctrl-C at the new card")
    ok("no version is there after that", not os.path.exists(path("2.roster")))
    person.runs(DRAFT)
    person.sees("(yes or no)")
    person.types("no")
    person.ends("draft, a card that is not hers", 1, "eva")
    ok("nor after that", not os.path.exists(path("2.roster")))
    person.runs(DRAFT)
    person.sees("(yes or no)")
    person.types("yes")
    text = person.ends("draft", 0)
    ok("only the new card was asked for", "ada" not in text.split("changes")[0], text)
    ok("what differs is told", "+ person: id=eva" in text, text)


def signs(person):
    before = content("2.roster")
    person.runs(SIGN)
    person.sees("Roster of Example Bank, version 2", "its words:", "+ person: id=eva", "+ card: person=eva", "Sign it? (yes or no)")
    person.narrow("what is signed")
    person.stopped("sign, Ctrl-C at the question")
    person.runs(SIGN)
    person.sees("Sign it? (yes or no)")
    person.types("no")
    person.ends("sign, no", 1, "not signed")
    person.runs(SIGN)
    person.sees("Sign it? (yes or no)")
    person.types("yes")
    person.sees("fay: passphrase")
    person.stopped("sign, Ctrl-C at the passphrase")
    ok("all of that left the roster as it was", content("2.roster") == before)
    person.runs(SIGN)
    person.sees("Sign it? (yes or no)")
    person.types("yes")
    person.sees("fay: passphrase")
    person.types("phrase of fay")
    person.ends("sign", 0, "signed by fay (1 of 2 needed)")
    ok("the roster is signed", content("2.roster").startswith(before + "\n— fay ".encode()))


def accepts(person):
    person.runs(ACCEPT)
    person.sees("cat accepts the duty of Example Bank, version 1: duty.txt", "its words:", "Is it read, and accepted? (yes or no)")
    person.types("no")
    person.ends("accept, no", 1, "cat does not accept it")
    person.runs(ACCEPT)
    person.sees("Is it read, and accepted? (yes or no)")
    person.stopped("accept, Ctrl-C at the question")
    ok("nothing was accepted", not os.path.exists(path("cat.accepted")))
    person.runs(ACCEPT)
    person.sees("Is it read, and accepted? (yes or no)")
    person.types("yes")
    person.sees("cat: passphrase")
    person.types("phrase of cat")
    person.ends("accept", 0, "cat.accepted: cat, duty 1")


someone = Person(path("rc"))
drafts(someone)
signs(someone)
accepts(someone)
someone.hides("the terminal", "phrase of fay", "phrase of cat")
someone.close()
plan()
