#!/bin/sh
# seal-roster in a real terminal (roster_walk.py): what is shown before anybody signs, and Ctrl-C at each question.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
ROSTER_DIR=$(mktemp -d)
trap 'rm -rf "$ROSTER_DIR"' EXIT
# shellcheck source=tests/lib/roster.sh
. tests/lib/roster.sh
d=$ROSTER_DIR
for name in ada ben fay cat; do staff "$name"; done
example_people >"$d/people"
echo "A custodian keeps the token." >"$d/duty.txt"
draft --fingerprints "$d/prints" -o "$d/1.roster" >/dev/null 2>&1
for name in ada ben; do as "$name" sign --cards "$d/cards" -o "$d/1.roster" "$d/1.roster" >/dev/null || exit 3; done
mkdir "$d/more"
cp "$d"/cards/* "$d/more"
(ROSTER_DIR=$d/new && mkdir "$ROSTER_DIR" && staff eva && mv "$d/new/cards/eva.card" "$d/more")
sed 's/id = "fay"/id = "eva"; department = "ops"; roles = ["custodian"]; start = "2026-11-01"; }, { id = "fay"/' "$d/people" >"$d/people-2"
bin=$(cd "$BUILD/bin" && pwd)
cat >"$d/rc" <<EOF
PS1='sh> '
cd '$d'
export PATH='$bin':\$PATH TERM=xterm
EOF
PYTHONPATH=tests/lib PYTHONDONTWRITEBYTECODE=1 python3 tests/cli/roster_walk.py "$d"
