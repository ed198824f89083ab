# demo.sh: the steps of ceremony/demo, sourced by it inside its namespaces.
# shellcheck shell=bash
: "${top:?}" "${work:?}" "${began:?}" # set by ceremony/demo

BUILD=$top/build
PATH=$BUILD/bin:$PATH
TOKENS_DIR=$work/tokens
a=$work/artefacts
mkdir -p "$TOKENS_DIR" "$a/cards" "$work/state" "$work/roots/piv" "$work/roots/fido2"
chmod 700 "$work/state"
# shellcheck source=tests/lib/tokens.sh
. "$top/tests/lib/tokens.sh"
steps=()
daemon=

step() {
	printf '\n== %s (%ss)\n' "$1" "$(($(date +%s) - began))"
	steps+=("$1")
}

die() {
	echo "demo: $*" >&2
	exit 1
}

# What the daemon said last is what a person needs where a step failed.
failed() {
	echo "demo: stopped at: ${steps[-1]:-the beginning}" >&2
	tail -n 5 "$a/seald.log" 2>/dev/null | sed 's/^/demo: seald.log: /' >&2
}

finish() {
	local status=$?
	set +e
	[ "$status" -eq 0 ] || failed
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	tokens_stop
	fido_stop_all
}
trap finish EXIT

# refused NAME TEXT COMMAND...: COMMAND must fail, and its one line must hold TEXT.
refused() {
	local name=$1 text=$2 said
	shift 2
	if said=$("$@" 2>&1); then
		die "$name: was not refused"
	fi
	case $said in
	*"$text"*) said=${said//"$work/"/} && echo "refused, $name: $said" ;;
	*) die "$name: refused, but not by name: $said" ;;
	esac
	refusals+=("$(jq -nc --arg name "$name" --arg said "$said" '{name: $name, said: $said}')")
}
refusals=()

# Secrets of this one run; they are given by descriptor only.
digits() { od -An -N4 -tu4 /dev/urandom | tr -d ' ' | tail -c 9 | sed 's/^/7/' | cut -c 1-8; }
phrase() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }
drawn=("$(digits)" "$(digits)" "$(digits)" "$(digits)" "$(digits)" "$(phrase)" "$(phrase)"
	"only a quorum opened this")
[ -z "${secrets:-}" ] || mapfile -t drawn <"$secrets"
pin_alice=${drawn[0]} pin_bruno=${drawn[1]} pin_chloe=${drawn[2]} pin_david=${drawn[3]} puk=${drawn[4]}
phrase_emma=${drawn[5]} phrase_admin=${drawn[6]} greeting=${drawn[7]}

step "plugging in two virtual YubiKeys (PIV) and two virtual FIDO2 tokens"
"$VIRT_PIV" make-ca "$work/piv-ca" 1
"$VIRT_FIDO2" make-ca "$work/fido2-ca"
cp "$work/piv-ca/root.pem" "$work/roots/piv/root.pem"
cp "$work/piv-ca/int1.pem" "$work/roots/piv/between.pem"
cp "$work/fido2-ca/root.pem" "$work/roots/fido2/root.pem"
piv_start alice 1 --ca "$work/piv-ca" --factory --serial 11111111 --firmware 5.7.1 --mgmt-alg aes192 ||
	die "the first card was not seen by pcscd"
piv_start bruno 2 --ca "$work/piv-ca" --factory --serial 22222222 --firmware 5.4.3 ||
	die "the second card was not seen by pcscd"
fido_start chloe --ca "$work/fido2-ca" --factory || die "the first FIDO2 token did not start"
fido_start david --ca "$work/fido2-ca" --factory || die "the second FIDO2 token did not start"
dev_chloe=$(cat "$TOKENS_DIR/chloe.dev") dev_david=$(cat "$TOKENS_DIR/david.dev")
devices=(--device "$dev_chloe" --device "$dev_david")
seal-enroll --list "${devices[@]}"

