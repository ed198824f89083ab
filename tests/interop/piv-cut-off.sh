#!/bin/sh
# An enrolment that ends in the middle can be repeated, wherever it ended: at each command that changes the token
# it fails once before the token took it and once after, and the second run must end well.
READERS=1
# shellcheck source=tests/lib/piv.sh
. "$(dirname "$0")/../lib/piv.sh"
authority ca || exit 3

# answers: what the second run is asked depends on what the first one did.
again() {
    works "" list || return 1
    _factory=$(sed -n 's/.*factory=\([^ ]*\).*/\1/p' "$d/out")
    case $_factory in
    1,1,*) _answers="$pin $puk" ;;
    0,1,*) _answers="$pin $puk" ;;
    *) _answers=$pin ;;
    esac
    works "$_answers" enrol alice "$d/alice.card" && said "attested 1" && said "factory=0,0,0"
}
opens() {
    _to=$(sed -n 's/.*"recipient": "\(.*\)",/\1/p' "$d/alice.card")
    echo hello | "$BUILD/tests/interop_seal_age" "$_to" >"$d/a.age"
    works "$pin" unwrap "$d/alice.card" <"$d/a.age" && [ "$(cat "$d/out")" = hello ]
}
one_key() { # no key but the two was left behind
    [ "$(grep -c '^key ' "$d/one.state")" -eq 3 ]
}

# Changing commands in their order: PIN, PUK; management key; objects; keys.
for at in "24 1" "24 2" "FF 1" "DB 1" "DB 2" "DB 3" "DB 6" "47 1" "47 2" "F9 2" "87 3"; do
    ins=${at% *} n=${at#* }
    fresh one 1 --ca "$d/ca" --factory --mgmt-alg aes192
    piv_ctl one status "$ins" 6F00 "$n"
    ok "command $at answered by an error" refused 4 "" "$pin $puk" enrol alice "$d/alice.card"
    ok "$at: enrolled by a second run" again
    ok "$at: opens" opens
    ok "$at: nothing was left behind" one_key
done
# Pulled out: the command did its work, and nobody heard of it; or it never came.
for at in "after 24 1" "before FF 1" "after FF 1" "before 47 2" "after 47 1" "after 47 2" "before DB 9"; do
    fresh one 1 --ca "$d/ca" --factory
    # shellcheck disable=SC2086 # KIND INS N
    piv_ctl one pull-$at
    ok "pulled $at" refused 4 "pulled out" "$pin $puk" enrol alice "$d/alice.card"
    ok "$at: put in again" reinsert one
    ok "$at: enrolled by a second run" again
    ok "$at: opens" opens
    ok "$at: nothing was left behind" one_key
done
done_testing
