"""Questions on a terminal. A shepherd process leads the session, as a shell does, starts the
program in the foreground and tells of every stop and of its end; here we type and look."""

import os
import pty
import signal
import subprocess
import sys
import termios
import tempfile

from pexpect import EOF, TIMEOUT
from pexpect.fdpexpect import fdspawn

PROGRAM = sys.argv[1]
count = 0
bad = 0
signal.alarm(200)  # whatever hangs is a failure


def ok(name, good, note=""):
    global count, bad
    count += 1
    bad += not good
    print(("ok" if good else "not ok") + f" {count} - {name}")
    if not good:
        print("# " + repr(note))


def echoes(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


def shepherd(argv, out, news, go):
    """Runs in the child: a session leader with the terminal."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        fd = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(fd, 1)
        os.dup2(fd, 2)
        os.execv(argv[0], argv)
    os.write(news, f"pid {child}\n".encode())
    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            break
        os.write(news, f"stopped {int(echoes(0))}\n".encode())
        os.read(go, 1)
        os.kill(child, signal.SIGCONT)
    end = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    os.write(news, f"ended {end} {int(echoes(0))}\n".encode())
    os.read(go, 1)
    os._exit(0)


class Run:
    def __init__(self, *argv):
        self.out = tempfile.mktemp(dir=scratch)
        news_r, news_w = os.pipe()
        go_r, self.go = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            shepherd([PROGRAM, *argv], self.out, news_w, go_r)
        os.close(news_w)
        os.close(go_r)
        self.news = os.fdopen(news_r)
        self.child = int(self.word("pid")[0])
        self.tty = fdspawn(self.fd, timeout=20)
        self.seen = b""

    def word(self, kind):
        words = self.news.readline().split()
        assert words and words[0] == kind, words
        return words[1:]

    def sees(self, text):
        self.tty.expect_exact(text)
        self.seen += self.tty.before + self.tty.after

    def types(self, text):
        self.tty.send(text)

    def end(self):
        """Exit status, whether the terminal echoes, what was printed, what the screen had."""
        status, echo = self.word("ended")
        os.write(self.go, b"x")
        self.tty.expect([EOF, TIMEOUT])
        self.seen += self.tty.before
        os.close(self.fd)
        os.waitpid(self.pid, 0)
        with open(self.out, encoding="utf-8") as file:
            return int(status), echo == "1", file.read(), self.seen


PIN = b"alice: PIV PIN of YubiKey 12345678 (3 tries left): "


def answered():
    run = Run("pin")
    run.sees(PIN)
    ok("no echo while the question stands", not echoes(run.fd))
    run.types("246810\n")
    status, echo, out, seen = run.end()
    ok("the answer arrives", status == 0 and out == "got: 246810\n", out)
    ok("the terminal echoes again", echo)
    ok("the PIN is not on the screen", b"246810" not in seen, seen)
    touch = b"alice: touch YubiKey 12345678 (PIV) now ..."
    ok("a touch is asked for visibly", touch in seen, seen)
    ok("and the line is gone after it", seen.endswith(touch + b"\r" + 79 * b" " + b"\r"), seen)


def given_up(name, how):
    run = Run("pin")
    run.sees(PIN)
    run.types("2468")
    how(run)
    status, echo, out, seen = run.end()
    ok(f"{name}: exit 7, one line", status == 7 and out.count("\n") == 1, (status, out))
    ok(f"{name}: the terminal echoes again", echo)
    ok(f"{name}: nothing of the PIN anywhere", b"2468" not in seen and "2468" not in out, seen)


def stopped():
    run = Run("pin")
    run.sees(PIN)
    run.types("9999")
    run.types("\x1a")
    ok("Ctrl-Z: while stopped the terminal echoes", run.word("stopped") == ["1"])
    os.write(run.go, b"c")
    run.sees(PIN)
    ok("and not when it goes on", not echoes(run.fd))
    run.types("246810\n")
    status, echo, out, seen = run.end()
    ok("what was typed before is forgotten", (status, out) == (0, "got: 246810\n"), out)
    ok("and the terminal echoes in the end", echo and b"246810" not in seen)


def corrected():
    run = Run("pin")
    run.sees(PIN)
    run.types("12\n")
    run.sees(b"too short")
    run.sees(PIN)
    run.types("1234567890\n")
    run.sees(b"too long")
    run.sees(PIN)
    run.types("135790\x7f8\n")
    ok("too short, too long, a slip of the finger", run.end()[2] == "got: 135798\n")


def new_pin():
    run = Run("new")
    text = b"alice: new PIV PIN of YubiKey 12345678 (6 to 8 characters): "
    run.sees(text)
    run.types("246810\n")
    run.sees(b"the same again: ")
    run.types("246811\n")
    run.sees(b"the two differ")
    run.sees(text)
    run.types("864209\n")
    run.sees(b"the same again: ")
    run.types("864209\n")
    status, _, out, _ = run.end()
    ok("a new PIN is asked for twice and compared", (status, out) == (0, "got: 864209\n"), out)


def others():
    run = Run("wrong")
    run.sees(b"wrong PIN. alice: PIV PIN of YubiKey 12345678 (1 try left): ")
    run.types("246810\n")
    ok("a wrong one is said, and the tries left", run.end()[0] == 0)
    run = Run("passphrase")
    run.sees(b"alice: passphrase of identity file a?[2Jb.identity: ")
    run.types("correct horse\n")
    ok("a passphrase; controls in a path do not reach the terminal",
       run.end()[2] == "got: correct horse\n")
    run = Run("yes")
    run.sees(b"go on? ")
    run.types("y\n")
    run.sees(b"answer yes or no")
    run.sees(b"go on? ")
    ok("plain questions echo", echoes(run.fd))
    run.types("no\n")
    ok("yes or no, in full", run.end()[2] == "got: 0\n")
    run = Run("number")
    run.sees(b"which? ")
    run.types("3\n")
    run.sees(b"answer with one of the numbers")
    run.sees(b"which? ")
    run.types("2\n")
    ok("one of several", run.end()[2] == "got: 1\n")


def plain(name, argv, status, text, given=b""):
    """Without a terminal."""
    got = subprocess.run([PROGRAM, *argv], start_new_session=True, input=given,
                         capture_output=True, timeout=60, check=False)
    whole = got.stdout + got.stderr
    ok(name, got.returncode == status and text in whole and whole.count(b"\n") <= 2,
       (got.returncode, whole))


with tempfile.TemporaryDirectory() as scratch:
    answered()
    given_up("Ctrl-C", lambda run: run.types("\x03"))
    given_up("Ctrl-\\", lambda run: run.types("\x1c"))
    given_up("SIGTERM", lambda run: os.kill(run.child, signal.SIGTERM))
    given_up("SIGHUP", lambda run: os.kill(run.child, signal.SIGHUP))
    given_up("Ctrl-D", lambda run: run.types("\x04\x04"))
    stopped()
    corrected()
    new_pin()
    others()
    plain("no terminal: says what to give", ["pin"], 2, b"give --pin-fd")
    plain("no terminal, a passphrase", ["passphrase"], 2, b"give --passphrase-fd")
    plain("nobody may be asked", ["mute"], 2, b"give --pin-fd")
    plain("a descriptor answers", ["pin", "0"], 0, b"got: 246810\n", b"246810\n")
    plain("but once only", ["twice", "0"], 4, b"was used once already", b"246810\n246810\n")
    plain("an empty descriptor", ["pin", "0"], 1, b"--pin-fd")
    plain("too much in it", ["pin", "0"], 1, b"--pin-fd", b"123456789\n")
    plain("a closed one", ["pin", "77"], 3, b"--pin-fd")
print(f"1..{count}")
sys.exit(bad > 0)
