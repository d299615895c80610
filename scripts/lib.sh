# Shared by the scripts beside this file; sourced, never run.
# shellcheck shell=bash

set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# One line of progress.
step() { printf '==> %s\n' "$*" >&2; }

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

usage_error() {
	printf '%s: %s (--help tells more)\n' "$(basename "$0")" "$*" >&2
	exit 2
}

# The head comment of the script at hand is its help.
print_help() {
	sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
	exit 0
}

# COMMAND PACKAGE…: says all that is missing at once, with the line that installs it.
need() {
	local packages=() commands=()
	while [ $# -gt 0 ]; do
		if ! command -v "$1" >/dev/null; then
			commands+=("$1")
			packages+=("$2")
		fi
		shift 2
	done
	[ ${#commands[@]} -eq 0 ] || die "missing: ${commands[*]}. On Debian: apt-get install ${packages[*]}"
}

sha256() { sha256sum <"$1" | cut -d' ' -f1; }
bytes() { stat -c %s "$1"; }

# FILE: FILE.gz beside it. zopfli's output is plain gzip, 3 % smaller than that of `gzip -9`, and without a
# name or time in it; it takes some seconds, so what still fits is kept.
pack() {
	if [ -f "$1.gz" ] && gzip -dc "$1.gz" 2>/dev/null | cmp -s - "$1"; then return; fi
	zopfli -c "$1" >"$1.gz.new"
	mv -f "$1.gz.new" "$1.gz"
}
