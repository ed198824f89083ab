#!/bin/sh
# Kills tool, core or gate in the middle of a rekey, SEAL_KILLS times (200), from SEAL_SEED: see rekey_kill.py.
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
"$BUILD/tests/virt-fido2" make-ca "$SCRATCH/fido2-ca" || exit 3
exec python3 -B tests/fault/rekey_kill.py "$BUILD" "$SCRATCH" "$seed" "${SEAL_KILLS:-200}"
