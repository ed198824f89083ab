#!/bin/sh
# Constant time: valgrind finds no branch or address that depends on a secret, and
# does find the one that is there on purpose.
. tests/lib/tap.sh
vg() { valgrind -q --error-exitcode=99 "$BUILD/tests/ct_shamir" "$1"; }
ok "split and combine do not depend on the secret" vg split
ok "both backends do not depend on the bytes" vg backends
exits "a deliberate leak is found" 99 vg leak
done_testing
