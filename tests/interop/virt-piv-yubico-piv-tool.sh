#!/bin/sh
# The virtual PIV card under stock yubico-piv-tool and the real pcscd.
here=$(cd "$(dirname "$0")/.." && pwd)
: "${BUILD:=$here/../build}"
BUILD=$(cd "$BUILD" && pwd)
export BUILD
if [ "${IN_NS:-}" != 1 ]; then
    IN_NS=1 exec "$here/virtual/ns-run" -n 2 "$0" "$@"
fi
TOKENS_DIR=$(mktemp -d)
# shellcheck source=tests/lib/tap.sh
. "$here/lib/tap.sh"
# shellcheck source=tests/lib/tokens.sh
. "$here/lib/tokens.sh"
trap 'tokens_stop; rm -rf "$TOKENS_DIR"' EXIT
d=$TOKENS_DIR
key=a1b2c3d4e5f60718293a4b5c6d7e8f901122334455667788

pt() { timeout 30 yubico-piv-tool -r "Virtual PCD 1 00 00" "$@"; }
pt2() { timeout 30 yubico-piv-tool -r "Virtual PCD 2 00 00" "$@"; }
no() { ! "$@"; }
says() { # says TEXT COMMAND...: COMMAND's output has TEXT, whatever its exit code
    _text=$1
    shift
    _all=$("$@" 2>&1)
    printf '%s\n' "$_all"
    case $_all in *"$_text"*) return 0 ;; esac
    return 1
}
gen() { pt -k$key -a generate -s "$1" -A ECCP256 --pin-policy=always --touch-policy="$2" -o "$d/$1.pub"; }
same_key() { openssl x509 -in "$1" -noout -pubkey | cmp - "$2"; }
has_ext() { openssl x509 -in "$d/82.pem" -noout -text | grep -q "1.3.6.1.4.1.41482.3.$1"; }
"$VIRT_PIV" make-ca "$d/ca" 1 || exit 3
ok "first card, factory state, 3DES" piv_start one 1 --ca "$d/ca" --factory --serial 4000000001 --firmware 5.4.3
ok "status tells the serial's bits" says "294967295" pt -a status
ok "status: three tries" says "PIN tries left:	3" pt -a status
ok "set-mgm-key from the factory key" pt -a set-mgm-key -n $key
ok "the factory key is refused after that" no pt -a generate -s 9a -A ECCP256
ok "generate in 82" gen 82 never
ok "generate in 9c" gen 9c never
ok "attest 82" pt -a attest -s 82 -o "$d/82.pem"
ok "attest 9c" pt -a attest -s 9c -o "$d/9c.pem"
ok "attestation has the generated key" same_key "$d/82.pem" "$d/82.pub"
ok "read F9's certificate" pt -a read-certificate -s f9 -o "$d/f9.pem"
ok "chain to the root" openssl verify -CAfile "$d/ca/root.pem" -untrusted "$d/ca/int1.pem" -untrusted "$d/f9.pem" "$d/82.pem"
ok "no chain without the intermediate" no openssl verify -CAfile "$d/ca/root.pem" -untrusted "$d/f9.pem" "$d/82.pem"
for e in 3 7 8 9; do ok "extension .$e" has_ext $e; done
ok "wrong PIN counts down" says "2 tries left" pt -a verify-pin -P 000000
ok "second card, same kind" piv_start two 2 --ca "$d/ca" --factory --serial 22
ok "it is another one" says "Serial Number:	22" pt2 -a status
ok "a factory 5.7 has an AES key this libykpiv cannot speak" says "Failed authentication" pt2 -a set-mgm-key -n $key
piv_stop two
piv_stop one
ok "the card comes back" piv_start one 1 --ca "$d/ca" --firmware 5.4.3
ok "with the tries it had" says "PIN tries left:	2" pt -a status
ok "change the PIN" pt -a change-pin -P 123456 -N 864209
ok "verify the new PIN" pt -a verify-pin -P 864209
ok "a signature with PIN always" pt -a verify-pin -P 864209 -a test-signature -s 9c -i "$d/9c.pem"
ok "a key agreement with PIN always" pt -a verify-pin -P 864209 -a test-decipher -s 82 -i "$d/82.pem"
ok "VERIFY was the command before it" piv_verify_was_last one
ok "tries can be set" pt -k$key -a verify-pin -P 864209 -a pin-retries --pin-retries 5 --puk-retries 4
ok "and PIN is the factory's again" pt -a verify-pin -P 123456
for _ in 1 2 3 4 5; do pt -a verify-pin -P 000000 >/dev/null 2>&1; done
ok "blocked after five" says "blocked" pt -a verify-pin -P 123456
ok "unblock by PUK" pt -a unblock-pin -P 12345678 -N 135790
ok "reset is refused while tries are left" no pt -a reset
ok "a fault: the card is pulled in mid-command" piv_ctl one pull-before F9 1
ok "the command fails" no pt -a attest -s 82
ok "put in again" piv_ctl one insert
ok "and seen by pcscd" wait_for 10 piv_ctl one ready
ok "it works again" pt -a attest -s 82
done_testing
