# The page for people, /guide/, in Korean and English; sourced by scripts/publish, never run.
# shellcheck shell=bash
#
# docs/guide/ has the text of both pages, their style and their script. All that a policy decides is
# filled in from its facts, as the program understands them, so that the page is never wrong.

# The pages, as the site's folder has them.
# shellcheck disable=SC2034 # for scripts/publish
guide_pages=(guide/index.html guide/en/index.html)

# FOLDER RELEASE…: writes both pages into FOLDER. The first RELEASE that is there is the published
# version's folder; where it is signed, the pages tell how to verify it. Also reads $url, $version,
# $stage/signers and the array fact.
write_guide() {
	local folder=$1
	shift
	while [ ! -d "$1" ]; do shift; done
	need openssl openssl
	mkdir -p "$folder/en"
	guide_page ko "$1" >"$folder/index.html"
	guide_page en "$1" >"$folder/en/index.html"
}

# LANGUAGE RELEASE
guide_page() {
	local language=$1 release=$2 page=$stage/guide.page style script icon
	local keys=none extend=no signed=no openssl=no signers='' pem=''
	case ${fact[fingerprints]-untold} in
		untold) keys=untold ;; # by an older program, for which its policy must be published all the same
		'') ;;
		*) keys=some ;;
	esac
	local longer=$(($(seconds "${fact[longest]}") - $(seconds "${fact[lifetime]}")))
	[ "$longer" = 0 ] || extend=yes
	if [ -f "$release/release.signers" ]; then
		signed=yes
		signers=$(cat "$release/release.signers")
	fi
	if [ -f "$release/SHA256SUMS.ecdsa" ]; then
		openssl=yes
		pem=$(cat "$release/release.pem")
	fi
	style=$(cat "$root/docs/guide/page.css")
	script=$(cat "$root/docs/guide/page.js")
	icon="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%230a57a3'/%3E%3Cpath d='M8 10l6 6-6 6M17 22h8' fill='none' stroke='%23fff' stroke-width='3'/%3E%3C/svg%3E"

	guide_parts "sudo=${fact[sudo]}" "keys=$keys" "extend=$extend" "signed=$signed" "openssl=$openssl" \
		<"$root/docs/guide/$language.html" | keep_words_whole >"$page"
	fill "$page" \
		CSP "default-src 'none'; style-src '$(csp_hash "$style")'; script-src '$(csp_hash "$script")'; img-src data:; base-uri 'none'; form-action 'none'" \
		STYLE "$style" SCRIPT "$script" ICON "$icon" \
		ORIGIN "$url" VERSION "$version" SERIAL "${fact[serial]}" CAUSES "$(grep -c '^<details><summary>' "$page")" \
		PROVIDER "$(escaped "${fact[provider]}")" ACCOUNT "$(escaped "${fact[account]}")" PORT "${fact[port]}" \
		OTHER_PORT "$([ "${fact[port]}" = 2222 ] && echo 22 || echo 2222)" \
		LIFETIME "$(span "$language" "${fact[lifetime]}")" LONGEST "$(span "$language" "${fact[longest]}")" \
		SHORTER "$(at_most_4h "$(seconds "${fact[lifetime]}")")" LONGER "$(at_most_4h "$longer")" \
		FROM_ITEMS "$(items "${fact[from]}")" KEY_ITEMS "$(items "${fact[fingerprints]-}")" \
		FROM_ROWS "$(rules)" POLICY_SIGNERS_FILE "$(cat "$stage/signers")" RELEASE_SIGNERS_FILE "$signers" PEM "$pem" \
		POLICY_SIGNERS "$(items "$(fingerprints_of "$stage/signers")")" \
		RELEASE_SIGNERS "$([ "$signed" = no ] || items "$(fingerprints_of "$release/release.signers")")"
	rm -- "$page"
}

# FACT=VALUE…: keeps what stands between `<!-- if FACT=VALUE -->` and `<!-- end -->` where it is so, and
# drops comments, which are for those who write the page.
guide_parts() {
	awk -v facts=" $* " '
		/^<!-- if [a-z]+=[a-z]+ -->$/ { skip = !index(facts, " " $3 " "); next }
		/^<!-- end -->$/ { skip = 0; next }
		/^<!--.*-->$/ { next }
		!skip'
}

# On a phone a command goes on in the next line, but never within an option, a path or an address.
keep_words_whole() { sed -E '/<pre .*<\/pre>/s#([ >])((-|@ORIGIN@|/usr/)[^ <]*)#\1<span>\2</span>#g'; }

# TEXT: for a Content-Security-Policy that lets this text run and nothing else.
csp_hash() { printf 'sha256-%s' "$(printf '%s' "$1" | openssl dgst -sha256 -binary | base64 -w 0)"; }

# TEXT: for a page; `@` as well, or a name such as @PORT@ would be filled in.
escaped() { sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g' -e 's/@/\&#64;/g' <<<"$1"; }

# LIST: its words, parted by commas, as items of a list.
items() {
	local word words
	IFS=, read -ra words <<<"$1"
	for word in "${words[@]}"; do printf '<li><code>%s</code></li>\n' "$(escaped "$word")"; done
}

# The rows of the firewall's rule: one for each address.
rules() {
	local word words
	IFS=, read -ra words <<<"${fact[from]}"
	for word in "${words[@]}"; do
		printf '<tr><td>SSH</td><td>TCP</td><td>%s</td><td><code>%s</code></td></tr>\n' "${fact[port]}" "$(escaped "$word")"
	done
}

# FILE: fingerprints of the keys in an allowed_signers file, parted by commas.
fingerprints_of() { sed 's/^support-access namespaces="[^"]*" //' "$1" | ssh-keygen -lf - | awk '{ printf "%s%s", comma, $2; comma = "," }'; }

# SPAN (90m, 72h, 14d): in seconds.
seconds() {
	case $1 in
		*m) echo $((${1%m} * 60)) ;;
		*h) echo $((${1%h} * 3600)) ;;
		*d) echo $((${1%d} * 86400)) ;;
		*) die "not a time span: $1" ;;
	esac
}

# SECONDS: as an option takes it, four hours at most: an example that this policy allows.
at_most_4h() {
	if [ "$1" -ge 14400 ]; then echo 4h; else echo "$(($1 / 60))m"; fi
}

# LANGUAGE SPAN: in words; days beside hours where those are whole.
span() {
	local number=${2%[mhd]} unit=${2: -1} days=''
	[ "$unit" != h ] || [ $((number % 24)) != 0 ] || [ "$number" = 24 ] || days=$((number / 24))
	if [ "$1" = ko ]; then
		case $unit in m) unit=분 ;; h) unit=시간 ;; d) unit=일 ;; esac
		printf '%s' "$number$unit${days:+($days일)}"
	else
		case $unit in m) unit=minute ;; h) unit=hour ;; d) unit=day ;; esac
		[ "$number" = 1 ] || unit+=s
		printf '%s' "$number $unit${days:+ ($days days)}"
	fi
}
