# What is published, file by file; sourced by scripts/publish-check, never run.
# shellcheck shell=bash disable=SC2154 # its variables are set there

# Signed by whom install.sh names, in force, and asked for again at little cost.
check_policy() {
	local until serial now tag
	published_value signers "$script" >"$work/signers"
	check_signers
	get policy "$url/policy.toml"
	answered policy policy /policy.toml || return 0
	is_short_lived policy /policy.toml
	tag=$(header policy etag)
	if [ "$tag" ]; then
		get again "$url/policy.toml" -H "If-None-Match: $tag"
		[ "$code" = 304 ] || tag=''
	fi
	if [ "$out" ] && ! cmp -s "$work/policy" "$out/policy.toml"; then
		fail stale "/policy.toml is not the one in $out. Upload it, or clear the cache that holds an older one"
	fi
	[ "$tag" ] || warn policy-again 'If-None-Match is not answered with 304: each server with open access fetches the whole policy every time. Switch ETags on'
	[ "$(bytes "$work/policy")" -le 262144 ] || {
		fail policy "/policy.toml has $(bytes "$work/policy") bytes; programs read 262144 at most"
		return 0
	}
	if ! signed "$work/policy"; then
		fail policy "its signature does not verify against the signers in install.sh, so programs refuse it. Publish again and upload both"
		return 0
	fi
	# Read only now that the signature vouches for it.
	until=$(sed -n 's/^valid-until[[:space:]]*=[[:space:]]*"\{0,1\}\([0-9TtZz:.+-]*\).*/\1/p' "$work/policy.text" | head -n 1)
	serial=$(sed -n 's/^serial[[:space:]]*=[[:space:]]*\([0-9_]*\).*/\1/p' "$work/policy.text" | head -n 1)
	until=$(date -d "$until" +%s 2>/dev/null) || until=0
	now=$(date +%s)
	if [ "$until" -le "$now" ]; then
		fail valid-until "the policy is no longer valid (or valid-until cannot be read). Publish a renewed one: --policy-only"
	elif [ "$until" -gt $((now + 90 * 86400)) ]; then
		fail valid-until "$(utc "$until") is more than 90 days ahead, and programs refuse that"
	elif [ "$until" -le $((now + 14 * 86400)) ]; then
		warn valid-until "the policy ends $(utc "$until"), within 14 days. Publish a renewed one: --policy-only"
	else
		ok policy "serial $serial, signed, valid until $(utc "$until")"
	fi
}

# FILE: by one of $work/signers? The text is in $work/policy.text then.
signed() {
	sed '/^# -----BEGIN SSH SIGNATURE-----/,$d' "$1" >"$work/policy.text"
	sed -n '/^# -----BEGIN SSH SIGNATURE-----/,$s/^# //p' "$1" >"$work/policy.sig"
	ssh-keygen -Y verify -q -n support-access -I support-access -f "$work/signers" -s "$work/policy.sig" \
		<"$work/policy.text" >/dev/null 2>&1
}

# Against --signers: whoever changed the site would name signers of his own.
check_signers() {
	local line strangers=''
	if [ -z "$own_signers" ]; then
		skipped signers "the site's own word is taken for who may sign; --signers FILE holds it against yours"
		return
	fi
	allowed_signers support-access <"$own_signers" >"$work/own"
	while read -r line; do
		grep -qxF "$line" "$work/own" || strangers+=" ${line##* }"
	done <"$work/signers"
	if [ "$strangers" ]; then
		fail signers "install.sh names signers that are not in $own_signers:$(tr -cd '[:print:]' <<<"$strangers" | head -c 400). If nobody rotated keys, the site is not yours any more"
	else
		ok signers "all are in $own_signers"
	fi
}

# Each program as install.sh would take it, from the site and from each mirror.
check_programs() {
	local base cpu size sha gz_size gz_sha version good=yes
	version=$(published_value version "$script")
	for base in $(published_value bases "$script"); do
		[[ $base =~ ^https://[A-Za-z0-9.:/_~-]+$ ]] || {
			fail program "install.sh names a place that is none: $(tr -cd '[:print:]' <<<"$base" | head -c 100)"
			continue
		}
		for cpu in x86_64 aarch64; do
			read -r size sha gz_size gz_sha <<<"$(published_value "$cpu" "$script")"
			check_program "$base/v/$version/support-access-$cpu" "$size" "$sha" || good=''
			check_program "$base/v/$version/support-access-$cpu.gz" "$gz_size" "$gz_sha" || good=''
		done
	done
	[ -z "$good" ] || ok program 'all have the size and SHA-256 that install.sh names'
}

# ADDRESS SIZE SHA256
check_program() {
	local found
	get program "$1"
	answered program program "$1" || return 1
	if [ "$(header program content-encoding)" ]; then
		fail encoding "$1 is sent as Content-Encoding: $(header program content-encoding), and clients may unpack it before it is hashed. Send files as they are"
		return 1
	fi
	# Asked by one who takes compressed answers, such as a cache on the way.
	get packed "$1" -H 'Accept-Encoding: gzip, br'
	if [ "$(header packed content-encoding)" ]; then
		fail encoding "$1 is packed on the way (Content-Encoding: $(header packed content-encoding)). Send files as they are"
		return 1
	fi
	found="$(bytes "$work/program") $(sha256 "$work/program")"
	[ "$found" = "$2 $3" ] || {
		fail program "$1 has size and SHA-256 $found, not $2 $3, and install.sh refuses it. Upload it again"
		return 1
	}
	case $(header program cache-control) in
		*immutable* | *max-age=31536000*) ;;
		*) warn cache-forever "$1 may be kept forever, and caches are not told. Send: public, max-age=31536000, immutable" ;;
	esac
}

