#!/bin/sh
# A bench is run alone by its program's name or a line's; a name that is nobody's is an error, not silence.
. tests/lib/tap.sh
make -s BUILD="$BUILD" "$BUILD/bench/bench_shamir" >/dev/null
lines() { BUILD="$BUILD" ONLY="$1" tests/bench/run | grep -c '^bench shamir_'; }
ok "by the name of a line: that line" test "$(lines shamir_split_32)" = 1
ok "by the name of a program: all its lines" test "$(lines shamir)" = 4
exits "a name that is nobody's" 2 env BUILD="$BUILD" ONLY=nobody tests/bench/run
done_testing
