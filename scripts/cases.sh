# The table of attacks; sourced, never run.
# shellcheck shell=bash

# begin_cases FOLDER: tests note each case that they try in a file there (tests/lab/src/cases.rs).
begin_cases() {
	rm -rf "$1"
	mkdir -p "$1"
	export SUPPORT_ACCESS_CASES=$1
}

# print_cases: class, cases tried, failures; the same for each cause of a refused login; then what could
# not be tried here. Fails if a case did.
print_cases() {
	cat "$SUPPORT_ACCESS_CASES"/* 2>/dev/null | sort | awk -F '\t' '
		!($1 in tried) { order[++classes] = $1 }
		{ tried[$1] += $2; failed[$1] += $3 == "FAILED" ? $2 : 0 }
		/^doctor: / && $2 {
			if (!($4 in rounds)) causes[++known] = $4
			rounds[$4] += $2; ill[$4] += $3 == "FAILED" ? $2 : 0
		}
		$3 ~ /^skipped/ { skipped[++skips] = $1 ": " $4 ": " $3 }
		END {
			printf "%-34s %8s %9s\n", "class", "cases", "failures"
			for (i = 1; i <= classes; i++) {
				printf "%-34s %8d %9d\n", order[i], tried[order[i]], failed[order[i]]
				all += tried[order[i]]; bad += failed[order[i]]
			}
			printf "%-34s %8d %9d\n", "all", all, bad
			if (known) printf "\n%-34s %8s %9s\n", "cause of a refused login", "rounds", "failures"
			for (i = 1; i <= known; i++) {
				printf "%-34s %8d %9d\n", causes[i], rounds[causes[i]], ill[causes[i]]
			}
			for (i = 1; i <= skips; i++) print skipped[i]
			exit bad > 0
		}'
}
