# The site's folder as a whole: what is published in it, and putting the new into its place; sourced
# by scripts/publish and scripts/publish-check, never run.
# shellcheck shell=bash

# NAME FILE: the value of a variable in a filled install.sh, which nobody runs for this.
published_value() {
	awk -v start="$1='" '
		!inside && index($0, start) == 1 { inside = 1; $0 = substr($0, length(start) + 1) }
		inside { ends = sub(/'\''$/, ""); print; if (ends) exit }' "$2"
}

# DIR: what the site in it says of itself, for a publication that leaves it as it is.
read_published() {
	published_origin=$(published_value origin "$1/install.sh")
	version=$(published_value version "$1/install.sh")
	sums=("$(published_value x86_64 "$1/install.sh")" "$(published_value aarch64 "$1/install.sh")")
	published_value signers "$1/install.sh" >"$stage/signers"
	[ "$published_origin" ] && [ "$version" ] && [ -s "$stage/signers" ] ||
		die "$1/install.sh is not one that scripts/publish made"
}

# The published program that runs here: the policy is judged with the eyes of those in use.
published_program() {
	local cpu program sum
	cpu=$(uname -m)
	program=$out/v/$version/support-access-$cpu
	case $cpu in x86_64) sum=${sums[0]} ;; *) sum=${sums[1]} ;; esac
	[ -f "$program" ] && [ "$(sha256 "$program")" = "$(cut -d' ' -f2 <<<"$sum")" ] ||
		die "$program is missing or is not the one that install.sh names; publish anew"
	printf '%s' "$program"
}

# A folder beside the published files, on their file system, so that each can be put into its place in
# one instant. One publication at a time; what a killed one left is cleared away.
open_stage() {
	mkdir -p "$out"
	out=$(cd "$out" && pwd -P)
	exec {lock}<"$out"
	flock -n "$lock" || die "another publication into $out is at work"
	rm -rf -- "$out"/.publish-*
	stage=$(mktemp -d "$out/.publish-XXXXXX")
	secret=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/publish-XXXXXX")
	trap 'rm -rf -- "$stage" "$secret"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# What $stage holds, into $out: first what nobody asks for yet, last what names all the rest. Killed at
# any point, old and new are each whole.
swap() {
	local version_folder file
	step "into $out"
	mkdir -p "$out/v" "$out/guide/en"
	[ ! -d "$stage/v" ] || for version_folder in "$stage/v"/*; do
		sync "$version_folder"/* "$version_folder"
		mv -T "$version_folder" "$out/v/${version_folder##*/}"
	done
	[ ! -f "$stage/install.sh" ] || cp "$stage/install.sh" "$stage/index.html"
	list_objects >"$stage/.objects"
	find "$stage" -type f -exec sync {} +
	for file in .objects "${guide_pages[@]}" policy.toml install.sh index.html; do
		[ ! -f "$stage/$file" ] || mv -T "$stage/$file" "$out/$file"
	done
	sync "$out" "$out/v" "$out/guide" "$out/guide/en"
	step "done: serve $out at $url (docs/publish.md), then: scripts/publish --check $url --out $out"
}

# PATH, content type and caching of every file, in the order in which to upload them, for servers that
# keep such things themselves.
list_objects() {
	local once='public, max-age=31536000, immutable' soon='public, max-age=300' file type
	(cd "$out" && find v -type f | sort) | while read -r file; do
		case $file in
			*.json) type=application/json ;;
			*.sh | *SHA256SUMS | *.signers | *.pem) type='text/plain; charset=utf-8' ;;
			*) type=application/octet-stream ;;
		esac
		printf '%s\t%s\t%s\n' "$file" "$type" "$once"
	done
	for file in "${guide_pages[@]}"; do printf '%s\ttext/html; charset=utf-8\t%s\n' "$file" "$soon"; done
	for file in policy.toml install.sh index.html; do
		printf '%s\ttext/plain; charset=utf-8\t%s\n' "$file" "$soon"
	done
}