# SHA256SUMS, its signatures, and each file that it names.
check_sums() {
	local version base name sum good=yes
	version=$(published_value version "$script") base=$url/v/$(published_value version "$script")
	get SHA256SUMS "$base/SHA256SUMS"
	answered sums SHA256SUMS "/v/$version/SHA256SUMS" || return 0
	check_sums_signature "$base"
	while read -r sum name; do
		[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] && [[ $sum =~ ^[0-9a-f]{64}$ ]] || {
			fail sums 'SHA256SUMS has a line that is none'
			return 0
		}
		# The programs were hashed against install.sh, which must say the same.
		case $name in
			support-access-x86_64 | support-access-aarch64)
				[[ $(published_value "${name#support-access-}" "$script") == *" $sum "* ]] || good=''
				continue
				;;
			support-access-x86_64.gz | support-access-aarch64.gz)
				name=${name%.gz}
				[[ $(published_value "${name#support-access-}" "$script") == *" $sum" ]] || good=''
				continue
				;;
			install.sh) [ "$(sha256 "$script")" = "$sum" ] || good='' ;;
		esac
		get listed "$base/$name"
		[ "$code" = 200 ] && [ "$(sha256 "$work/listed")" = "$sum" ] || {
			fail sums "/v/$version/$name is not what SHA256SUMS says ($code). Upload it again"
			return 0
		}
	done < <(head -n 100 "$work/SHA256SUMS")
	grep -q '  install\.sh$' "$work/SHA256SUMS" || good=''
	if [ "$good" ]; then
		ok sums 'SHA256SUMS tells the same as install.sh, and covers it'
	else
		fail sums 'SHA256SUMS and install.sh differ. Upload all of the last publication'
	fi
}

# BASE: both signatures, with the site's keys, or with --signers as far as they are OpenSSH's.
check_sums_signature() {
	get SHA256SUMS.sig "$1/SHA256SUMS.sig"
	answered signature SHA256SUMS.sig "$1/SHA256SUMS.sig" || return 0
	get release.signers "$1/release.signers"
	[ -z "$own_signers" ] || allowed_signers support-access-release <"$own_signers" >"$work/release.signers"
	if ssh-keygen -Y verify -q -n support-access-release -I support-access -f "$work/release.signers" \
		-s "$work/SHA256SUMS.sig" <"$work/SHA256SUMS" >/dev/null 2>&1; then
		ok signature 'SHA256SUMS.sig verifies'
	else
		fail signature 'SHA256SUMS.sig does not verify. Upload all of the last publication; if you did, find out who changed it'
	fi
	get SHA256SUMS.ecdsa "$1/SHA256SUMS.ecdsa"
	[ "$code" = 200 ] || {
		skipped openssl-signature 'none is published (--openssl-key)'
		return 0
	}
	get release.pem "$1/release.pem"
	if openssl dgst -sha256 -verify "$work/release.pem" -signature "$work/SHA256SUMS.ecdsa" "$work/SHA256SUMS" >/dev/null 2>&1; then
		ok openssl-signature 'SHA256SUMS.ecdsa verifies'
	else
		fail openssl-signature 'SHA256SUMS.ecdsa does not verify against release.pem. Upload all of the last publication'
	fi
}

# A script that somebody kept, or a cache holds, needs its own version.
check_versions() {
	local folder version lost='' count=0 file
	if [ -z "$out" ]; then
		skipped versions 'earlier versions; --out DIR tells which there were'
		return
	fi
	for folder in "$out"/v/*/; do
		version=$(basename "$folder")
		for file in SHA256SUMS support-access-x86_64.gz support-access-aarch64; do
			get old "$url/v/$version/$file"
			[ "$code" = 200 ] && cmp -s "$work/old" "$folder$file" || lost+=" $version/$file"
		done
		count=$((count + 1))
	done
	if [ "$lost" ]; then
		fail versions "gone or changed:$lost. Scripts that somebody kept still ask for them: upload $out/v again"
	else
		ok versions "$count served, each as in $out"
	fi
}
