#!/bin/sh
# seal-status: what it says of a daemon, and each way in which there is none that can be trusted.
cd "$(dirname "$0")/../.." || exit 3
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
SEALD_DIR=$(mktemp -d)
# shellcheck source=tests/lib/seald.sh
. tests/lib/seald.sh
server=
trap 'seald_stop; [ -z "$server" ] || kill "$server"; rm -rf "$SEALD_DIR"' EXIT
d=$SEALD_DIR
tool=$BUILD/bin/seal-status

# says TEXT: the one line of the last exits.
says() {
	is "one line: $1" "$(printf '%s\n' "$tap_out" | grep -c "$1")" 1
}

seald_start 'half_open = "1h";'
ok "seald starts" kill -0 "$SEALD_PID"
exits "sealed and not initialised: 1" 1 "$tool" -a "$SEALD_URL" --pin "$SEALD_PIN" --core "$SEALD_CORE"
says 'sealed and not initialised'
is "JSON: initialized" "$("$tool" -a "$SEALD_URL" --pin "$SEALD_PIN" --json 2>/dev/null | jq -c '[.initialized, .sealed, .total]')" \
	'[false,true,0]'
# Each member of the object is in the man page.
for member in $("$tool" -a "$SEALD_URL" --pin "$SEALD_PIN" --json 2>/dev/null | jq -r 'keys[]'); do
	ok "the page names $member" grep -qw -- "$member" man/seal-status.1
done
VAULT_ADDR=https://127.0.0.1:1 BAO_ADDR=$SEALD_URL
export VAULT_ADDR BAO_ADDR
exits "BAO_ADDR wins over VAULT_ADDR" 1 "$tool" --pin "$SEALD_PIN"
unset VAULT_ADDR BAO_ADDR
exits "VAULT_CACERT" 1 env VAULT_CACERT="$d/state/tls/cert.pem" VAULT_ADDR="$SEALD_URL" "$tool"
exits "a CA file as option" 1 "$tool" -a "$SEALD_URL" --ca-cert "$d/state/tls/cert.pem"
exits "SKIP_VERIFY is refused" 1 env VAULT_SKIP_VERIFY=1 "$tool" -a "$SEALD_URL"
says 'SKIP_VERIFY'
exits "self-signed and not pinned: 6" 6 "$tool" -a "$SEALD_URL"
says 'not trusted'
SSLKEYLOGFILE=$SEALD_DIR/keys.log "$tool" -a "$SEALD_URL" --pin "$SEALD_PIN" >/dev/null 2>&1
is "no library writes the session's keys" "$(ls "$SEALD_DIR/keys.log" 2>/dev/null)" ""
exits "a pin of another length: 2" 2 "$tool" -a "$SEALD_URL" --pin sha256//AAAA
exits "another pin: 6" 6 "$tool" -a "$SEALD_URL" --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
says 'another key than the one pinned'
exits "another core: 6" 6 "$tool" -a "$SEALD_URL" --pin "$SEALD_PIN" \
	--core AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
says 'not the daemon with the core given'
exits "a core that is no key: 2" 2 "$tool" -a "$SEALD_URL" --core AAAA
exits "http is refused: 2" 2 "$tool" -a "http://${SEALD_URL#https://}"
says 'TLS is never optional'
exits "a pin of another form: 2" 2 "$tool" -a "$SEALD_URL" --pin sha1//AAAA
exits "client certificate without key: 2" 2 "$tool" -a "$SEALD_URL" --client-cert "$d/state/tls/cert.pem"
exits "a CA file that is not there: 3" 3 "$tool" -a "$SEALD_URL" --ca-cert "$d/none.pem"
exits "a timeout of 0 s: 2" 2 env VAULT_CLIENT_TIMEOUT=0s "$tool" -a "$SEALD_URL"
url=$SEALD_URL
seald_stop
exits "daemon down: 6" 6 "$tool" -a "$url" --pin "$SEALD_PIN"
says 'no daemon answers'

# serve PORT OPTION...: a stock TLS server that is not seald.
serve() {
	_port=$1
	shift
	openssl s_server -accept "127.0.0.1:$_port" -quiet "$@" >/dev/null 2>&1 </dev/null &
	server=$!
	seald_wait 10 listens "$_port"
}
listens() {
	grep -q ":$(printf '%04X' "$1") 00000000:0000 0A " /proc/net/tcp
}
unserve() {
	kill "$server"
	wait "$server" 2>/dev/null
	server=
}
port=$(($$ % 10000 + 40000))
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$d/old.key" -out "$d/old.csr" \
	-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
cat >"$d/ca.conf" <<-EOF
	[ca]
	default_ca = d
	[d]
	database = $d/index
	new_certs_dir = $d
	serial = $d/serial
	default_md = sha256
	policy = p
	[p]
	commonName = supplied
EOF
: >"$d/index"
echo 01 >"$d/serial"
openssl req -new -key "$d/old.key" -subj /CN=127.0.0.1 -out "$d/old.req" 2>/dev/null
openssl ca -batch -config "$d/ca.conf" -selfsign -keyfile "$d/old.key" -in "$d/old.req" -out "$d/old.pem" \
	-startdate 20200101000000Z -enddate 20200102000000Z -notext 2>/dev/null
serve "$port" -cert "$d/old.pem" -key "$d/old.key" -WWW
ok "a server whose certificate has expired" kill -0 "$server"
exits "expired certificate: 6" 6 "$tool" -a "https://127.0.0.1:$port" --ca-cert "$d/old.pem"
says 'has expired'
unserve
serve $((port + 1)) -cert "$d/old.pem" -key "$d/old.key" -WWW
ok "a TLS server that is no seal daemon" kill -0 "$server"
pin=sha256//$(openssl pkey -in "$d/old.key" -pubout -outform DER | openssl dgst -sha256 -binary | base64)
exits "it is not taken for one: 6" 6 "$tool" -a "https://127.0.0.1:$((port + 1))" --pin "$pin" --timeout 5
says 'answer: JSON'
unserve
python3 -m http.server --bind 127.0.0.1 $((port + 2)) >/dev/null 2>&1 &
server=$!
ok "a server without TLS" seald_wait 10 listens $((port + 2))
exits "not TLS: 6" 6 "$tool" -a "https://127.0.0.1:$((port + 2))"
says 'does not speak TLS'
done_testing
