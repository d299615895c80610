# The parts of scripts/publish; sourced by it, never run.
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

# BINARY FILE: the policy's own facts, as the program that customers will run understands them.
# It prints KEY=VALUE lines and fails on what it would refuse.
declare -A fact=()
read_policy_facts() {
	local lines line name
	! grep -qe 'PRIVATE KEY' "$2" || die "$2 holds a private key"
	policy_text "$2" >"$stage/policy.text"
	lines=$("$1" policy-check --policy "$stage/policy.text") || die 'the program refuses this policy'
	# Not by IFS, which would eat a `=` at the value's end.
	while IFS= read -r line; do fact[${line%%=*}]=${line#*=}; done <<<"$lines"
	for name in provider language account port from lifetime longest sudo serial; do
		[ "${fact[$name]-}" ] || die "policy-check does not tell the policy's '$name'"
	done
	[ "${fact[keys]-}" != 0 ] || die "$2 holds no key, so nobody could sign in"
	case ${fact[language]} in en | ko) ;; *) die "unknown language: ${fact[language]}" ;; esac
}

# FILE: what gets signed, every byte before the first signature line.
policy_text() {
	sed '/^# -----BEGIN SSH SIGNATURE-----/,$d' "$1"
	[ -z "$(tail -c 1 "$1")" ] || die "$1 must end with a newline"
}

# The signers' public keys, in the form of ssh-keygen's allowed_signers; the key that signs first.
write_signers() {
	local public
	case $key in
		*.pub) public=$(cat "$key") ;;
		*) public=$(ssh-keygen -y -f "$key") || die "cannot read the key $key" ;;
	esac
	{
		printf '%s\n' "$public"
		[ -z "$more_signers" ] || cat "$more_signers"
	} | grep -v -e '^#' -e '^[[:space:]]*$' | while read -r line; do
		# Principals, options and comments before and after the key are dropped.
		[[ $line =~ (^|[[:space:]])((sk-)?(ssh-ed25519|ecdsa-sha2-nistp256)(@openssh\.com)?\ [A-Za-z0-9+/]+=*)([[:space:]]|$) ]] ||
			die "not an Ed25519 or ECDSA P-256 public key: $line"
		printf 'support-access namespaces="support-access" %s\n' "${BASH_REMATCH[2]}"
	done | awk '!seen[$0]++' >"$1"
}

# FILE: text and signature in one file, so that they can't tear apart; verified as a reader would.
sign_policy() {
	ssh-keygen -Y sign -q -n support-access -f "$key" <"$stage/policy.text" >"$stage/policy.sig" ||
		die "cannot sign with $key"
	ssh-keygen -Y verify -q -n support-access -I support-access -f "$stage/signers" \
		-s "$stage/policy.sig" <"$stage/policy.text" >&2 || die 'the signature does not verify'
	{ cat "$stage/policy.text" && sed 's/^/# /' "$stage/policy.sig"; } >"$1"
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