step "enrolling five custodians, and the administrator"
enroll() { # NAME OPTION...
	local name=$1
	shift
	seal-enroll --name "$name" -o "$a/cards/$name.card" --non-interactive --json "$@" |
		tee -a "$work/enrolled" | jq -r '"\(.name): \(.words)"'
}
roots=(--roots "$work/roots")
enroll alice --piv "${roots[@]}" --serial 11111111 --virtual --new-pin-fd 3 --new-puk-fd 4 3<<<"$pin_alice" 4<<<"$puk"
enroll bruno --piv "${roots[@]}" --serial 22222222 --virtual --allow-leaking-firmware --new-pin-fd 3 --new-puk-fd 4 3<<<"$pin_bruno" 4<<<"$puk"
enroll chloe --fido2 "${roots[@]}" --device "$dev_chloe" --new-pin-fd 3 3<<<"$pin_chloe"
enroll david --fido2 "${roots[@]}" --device "$dev_david" --new-pin-fd 3 3<<<"$pin_david"
enroll emma --passphrase --identity "$a/emma.identity" --passphrase-fd 3 3<<<"$phrase_emma"
jq -r '"\(.name) \(.fingerprint)"' "$work/enrolled" >"$a/fingerprints"
seal-enroll --passphrase --name admin --identity "$a/admin.identity" -o "$a/admin.card" --non-interactive --json \
	--passphrase-fd 3 3<<<"$phrase_admin" | jq -r '"\(.name) \(.fingerprint)"' >"$work/admin"
cat "$a/fingerprints" "$work/admin" >"$a/fingerprints-init"

step "starting seald"
cat >"$work/seald.conf" <<-EOF
	listen = "127.0.0.1:8200";
	state = "$work/state";
	audit = "$a/audit.log";
	rehearsal = true;
	gates = 2;
EOF
start() {
	rm -f "$work/ready"
	seald --config "$work/seald.conf" --ready-fd 3 3>"$work/ready" 2>>"$a/seald.log" &
	daemon=$!
	wait_for 10 grep -q ^ready "$work/ready" || die "seald did not start: $(tail -n 1 "$a/seald.log")"
	read -r _ host pin _ core <"$work/ready"
	export VAULT_ADDR=https://$host
}
stop() {
	kill "$daemon"
	wait_for 10 gone "$daemon" || die "seald did not stop"
	daemon=
}
api() { # METHOD PATH [BODY]: the token comes on stdin as a header, and nothing secret is an argument
	curl -sS -k --pinnedpubkey "$pin" -X "$1" ${3:+-d @/dev/fd/4} 4<<<"${3:-}" -H @- -w '\n%{http_code}\n' "$VAULT_ADDR/v1/$2"
}
start
echo "$VAULT_ADDR, pin $pin, core $core"
to=(--pin "$pin" --core "$core")

step "seal-init: 3 of 5, every share sealed to its holder"
seal-init -k 3 --cards "$a/cards" --fingerprints "$a/fingerprints-init" "${roots[@]}" --root-token-card "$a/admin.card" \
	--bootstrap-token "$work/state/bootstrap-token" --purpose "unseal key of the demo" -o "$a/set" "${to[@]}"

step "david proves that his token opens his share, which stays where it is"
seal-unseal --prove -n david --pin-fd 3 --non-interactive "${to[@]}" "${devices[@]}" "$a/set" 3<<<"$pin_david"

step "while sealed it refuses to work"
api GET secret/demo </dev/null | tee "$work/answer"
grep -q '^503$' "$work/answer" || die "a sealed daemon answered"

give() { # NAME PIN OPTION...: one custodian's turn
	local name=$1 secret=$2
	shift 2
	seal-unseal -n "$name" --pin-fd 3 --non-interactive "${to[@]}" "$@" "$a/set" 3<<<"$secret"
}
give_phrase() {
	seal-unseal -n emma -i "$a/emma.identity" --passphrase-fd 3 --non-interactive "${to[@]}" \
		"$a/set" 3<<<"$phrase_emma"
}
is_open() { seal-status "${to[@]}" >/dev/null 2>&1; }

step "unsealing: alice (PIV), chloe (FIDO2), emma (passphrase)"
give alice "$pin_alice"
give chloe "$pin_chloe" "${devices[@]}"
give_phrase
is_open || die "three shares did not open it"

