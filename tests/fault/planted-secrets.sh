#!/bin/sh
# The demo with planted PINs and passphrases: it ends well, and nothing secret is found in any file, command
# line, environment, log or core file. See planted_secrets.py.
cd "$(dirname "$0")/../.." || exit 3
BUILD=${BUILD:-build}
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
unset VAULT_ADDR BAO_ADDR
export BUILD PYTHONPATH=tests/seald
TMPDIR=$d python3 -B tests/fault/planted_secrets.py "$BUILD" "$d"
