# What scripts/build tells of the programs, beside them; sourced by it, never run.
# shellcheck shell=bash

# OUT CPU…: OUT/build.json, by which the programs can be made again. No path of this machine gets in.
about_build() {
	local out=$1 cpu flag programs=() plain=()
	shift
	for cpu in "$@"; do
		programs+=("$(printf '    "support-access-%s": "%s"' "$cpu" "$(sha256 "$out/support-access-$cpu")")")
	done
	for flag in "${flags[@]}"; do
		case $flag in --remap-path-prefix=*) ;; *) plain+=("$flag") ;; esac
	done
	cat >"$out/build.json" <<-END
		{
		  "schema": 1,
		  "commit": "$(git rev-parse HEAD)",
		  "built_as": "$SUPPORT_ACCESS_COMMIT",
		  "version": "$(sed -n 's/^version = "\([0-9A-Za-z.+-]*\)"$/\1/p' Cargo.toml | head -n 1)",
		  "source_date_epoch": $SOURCE_DATE_EPOCH,
		  "cargo_lock_sha256": "$(sha256 Cargo.lock)",
		  "rustc": "$(rustc --version)",
		  "cargo": "$(cargo --version)",
		  "clang": "$(clang --version | head -n 1)",
		  "rustflags": "${plain[*]}",
		  "programs": {
		$(join_lines "${programs[@]}")
		  }
		}
	END
}

# With a comma at the end of each but the last.
join_lines() {
	local all
	all=$(printf '%s,\n' "$@")
	printf '%s' "${all%,}"
}

# OUT: OUT/sbom.json, the crates that are built into the programs, and those that only compile them.
# Always of both kinds of CPU, for it goes into each program, whose bytes must not depend on --target.
about_parts() {
	local out=$1 cpu targets=() filters=()
	for cpu in x86_64 aarch64; do
		targets+=(--target "$cpu-unknown-linux-musl")
		filters+=(--filter-platform "$cpu-unknown-linux-musl")
	done
	crates() { cargo tree --locked -p support-access "${targets[@]}" --edges "$1" --prefix none --format '{p}' | sed -e 's/ (.*//' -e '/^$/d' | sort -u; }
	cargo metadata --locked --format-version 1 "${filters[@]}" |
		jq --arg commit "$(git rev-parse HEAD)" --arg time "$(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)" \
			--arg built "$(crates normal,build)" --arg linked "$(crates normal,no-proc-macro)" \
			--arg sums "$(awk -F'"' '/^name = /{n=$2} /^version = /{v=$2} /^checksum = /{print n, v, $2}' Cargo.lock)" \
			-f scripts/sbom.jq >"$out/sbom.json"
}

# OUT CPU: an object file whose section .dep-v0 holds the same list, to be linked into the program. It is
# not loaded when the program runs, and costs 2 kB of the download. Prints its name: a relative one, as
# all flags must be the same in every folder.
object_of_parts() {
	local folder=target/parts source parts
	mkdir -p "$folder"
	parts=$(mktemp -d)
	source=$(sed -n 's|^source = "registry+.*/\([a-z.]*\)-index"$|\1|p' Cargo.lock | sort -u | head -n 1)
	jq -cj --arg source "$source" -f scripts/auditable.jq "$1/sbom.json" >"$parts/json"
	zopfli --zlib -c "$parts/json" >"$parts/z"
	printf '.section .dep-v0,"",%%progbits\n.incbin "%s"\n' "$parts/z" |
		clang -target "$2-unknown-linux-musl" -c -x assembler - -o "$parts/o"
	# In one instant, since another build may be at work.
	mv "$parts/o" "$folder/$2.o"
	rm -rf -- "$parts"
	printf '%s' "$folder/$2.o"
}