step "the administrator opens the root token, writes and reads back"
token() {
	printf 'X-Vault-Token: '
	seal-open --raw -i "$a/admin.identity" --passphrase-fd 3 "$a/set/root-token.age" 3<<<"$phrase_admin"
}
token | api PUT secret/demo "{\"greeting\":\"$greeting\"}"
comes_back() { # no program is told what to look for
	local answer
	answer=$(token | api GET secret/demo)
	[[ $answer == *"$greeting"* ]] && printf '%s\n' "$answer"
}
comes_back || die "what was written did not come back"

step "sealing, and restarting the daemon"
token | api PUT sys/seal
! is_open || die "it is still open"
stop
start
to=(--pin "$pin" --core "$core")
! is_open || die "it is open after a restart"

step "what must be refused: a wrong share, a swapped share, a blocked PIN"
mkdir "$work/other" "$work/swapped"
head -c 32 /dev/urandom | seal-split -k 3 --cards "$a/cards" --fingerprints "$a/fingerprints" "${roots[@]}" --rehearsal \
	-o "$work/other/set" >/dev/null
cp -r "$a/set" "$work/wrong"
cp "$work/other/set/bruno.share" "$work/wrong/bruno.share"
cp -r "$a/set/." "$work/swapped/"
cp "$a/set/alice.share" "$work/swapped/bruno.share"
turn_in() { # FOLDER NAME PIN
	seal-unseal -n "$2" --pin-fd 3 --non-interactive "${to[@]}" "$1" 3<<<"$3"
}
refused "wrong share" bruno turn_in "$work/wrong" bruno "$pin_bruno"
refused "swapped share" "another person's share" turn_in "$work/swapped" bruno "$pin_bruno"
piv_ctl alice block-pin >/dev/null
refused "blocked PIN" blocked turn_in "$a/set" alice "$pin_alice"

step "unsealing with another three: bruno (PIV), david (FIDO2), chloe (FIDO2)"
give bruno "$pin_bruno"
give david "$pin_david" "${devices[@]}"
give chloe "$pin_chloe" "${devices[@]}"
is_open || die "three shares did not open it"
comes_back >/dev/null || die "what was written is gone"

step "stock age opens chloe's share, with the identity that her token unwraps"
jq -r .fido2.wrapped "$a/cards/chloe.card" |
	seal-open --raw --card "$a/cards/chloe.card" --device "$dev_chloe" --pin-fd 3 --non-interactive 3<<<"$pin_chloe" |
	age -d -i - "$a/set/chloe.share" | sed 's/^key: .*/key: (33 bytes in base64)/' | tee "$work/opened"
grep -q '^custodian: chloe$' "$work/opened" || die "age opened something else"

step "done"
stop
seconds=$(($(date +%s) - began))
printf '%-10s %-12s %-10s %s\n' custodian token attested card
for card in "$a"/cards/*.card; do
	jq -r '[.name, .kind, (if .attested then "yes" else "no" end), .recipient[0:24] + "..."] | @tsv' "$card"
done | while IFS=$'\t' read -r n k t r; do printf '%-10s %-12s %-10s %s\n' "$n" "$k" "$t" "$r"; done
cp -r "$work/state" "$a/state"
printf '%s\n' "${refusals[@]}" | jq -s --argjson seconds "$seconds" --arg set "$(sed -n 's/^set: //p' "$a/set/manifest")" \
	--arg version "$(seal-status --version | cut -d ' ' -f 2)" --argjson steps "$(printf '%s\n' "${steps[@]}" | jq -R . | jq -sc .)" \
	'{result: "OK", seconds: $seconds, threshold: 3, total: 5, set: $set, version: $version, unsealed: [["alice", "chloe", "emma"],
	  ["bruno", "david", "chloe"]], opened_by_stock_age: "chloe", steps: $steps, refused: .}' >"$a/summary.json"
echo "5 custodians, 3 of 5, unsealed twice, 3 wrong tries refused by name, in $seconds seconds"
