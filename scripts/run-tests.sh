# Runs the programs of the tests; sourced, never run.
# shellcheck shell=bash

# run_tests LOG [OPTION…]: builds every test and runs their programs, two for each core and each with
# two threads, since hosts wait more than they work. What one says is printed when it has ended, and
# all of it is kept in LOG. The options are the test programs' own. Fails if one fails.
run_tests() {
	local log=$1 programs
	shift
	programs=$(build_tests | sed -n 's/^ *Executable .*(\(.*\))$/\1/p')
	[ -n "$programs" ] || return 1
	# The longest first, or the others would wait for it at the end.
	programs=$(grep '/doctor-' <<<"$programs" || :; grep -v '/doctor-' <<<"$programs" || :)
	: >"$log"
	# shellcheck disable=SC2016 # for the shell that xargs starts
	printf '%s\n' "$programs" | xargs -P $(($(nproc) * 2)) -I PROGRAM bash -c '
		log=$1 program=$2
		shift 2
		said=$("$program" --test-threads 2 "$@" 2>&1) && failed=0 || failed=1
		exec 9>>"$log"
		flock 9
		{
			printf "     Running %s\n%s\n\n" "${program##*/}" "$said"
			[ "$failed" = 0 ] || printf "error: %s failed\n\n" "${program##*/}"
		} | tee -a "$log"
		exit "$failed"' _ "$log" PROGRAM "$@"
}

# What cargo says of the tests' programs; why, if they can't be built.
build_tests() {
	local said
	said=$(cargo test --workspace --all-targets --locked --no-run 2>&1) || {
		printf '%s\n' "$said" >&2
		return 1
	}
	printf '%s\n' "$said"
}
