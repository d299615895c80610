# Small parts of scripts/publish; sourced by it, never run.
# shellcheck shell=bash

# Nothing but this may stand in install.sh, where the shell will read it.
site_url() {
	local url=${1%/}
	[[ $url =~ ^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$ ]] ||
		die "not an address for a site: '$1'. It must be https://HOST[:PORT][/PATH]"
	printf '%s' "$url"
}

# Cargo.toml's version and the commit; for a changed tree, its content as well, so that versions
# stay write-once while one tries things out.
tree_version() {
	local number short content
	number=$(sed -n 's/^version = "\([0-9A-Za-z.+-]*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
	[ "$number" ] || die 'no version in Cargo.toml'
	short=$(git -C "$root" rev-parse --short=10 HEAD)
	printf '%s-%s' "$number" "$short"
	if [ "$(git -C "$root" status --porcelain)" ]; then
		content=$(cd "$root" && git ls-files -coz --exclude-standard | sort -z |
			xargs -0 sh -c 'for f; do [ ! -f "$f" ] || sha256sum -- "$f"; done' sh | sha256sum)
		printf -- '-dirty-%s' "${content:0:8}"
	fi
}

# FILE CPU
check_binary() {
	local machine elf
	case $2 in
		x86_64) machine='Advanced Micro Devices X86-64' ;;
		aarch64) machine=AArch64 ;;
	esac
	elf=$(readelf -hldW "$1" 2>/dev/null) || die "not a program: $1"
	grep -q "Machine: *$machine$" <<<"$elf" || die "$1 is not for $2"
	! grep -q -e INTERP -e NEEDED <<<"$elf" || die "$1 is not static"
	# Not all of HOME: what is root's own is at `/root/` on the customer's server as well.
	! grep -qaF -e "$root/" -e "${CARGO_HOME:-$HOME/.cargo}/" -e "${RUSTUP_HOME:-$HOME/.rustup}/" "$1" || die "$1 holds a path of this machine"
}

# FILE NAME VALUE…: the file with each @NAME@ replaced. A placeholder without a value is fatal;
# linter directives are for the repository, not for readers of the site.
fill() {
	local text file=$1
	text=$(sed '/^[[:space:]]*# shellcheck /d' "$file")
	shift
	while [ $# -gt 0 ]; do
		text=${text//"@$1@"/"$2"}
		shift 2
	done
	! grep -qE '@[A-Z0-9_]+@' <<<"$text" || die "a placeholder remains in $file: $(grep -oE '@[A-Z0-9_]+@' <<<"$text" | head -n 1)"
	printf '%s\n' "$text"
}
