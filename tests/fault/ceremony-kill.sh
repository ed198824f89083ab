#!/bin/sh
# Kills tool, core, gate or token in the middle of init, proof and unseal, SEAL_KILLS times (200), from SEAL_SEED: see
# ceremony_kill.py. Replay of one life: SEAL_SEED=N SEAL_LIFE=N tests/fault/ceremony-kill.sh; of what comes before them all:
# SEAL_KILLS=0.
cd "$(dirname "$0")/../.." || exit 3
if [ "${IN_NS:-}" != 1 ]; then
	d=$(mktemp -d)
	trap 'rm -rf "$d"' EXIT
	mkdir "$d/tmp" "$d/home"
	IN_NS=1 SCRATCH=$d TMPDIR=$d/tmp HOME=$d/home tests/virtual/ns-run -n 1 "$0"
	exit
fi
export BUILD="${BUILD:-build}" PYTHONPATH=tests/seald
seed=${SEAL_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "# SEAL_SEED=$seed SEAL_KILLS=${SEAL_KILLS:-200}"
for v in ADDR CACERT CAPATH CLIENT_CERT CLIENT_KEY TLS_SERVER_NAME NAMESPACE CLIENT_TIMEOUT SKIP_VERIFY; do
	unset "VAULT_$v" "BAO_$v"
done
"$BUILD/tests/virt-piv" make-ca "$SCRATCH/piv-ca" 1 && "$BUILD/tests/virt-fido2" make-ca "$SCRATCH/fido2-ca" || exit 3
exec python3 -B tests/fault/ceremony_kill.py "$BUILD" "$SCRATCH" "$seed" "${SEAL_KILLS:-200}" "${SEAL_LIFE:-}"
