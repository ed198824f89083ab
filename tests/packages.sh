#!/bin/sh
# Installs what debian/control lists under Build-Depends and the machine lacks.
# With --demo only what building and the demo need. As root, from apt; a
# package whose command is there from elsewhere (a newer nodejs with npm) counts.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)

listed() {
	sed -n '/^Build-Depends:/,/^$/p' "$top/debian/control" |
		sed 's/^Build-Depends://; s/<[^>]*>//g; s/([^)]*)//g' | tr ',' '\n' |
		tr -d ' \t' | grep -v -e '^$' -e '^debhelper-compat$'
}

present() {
	case $1 in
	nodejs) command -v node >/dev/null && return 0 ;;
	npm) command -v npm >/dev/null && return 0 ;;
	esac
	dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$'
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
