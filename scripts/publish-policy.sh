# The policy: judged, held against the published one, signed; sourced by scripts/publish, never run.
# shellcheck shell=bash

# PROGRAM: the policy, ready to be published in $stage/policy.toml. $stage/signers says who may sign.
new_policy() {
	step 'policy: check, sign, verify'
	read_policy_facts "$1" "$policy"
	judge_policy
	signer_is_known
	serial_goes_up "$1"
	sign_policy "$stage/policy.toml"
	[ "$(bytes "$stage/policy.toml")" -le 262144 ] || die "$policy is larger than the 256 KiB that programs read"
}

# PROGRAM FILE: the policy's own facts, as the program that customers run understands them.
# It prints KEY=VALUE lines and fails on what it would refuse.
read_policy_facts() {
	local lines line name
	! grep -qe 'PRIVATE KEY' -e '^PuTTY-User-Key-File' -e '^Private-Lines' "$2" || die "$2 holds a private key"
	policy_text "$2" >"$stage/policy.text"
	lines=$("$1" policy-check --policy "$stage/policy.text") || die 'the program refuses this policy'
	# Not by IFS, which would eat a `=` at the value's end.
	while IFS= read -r line; do fact[${line%%=*}]=${line#*=}; done <<<"$lines"
	for name in provider language account port from lifetime longest sudo serial keys; do
		[ "${fact[$name]-}" ] || die "policy-check does not tell the policy's '$name'"
	done
	case ${fact[language]} in en | ko) ;; *) die "unknown language: ${fact[language]}" ;; esac
}

# What the format allows, and no program accepts from a site.
judge_policy() {
	local now until
	[ "${fact[keys]}" != 0 ] || [ "${fact[revoke-all]-}" = true ] ||
		die "$policy holds no key, or none that is not revoked, so nobody could sign in. To withdraw everything, say so: revoke-all = true"
	until=${fact[valid-until]-} now=$(date +%s)
	[ "$until" ] || die "$policy lacks valid-until: programs refuse a policy from a URL without it"
	[ "$until" -gt "$now" ] || die "valid-until is over: $(utc "$until"). Set it to a date at most 90 days ahead"
	[ "$until" -le $((now + 90 * 86400)) ] || die "valid-until is more than 90 days ahead: $(utc "$until"). Programs refuse that; the last allowed is $(utc $((now + 90 * 86400)))"
	[ "$until" -gt $((now + 14 * 86400)) ] || step "note: valid-until is near: $(utc "$until"); publish a renewed policy before"
	[ "${fact[site]-$url}" = "$url" ] || step "note: the policy says site = ${fact[site]}, and this is for $url"
}

# Programs in use know the signers that the published install.sh brought them. A policy that none of
# them signed would be refused there, revocations and all.
signer_is_known() {
	local public
	[ -f "$out/install.sh" ] || return 0
	public=$(public_half "$key" | awk '{ print $1, $2 }')
	! grep -qF " $public" <<<"$(published_value signers "$out/install.sh")" || return 0
	[ -z "$signer_lost" ] || {
		step "note: grants that are open now don't know this signer, and run to their own end"
		return 0
	}
	die "the published install.sh does not know this signer, so programs would refuse the policy. To rotate:
  1. publish with the old key and the new one beside it: --sign OLD --signers NEW.pub
  2. when the longest grant of before has ended: --sign NEW --signers OLD.pub
  3. later, without OLD. If OLD is lost or stolen: --sign NEW --signer-lost, now."
}

# PROGRAM: programs refuse a serial that goes back, and two texts with one serial could not be told apart.
serial_goes_up() {
	local before
	[ -f "$out/policy.toml" ] || return 0
	policy_text "$out/policy.toml" >"$stage/published.text"
	! cmp -s "$stage/policy.text" "$stage/published.text" || return 0
	before=$("$1" policy-check --policy "$stage/published.text" | sed -n 's/^serial=//p') ||
		die "cannot read the serial of $out/policy.toml; put the site's folder right first"
	[ "$before" ] || die "policy-check does not tell the serial of $out/policy.toml"
	[ "${fact[serial]}" -gt "$before" ] ||
		die "serial is ${fact[serial]}, and the published policy, which differs, has $before: raise it to $((before + 1)) or more"
}

# FILE: what gets signed, every byte before the first signature line.
policy_text() {
	sed '/^# -----BEGIN SSH SIGNATURE-----/,$d' "$1"
	[ -z "$(tail -c 1 "$1")" ] || die "$1 must end with a newline"
}

# KEY: its public half, as ssh-keygen prints it.
public_half() {
	case $1 in
		*.pub) cat "$1" || die "cannot read the key $1" ;;
		*) ssh-keygen -y -f "$1" || die "cannot read the key $1" ;;
	esac
}

# NAMESPACE KEY: standard input's signature. For a key in openssl's form ssh-keygen wants the public half
# in a file beside it.
sign() {
	local file=$2
	if [[ $file != *.pub ]] && grep -q -e 'BEGIN EC' -e 'BEGIN PRIVATE' "$file"; then
		ln -sfn "$(realpath "$file")" "$secret/pem"
		public_half "$file" >"$secret/pem.pub"
		file=$secret/pem
	fi
	ssh-keygen -Y sign -q -n "$1" -f "$file"
}

# Public keys on standard input, as lines of ssh-keygen's allowed_signers for NAMESPACE.
allowed_signers() {
	{ grep -v -e '^#' -e '^[[:space:]]*$' || :; } | while read -r line; do
		# Principals, options and comments before and after the key are dropped.
		[[ $line =~ (^|[[:space:]])((sk-)?(ssh-ed25519|ecdsa-sha2-nistp256)(@openssh\.com)?\ [A-Za-z0-9+/]+=*)([[:space:]]|$) ]] ||
			die "not an Ed25519 or ECDSA P-256 public key: $line"
		printf 'support-access namespaces="%s" %s\n' "$1" "${BASH_REMATCH[2]}"
	done | awk '!seen[$0]++'
}

# FILE: the signers' public keys, the one that signs first.
write_signers() {
	local public more=''
	public=$(public_half "$key")
	[ -z "$more_signers" ] || more=$(cat "$more_signers") || die "cannot read $more_signers"
	printf '%s\n%s\n' "$public" "$more" | allowed_signers support-access >"$1"
}

# FILE: text and signature in one file, so that they can't tear apart; verified as a reader would.
sign_policy() {
	sign support-access "$key" <"$stage/policy.text" >"$stage/policy.sig" || die "cannot sign with $key"
	ssh-keygen -Y verify -q -n support-access -I support-access -f "$stage/signers" \
		-s "$stage/policy.sig" <"$stage/policy.text" >&2 || die 'the signature does not verify'
	{ cat "$stage/policy.text" && sed 's/^/# /' "$stage/policy.sig"; } >"$1"
}

utc() { date -u -d "@$1" +%FT%TZ; }
