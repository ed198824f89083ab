#!/bin/sh
# A secret split for PIV tokens, a FIDO2 token and an identity file, and put together with
# them: PINs by descriptor, a spare token, a wrong PIN, custodians one after another.
READERS=3
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authorities || exit 3
trap 'tokens_stop; fido_stop_all; rm -rf "$TOKENS_DIR"' EXIT
run() { sh -c "$1"; }
s="$BUILD/bin/seal-split --roots $d/roots"
c=$BUILD/bin/seal-combine
mkdir "$d/cards"
n=0
for name in alice bruno spare; do
    n=$((n + 1))
    firmware=5.7.1
    [ "$name" = spare ] && firmware=5.4.3
    ok "token of $name" fresh "$name" "$n" --ca "$d/ca" --factory --serial "$((700 + n))" --firmware $firmware
    who=$name
    [ "$name" = spare ] && who=bruno
    ok "enrolled" works "$pin $puk" --allow-leaks --device "piv:Virtual PCD $n 00 00" enrol "$who" "$d/cards/$name.card"
done
"$BUILD/tests/interop_make_card" "$d/cards" chloe -p >/dev/null
fido_pin=135790
ok "a FIDO2 token" fido_start four --ca "$d/fca" --pin "$fido_pin"
echo "$fido_pin" >"$d/answers"
ok "enrolled" run "$BUILD/bin/seal-enroll --fido2 -n david -o $d/cards/david.card --device $(cat "$d/four.dev") --roots $d/roots --pin-fd 3 3<$d/answers"
seq 1 1000 >"$d/secret"

cat >"$d/confirm.py" <<'P'
import sys
import pexpect
child = pexpect.spawn("sh", ["-c", sys.argv[1]], timeout=60, encoding="utf-8")
RED = "\x1b[1;31m    "
SHOWN = (["card 1 of 5: alice", "    PIV token, serial 701, firmware 5.7.1"],
         ["card 2 of 5: bruno", "    main, 1 of 2: PIV token, serial 702, firmware 5.7.1"],
         ["card 3 of 5: chloe", "    a file under a passphrase, no token", RED + "NOT ATTESTED: a key in software"],
         ["card 4 of 5: david", "    FIDO2 token, model 7669727475616c2d6669646f322d6b31", RED + "VIRTUAL: for rehearsals only"],
         ["card 5 of 5: bruno", "    spare, 2 of 2: PIV token, serial 703, firmware 5.4.3", RED + "OLD FIRMWARE: who opens"])
for shown in SHOWN:
    child.expect(r"read the same words\? \(yes or no\)")
    lines = child.before.split("\r\n")
    missing = [text for text in shown if not any(line.startswith(text) for line in lines)]
    reds = sum(line.startswith(RED) for line in lines)
    wide = [line for line in lines if len(line.replace("\x1b[1;31m", "").replace("\x1b[0m", "")) > 80]
    if missing or wide or reds != len(shown) - 2:
        sys.exit(f"missing {missing}, too wide {wide}, {reds} in red: {child.before!r}")
    child.sendline("yes")
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus)
P
ok "a virtual token is for rehearsals" run "! $s -k 2 --cards $d/cards -o $d/set <$d/secret"
ok "2 of 4, one of whom has a spare token" python3 "$d/confirm.py" "exec $s --rehearsal -k 2 --cards $d/cards -o $d/set <$d/secret"
is "four shares for five cards" "$(grep -c '^share: ' "$d/set/manifest")" 4
ok "two cards in one share" grep -q 'custodian=bruno .*cards=[0-9a-f]*,[0-9a-f]*$' "$d/set/manifest"
is "stanzas for both tokens of bruno" "$(sed '1d;$d' "$d/set/bruno.share" | base64 -d | grep -ac '^-> ')" 4

combine() { # ANSWERS OPTION...: into got
    printf '%s\n' "$1" | tr ' ' '\n' >"$d/answers"
    shift
    "$c" --non-interactive --pin-fd 3 "$@" "$d/set" 3<"$d/answers" >"$d/got"
}
back() { combine "$@" && cmp "$d/got" "$d/secret"; }
nothing() {
    combine "$@"
    _rc=$?
    [ ! -s "$d/got" ] || return 99
    return "$_rc"
}
before=$(piv_selected alice bruno spare)
exits "no token of that serial" 1 nothing "" --serial 999
is "each token was opened once, whatever shares there are" "$(piv_selected alice bruno spare)" \
    "$(for _n in $before; do printf '%s ' $((_n + 1)); done)"
piv_stop spare
ok "two YubiKeys give it back" back "$pin $pin"
ok "VERIFY was the command before" piv_verify_was_last alice
piv_stop bruno
exits "one does not" 1 nothing "$pin"
ok "bruno comes with the spare token" piv_start spare 3
ok "alice and the spare" back "$pin $pin"
piv_stop alice
before=$(sent spare)
exits "a wrong PIN" 4 nothing "999999 $pin"
is "was sent once, and no other" "$(sent spare)" "$((before + 1))"
phrase() { # the spare token and an identity file
    echo "chloe opens it" >"$d/phrase"
    back "$pin" -i "$d/cards/chloe.identity" --passphrase-fd 4 4<"$d/phrase"
}
ok "a YubiKey and an identity file" phrase

with_fido() { # the spare YubiKey of bruno and the FIDO2 token of david
    back "$pin $fido_pin" --device "piv:Virtual PCD 3 00 00" --device "$(cat "$d/four.dev")"
}
ok "a YubiKey and a FIDO2 token" with_fido

# At one keyboard: chloe first, then bruno plugs in, with the main token.
cat >"$d/walk.py" <<'P'
import subprocess
import sys
import pexpect
tool, plug, pin = sys.argv[1:]
child = pexpect.spawn("sh", ["-c", tool], timeout=60, encoding="utf-8")
child.expect("passphrase of identity file")
child.sendline("chloe opens it")
child.expect("given: chloe")
child.expect("press Enter")
subprocess.run(["sh", "-c", plug], check=True)
child.sendline("")
child.expect("bruno: PIV PIN of YubiKey 702")
child.sendline(pin)
child.expect(pexpect.EOF)
child.close()
sys.exit(child.exitstatus)
P
piv_stop spare
walk() {
    cat >"$d/plug" <<P
TOKENS_DIR=$TOKENS_DIR
. "$here/lib/tokens.sh"
piv_start bruno 2
P
    python3 "$d/walk.py" "exec $c --walk -i $d/cards/chloe.identity $d/set >$d/got" "exec sh $d/plug" "$pin" &&
        cmp "$d/got" "$d/secret"
}
ok "--walk: one after another" walk
done_testing
