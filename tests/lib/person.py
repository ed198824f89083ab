"""A person at a terminal of 80 columns: a real shell with job control on a pty, and what the screen shows."""

import re
import sys

import pexpect

PROMPT = "sh> "
count = 0
bad = 0


def ok(name, good, note=""):
    global count, bad
    count += 1
    bad += not good
    print(("ok" if good else "not ok") + f" {count} - {name}", flush=True)
    if not good:
        print("\n".join("# " + line for line in str(note).splitlines()), flush=True)


def plan():
    print(f"1..{count}")
    sys.exit(bad > 0)


class Screen:
    """Lines as a terminal shows them, scroll-back included. long: lines that ran over the edge."""

    def __init__(self, width=80):
        self.width, self.lines, self.row, self.column, self.long = width, [""], 0, 0, []

    def put(self, char):
        if self.column == self.width:
            self.long.append(self.lines[self.row])
            self.feed()
            self.column = 0
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[:self.column] + char + line[self.column + 1:]
        self.column += 1

    def feed(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def write(self, text):
        for part in re.findall(r"\x1b\[[0-9;?]*[a-zA-Z]|.", text, re.S):
            if part == "\x1b[A":
                self.row = max(0, self.row - 1)
            elif part[0] == "\x1b" or part == "\a":
                continue
            elif part == "\r":
                self.column = 0
            elif part == "\n":
                self.feed()
            elif part == "\b":
                self.column = max(0, self.column - 1)
            else:
                self.put(part)

    def text(self):
        return "\n".join(line.rstrip() for line in self.lines)


class Log:
    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


class Person:
    """rc: a file of shell functions, so that what is typed is short."""

    def __init__(self, rc, env=None):
        self.log = Log()
        self.tty = pexpect.spawn("bash", ["--noprofile", "--rcfile", rc, "--noediting", "-i"], env=env,
                                 dimensions=(24, 80), timeout=30, encoding="utf-8")
        self.tty.logfile_read = self.log
        self.tty.expect_exact(PROMPT)
        self.settings = None
        _, self.settings = self.status()
        self.mark()

    def mark(self):
        """What comes from here on is one walk."""
        self.start = len(self.log.text)

    def runs(self, command):
        at = len(self.log.text)
        self.tty.sendline(command)
        self.tty.expect_exact("\n")
        self.start = self.log.text.index("\n", at) + 1

    def sees(self, *texts):
        """One after another. A line may be broken at any space."""
        for text in texts:
            self.tty.expect(re.escape(text).replace(r"\ ", r"(?: |\r\n *)"))

    def types(self, text):
        self.tty.sendline(text)

    def presses(self, key):
        self.tty.send({"Ctrl-C": "\x03", "Ctrl-D": "\x04", "Ctrl-\\": "\x1c"}[key])

    def raw(self):
        return self.log.text[self.start:]

    def screen(self):
        screen = Screen()
        screen.write(self.raw())
        return screen

    def status(self):
        """After a prompt of the shell: the exit status of what ran before, and the settings."""
        self.tty.sendline("echo =$?= `stty -g`")
        self.tty.expect(r"\n=(\d+)= ([0-9a-f:]+)\r")
        found = self.tty.match.group(1, 2)
        self.tty.expect_exact(PROMPT)
        return int(found[0]), found[1]

    def ends(self, name, status, says=None):
        """The tool has ended: its status, the terminal as before, no line that is too long; text of the walk."""
        self.tty.expect_exact(PROMPT)
        screen = self.screen()
        text = screen.text()
        got, settings = self.status()
        ok(f"{name}: exit {status}", got == status, f"{got}\n{text}")
        ok(f"{name}: the terminal is as it was", settings == self.settings, settings)
        if says is not None:
            ok(f"{name}: says {says}", says in " ".join(text.split()), text)
        return text

    def stopped(self, name, key="Ctrl-C"):
        """Stops the tool where it is: exit 7 and one line, which says that nothing was lost."""
        before = len(self.log.text)
        self.presses(key)
        self.tty.expect_exact(PROMPT)
        after = self.log.text[before:]
        got, settings = self.status()
        rest, _, lines = after.partition("\n")  # the end of the question comes late, perhaps
        lines = [line for line in ([rest] if ": stopped:" in rest else []) + lines.splitlines()
                 if line.strip() and line != PROMPT]
        ok(f"{name}: exit 7", got == 7, f"{got} {after!r}")
        ok(f"{name}: the terminal is as it was", settings == self.settings, settings)
        ok(f"{name}: one line, which says that nothing was lost",
           sum(": stopped: nothing is lost" in line for line in lines) == 1 and len(lines) == 1, after)

    def suspended(self, name, typed=""):
        """Ctrl-Z, in the midst of what is typed: the shell has its terminal back as it was; then the tool goes on."""
        self.tty.send(typed + "\x1a")
        self.sees("Stopped", "sh> ")
        _, settings = self.status()
        ok(f"{name}: the terminal is as it was", settings == self.settings, settings)
        self.types("fg")

    def narrow(self, name):
        """No line of ours runs over the edge, except paths and names, which have no place to break."""
        long = [line for line in self.screen().long if " " in line.strip()]
        ok(f"{name}: no line is wider than 80 columns", not long, long)

    def hides(self, name, *secrets):
        """Over all that was ever on this screen."""
        ok(f"{name}: no secret was on the screen", not any(s in self.log.text for s in secrets))

    def close(self):
        self.tty.close(force=True)
