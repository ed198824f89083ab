#!/bin/sh
# Kills tool, daemon or token in the middle of init, proof and unseal, SEAL_KILLS times (200), from SEAL_SEED: see
# ceremony_kill.py. Replay: SEAL_SEED=N tests/fault/ceremony-kill.sh.
cd "$(dirname "$0")/../.." || exit 3
BUILD=${BUILD:-build}
seed=${SEAL_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
echo "# SEAL_SEED=$seed SEAL_KILLS=${SEAL_KILLS:-200}"
unset VAULT_ADDR BAO_ADDR
python3 tests/fault/ceremony_kill.py "$BUILD" "$d" "$seed" "${SEAL_KILLS:-200}"
