"""CTAPHID reports by hand, where libfido2 keeps to the rules: virt_fido2_raw.py udp:HOST:PORT CTL_COMMAND...
Prints one line `bad: ...` and exits 1 where the token does not do what CTAP 2.1 section 11.2 says."""
import os
import socket
import subprocess
import sys
import time

_, host, port = sys.argv[1].split(":")
ctl = sys.argv[2:]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(10)
sock.connect((host, int(port)))
CBOR, INIT, CANCEL, PING, KEEPALIVE, ERROR = 0x90, 0x86, 0x91, 0x81, 0xBB, 0xBF
BROADCAST = b"\xff\xff\xff\xff"


def must(good, what):
    if not good:
        print("bad:", what)
        sys.exit(1)


def send(channel, command, data=b"", length=None):
    n = len(data) if length is None else length
    sock.send((channel + bytes([command]) + n.to_bytes(2, "big") + data[:57]).ljust(64, b"\0"))


def more(channel, seq, data):
    sock.send((channel + bytes([seq]) + data[:59]).ljust(64, b"\0"))


def receive(channel, command):
    """The next whole message but keep-alives, unless those are wanted."""
    while True:
        r = sock.recv(64)
        if r[:4] != channel or (r[4] == KEEPALIVE and command != KEEPALIVE):
            continue
        must(r[4] == command, f"command {r[4]:02x}, not {command:02x}: {r[7:12].hex()}")
        n, data = int.from_bytes(r[5:7], "big"), r[7:]
        while len(data) < n:
            r = sock.recv(64)
            must(r[:4] == channel and r[4] == (len(data) - 57) // 59, "continuation out of order")
            data += r[5:]
        return data[:n]


def channel():
    nonce = os.urandom(8)
    send(BROADCAST, INIT, nonce)
    answer = receive(BROADCAST, INIT)
    must(len(answer) == 17 and answer[:8] == nonce and answer[12] == 2, "INIT")
    must(answer[16] & 0x04, "CBOR capability")
    return answer[8:12]


def status(chan, request):
    send(chan, CBOR, request)
    return receive(chan, CBOR)[0]


def control(*words):
    subprocess.run([*ctl, *words], check=True, stdout=subprocess.DEVNULL)


one, two = channel(), channel()
must(one != two, "two channels are one")
must(status(one, b"\x08") == 0x30, "getNextAssertion with nothing before it")
must(status(one, b"\x04") == 0, "getInfo")
must(status(one, b"\x55") == 0x01, "an unknown command")
must(status(one, b"\x02\xff") == 0x12, "no CBOR")
must(status(one, b"\x02\xa0") == 0x14, "an empty request")
must(status(one, b"\x02" + b"\x81" * 40) == 0x12, "deep and cut short")
send(one, CANCEL)
must(status(one, b"\x04") == 0, "CANCEL with nothing to cancel")

data = os.urandom(300)
send(one, PING, data)
for seq in range(5):
    more(one, seq, data[57 + 59 * seq:])
must(receive(one, PING) == data, "a long PING")
send(one, PING, data)
more(one, 3, data)
must(receive(one, ERROR) == b"\x04", "a wrong sequence")
send(one, PING, b"", 7610)
must(receive(one, ERROR) == b"\x03", "too long")
send(one, 0xC5, b"")
must(receive(one, ERROR) == b"\x01", "an unknown command of the transport")
send(b"\x00\x0f\xff\xff", CBOR, b"\x04")
must(receive(b"\x00\x0f\xff\xff", ERROR) == b"\x0b", "a channel that was not given")

# A sender that is gone in the middle of a message is waited for half a second, whoever else asks meanwhile.
send(one, PING, data)
for turn in range(200):
    send(two, CBOR, b"\x55")
    answer = sock.recv(64)
    if answer[4] != ERROR:
        break
    must(answer[:4] == two and answer[7] == 6, "busy with a message cut short")
    time.sleep(0.05)
must(answer[4] == CBOR and turn > 0, "a message cut short is let go")
must(status(two, b"\x55") == 0x01, "and what comes next is answered")

control("touch", "wait")
send(one, CBOR, b"\x0b")
must(receive(one, KEEPALIVE) == b"\x02", "keep-alive: wanted is a touch")
send(two, CBOR, b"\x04")
must(receive(two, ERROR) == b"\x06", "another channel while busy")
send(two, CANCEL)
must(receive(one, KEEPALIVE) == b"\x02", "another channel's CANCEL")
send(one, CANCEL)
must(receive(one, CBOR) == b"\x2d", "CANCEL")
send(one, CBOR, b"\x0b")
must(receive(one, KEEPALIVE) == b"\x02", "waits again")
control("touch")
must(receive(one, CBOR) == b"\x00", "a finger")
send(one, CBOR, b"\x0b")
must(receive(one, KEEPALIVE) == b"\x02", "waits again")
nonce = os.urandom(8)
send(one, INIT, nonce)
must(receive(one, INIT)[:8] == nonce, "INIT on a channel that waits")
control("touch", "auto")
must(status(one, b"\x04") == 0, "getInfo after all that")
