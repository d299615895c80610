# The write-once part of a site, /v/VERSION/; sourced by scripts/publish, never run.
# shellcheck shell=bash

# What signatures add to a version: it stands once it is published, though keys may change.
signatures=(SHA256SUMS.sig SHA256SUMS.ecdsa release.signers release.pem)

# DIR: the programs, built in two folders with two homes; the same bytes, or none.
build_twice() {
	"$root/scripts/build" --out "$1"
	case $version in *-dirty-*)
		step 'skipped: the second build, since only a commit can be had in another folder'
		return
		;;
	esac
	local other=$stage/another/place cargo=${CARGO_HOME:-$HOME/.cargo} rustup=${RUSTUP_HOME:-$HOME/.rustup} file
	step 'building again in another folder and with another home: the bytes must be the same'
	mkdir -p "$other/home" "$other/cargo/registry"
	git clone -q --no-hardlinks "$root" "$other/source"
	git -C "$other/source" checkout -q --detach "$commit"
	# The packages as they were downloaded; cargo holds each against Cargo.lock and unpacks it anew.
	for file in registry/cache registry/index config config.toml; do
		[ ! -e "$cargo/$file" ] || cp -a "$cargo/$file" "$other/cargo/$file"
	done
	HOME=$other/home RUSTUP_HOME=$rustup CARGO_HOME=$other/cargo \
		CARGO_TARGET_DIR=$other/target "$other/source/scripts/build" --out "$other/out"
	for file in "$1"/*; do
		cmp "$file" "$other/out/${file##*/}" >&2 || die "two builds of $commit differ in ${file##*/}: nobody could check what is published"
	done
	step 'the same bytes:'
	(cd "$1" && sha256sum -- *) >&2
	rm -rf -- "$stage/another"
}

# $binaries into $release, and their sizes and hashes into $sums, in the order of install.sh's.
gather_release() {
	local cpu name file
	mkdir "$release"
	sums=()
	for cpu in x86_64 aarch64; do
		name=support-access-$cpu
		check_binary "$binaries/$name" "$cpu"
		install -m 755 "$binaries/$name" "$release/$name"
		[ ! -f "$binaries/$name.gz" ] || install -m 644 "$binaries/$name.gz" "$release/$name.gz"
		pack "$release/$name"
		[ "$(bytes "$release/$name.gz")" -le 1500000 ] || die "$name.gz has more than 1.5 MB"
		sums+=("$(bytes "$release/$name") $(sha256 "$release/$name") $(bytes "$release/$name.gz") $(sha256 "$release/$name.gz")")
		step "$name: $(bytes "$release/$name") bytes, $(bytes "$release/$name.gz") compressed"
	done
	if is_of_commit; then
		for file in build.json sbom.json; do install -m 644 "$binaries/$file" "$release/$file"; done
	elif [ "$allow_dirty" ]; then
		step 'note: what scripts/build tells of the programs does not fit this commit, and is left out'
	else
		die "the programs in $binaries are not what scripts/build made of $commit (build.json). Leave --binaries out, or run scripts/build anew"
	fi
}

# Whether build.json and sbom.json tell of these programs and of this commit.
is_of_commit() {
	local cpu about=$binaries/build.json
	[ -f "$about" ] && [ -f "$binaries/sbom.json" ] || return 1
	grep -qF "\"commit\": \"$commit\"" "$about" || return 1
	[ "$allow_dirty" ] || ! grep -q '"built_as": ".*-dirty"' "$about" || return 1
	for cpu in x86_64 aarch64; do
		grep -qF "\"support-access-$cpu\": \"$(sha256 "$binaries/support-access-$cpu")\"" "$about" || return 1
	done
}

# What install.sh says beyond commit and programs. A site that changes it gets another version, since
# install.sh is in there as well.
settings() {
	printf '%s\n' "$url" "$bases" "${fact[language]}" "$(cat "$stage/signers")" | sha256sum | cut -c 1-6
}

# install.sh, sums and signatures into $release, which then is a whole version; the published one must
# have the same bytes.
finish_release() {
	install -m 644 "$stage/install.sh" "$release/install.sh"
	(cd "$release" && sha256sum -- * >"$stage/SHA256SUMS")
	mv "$stage/SHA256SUMS" "$release/SHA256SUMS"
	local published=$out/v/$version options=() file
	if [ -e "$published" ]; then
		for file in "${signatures[@]}"; do options+=(-x "$file"); done
		diff -rq "${options[@]}" "$release" "$published" >&2 || die "version $version is published with other bytes; versions are write-once, so commit and publish anew"
		step "$version is published and stays as it is, with its signatures"
		rm -rf -- "$release"
		return
	fi
	sign_sums
	mkdir "$stage/v"
	mv -T "$release" "$stage/v/$version"
}

# Two signatures, for readers who have ssh-keygen and for those who have openssl.
sign_sums() {
	local signer=${release_key:-$key}
	step 'SHA256SUMS: sign, verify'
	cp "$stage/release.signers" "$release/release.signers"
	sign support-access-release "$signer" <"$release/SHA256SUMS" >"$release/SHA256SUMS.sig" ||
		die "cannot sign with $signer"
	ssh-keygen -Y verify -q -n support-access-release -I support-access -f "$release/release.signers" \
		-s "$release/SHA256SUMS.sig" <"$release/SHA256SUMS" >&2 || die 'the signature of SHA256SUMS does not verify'
	if [ -z "$pem" ]; then
		step 'note: no SHA256SUMS.ecdsa, for readers who have openssl only; --openssl-key FILE makes one'
		return
	fi
	cp "$stage/release.pem" "$release/release.pem"
	openssl dgst -sha256 -sign "$pem" -out "$release/SHA256SUMS.ecdsa" "$release/SHA256SUMS" || die "cannot sign with $pem"
	rm -f -- "$secret/key"
	openssl dgst -sha256 -verify "$release/release.pem" -signature "$release/SHA256SUMS.ecdsa" \
		"$release/SHA256SUMS" >&2 || die 'the ECDSA signature does not verify'
}

# The public halves of all keys: a wrong one is told before anything is built.
read_keys() {
	write_signers "$stage/signers"
	public_half "${release_key:-$key}" | allowed_signers support-access-release >"$stage/release.signers"
	pem=$openssl_key
	[ "$pem" ] || pem=$(pem_of "${release_key:-$key}")
	[ "$pem" ] || return 0
	openssl pkey -in "$pem" -pubout -out "$stage/release.pem" || die "cannot read the key $pem"
	openssl pkey -pubin -in "$stage/release.pem" -noout -text | grep 'prime256v1' >/dev/null ||
		die "$pem is not an ECDSA P-256 key. To make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out FILE"
}

# KEY: a file that openssl can sign with, if this P-256 key is one. That of OpenSSH's own form is
# converted, in memory and for this run; one with a passphrase is not.
pem_of() {
	case $1 in *.pub) return 0 ;; esac
	case $(public_half "$1") in ecdsa-sha2-nistp256*) ;; *) return 0 ;; esac
	if ! grep -q 'BEGIN OPENSSH' "$1"; then
		printf '%s' "$1"
		return
	fi
	install -m 600 "$1" "$secret/key"
	ssh-keygen -q -p -m PEM -P '' -N '' -f "$secret/key" >/dev/null 2>&1 || return 0
	printf '%s' "$secret/key"
}
