#!/bin/sh
# Installs what debian/control lists under Build-Depends and the machine lacks.
# As root, from apt.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)

listed() {
	sed -n '/^Build-Depends:/,/^$/p' "$top/debian/control" |
		sed 's/^Build-Depends://; s/<[^>]*>//g; s/([^)]*)//g' | tr ',' '\n' |
		tr -d ' \t' | grep -v -e '^$' -e '^debhelper-compat$'
}

# Installed, or provided by what is: some distributors of nodejs have npm inside.
present() {
	dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$' ||
		dpkg-query -W -f '${db:Status-Abbrev} , ${Provides},\n' | grep -q "^ii .*, $1[ ,]"
}

missing=
for p in $(listed); do present "$p" || missing="$missing $p"; done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "packages: missing:$missing; run as root, or install them" >&2
	exit 3
fi
echo "packages: installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2
# shellcheck disable=SC2086 # a list of names
apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing >&2
