# What the server does, whatever is published; sourced by scripts/publish-check, never run.
# shellcheck shell=bash disable=SC2154 # its variables are set there

# TLS as old and new clients speak it, and the chain as one sees it who knows the roots only.
check_connection() {
	local rc=0
	host=${url#https://} host=${host%%/*} port=443
	case $host in *:*) port=${host##*:} host=${host%%:*} ;; esac
	"${curl[@]}" -o "$work/any" -- "$url/" 2>"$work/why" || rc=$?
	case $rc in
		0 | 63) check_chain '' ;;
		5 | 6 | 7 | 28)
			fail connection "$(head -n 1 "$work/why" | tr -cd '[:print:]')"
			exit 1
			;;
		51 | 60) check_chain wrong ;;
		35) ;; # told below, version by version
		*)
			fail connection "curl ends with $rc: $(head -n 1 "$work/why" | tr -cd '[:print:]')"
			exit 1
			;;
	esac
	# The ciphers that the TLS of CentOS 7 and Ubuntu 18.04 has in common with today's.
	local old='ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384'
	local lost=''
	if "${curl[@]}" -o /dev/null --tls-max 1.2 --ciphers "$old" -- "$url/" 2>/dev/null; then
		ok tls-1.2 'spoken, with a cipher that old clients have'
	else
		lost=yes
		fail tls-1.2 'old clients (CentOS 7, Ubuntu 18.04) get no connection. Allow TLS 1.2 with ECDHE and AES-GCM'
	fi
	if "${curl[@]}" -o /dev/null --tlsv1.3 -- "$url/" 2>/dev/null; then
		ok tls-1.3 'spoken'
	else
		warn tls-1.3 'not spoken; harmless today'
		[ -z "$lost" ] || exit 1
	fi
}

# [WRONG]: says why a chain is not believed; what comes after is looked at all the same.
check_chain() {
	local roots=() sent why
	[ -z "$cacert" ] || roots=(-CAfile "$cacert")
	openssl s_client -connect "$host:$port" -servername "$host" -verify_hostname "$host" -showcerts "${roots[@]}" \
		</dev/null >"$work/chain" 2>/dev/null || :
	sent=$(grep -c 'BEGIN CERTIFICATE' "$work/chain" || :)
	why=$(sed -n 's/^ *Verify return code: *//p' "$work/chain" | tail -n 1 | tr -cd '[:print:]')
	if [ "$1" ]; then
		fail chain "customers' servers don't believe it: ${why:-no certificate}; the server sends $sent. Send the leaf, then all intermediates, for the name $host"
		curl+=(--insecure)
		wget+=(--no-check-certificate)
	elif openssl x509 -checkend $((7 * 86400)) -noout -in "$work/chain" >/dev/null 2>&1; then
		ok chain "believed by one who knows the root only; the server sends $sent"
	else
		warn chain "the certificate ends within 7 days ($(openssl x509 -enddate -noout -in "$work/chain" 2>/dev/null | cut -d= -f2)). Renew it"
	fi
}

# `/` and `/install.sh`; $script is the one that everything else is held against.
check_scripts() {
	local name path good=0
	script='' root_is_script=''
	for name in root install; do
		case $name in root) path=/ ;; *) path=/install.sh ;; esac
		get "$name" "$url$path"
		answered script "$name" "$path" || continue
		case $(header "$name" content-type) in
			text/plain*) ;;
			*) warn type "$path is '$(header "$name" content-type)': harmless to the line, odd in a browser. Send: text/plain; charset=utf-8" ;;
		esac
		is_short_lived "$name" "$path"
		is_script "$work/$name" || {
			fail script "$path is not an install.sh: $(head -n 1 "$work/$name" | head -c 60 | tr -cd '[:print:]')"
			continue
		}
		good=$((good + 1)) script=$work/$name
		[ "$name" != root ] || root_is_script=yes
	done
	if [ "$out" ] && [ "$script" ] && ! cmp -s "$script" "$out/install.sh"; then
		fail stale "install.sh is not the one in $out. Upload it, or clear the cache that holds an older one"
	fi
	[ "$good" != 2 ] || if cmp -s "$work/root" "$work/install"; then
		ok script "/ and /install.sh: $(published_value version "$script")"
	else
		fail same '/ and /install.sh differ. If a publication was minutes ago, caches may still hold the older; otherwise upload both'
	fi
}

# FILE: whole, filled and small enough?
is_script() {
	[ "$(bytes "$1")" -le 16384 ] && [ "$(head -c 9 "$1")" = '#!/bin/sh' ] && [ "$(tail -n 1 "$1")" = '}' ] || return 1
	[[ $(published_value version "$1") =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]] || return 1
	local sums
	for sums in "$(published_value x86_64 "$1")" "$(published_value aarch64 "$1")"; do
		[[ $sums =~ ^[0-9]{1,9}\ [0-9a-f]{64}\ [0-9]{1,9}\ [0-9a-f]{64}$ ]] || return 1
	done
}

# The same bytes for everybody.
check_clients() {
	local agent other=''
	[ "$root_is_script" ] || return 0
	for agent in 'curl/7.29.0' 'Wget/1.14 (linux-gnu)' 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0'; do
		get agent "$url/" -A "$agent"
		cmp -s "$work/agent" "$work/root" || other+=" ${agent%% *} ($code)"
	done
	if [ "$other" ]; then
		fail user-agent "/ differs for:$other. Serve the script to everybody; the page for people is /guide/"
	else
		ok user-agent 'the same bytes for curl, wget and a browser'
	fi
	other=''
	get client "$url/" --http1.0
	cmp -s "$work/client" "$work/root" || other+=' HTTP/1.0'
	get client "$url/" --http1.1
	cmp -s "$work/client" "$work/root" || other+=' HTTP/1.1'
	get client "$url/" --compressed
	cmp -s "$work/client" "$work/root" || other+=' curl --compressed'
	"${wget[@]}" -O "$work/client" -- "$url/" 2>/dev/null && cmp -s "$work/client" "$work/root" || other+=' wget'
	if [ "$other" ]; then fail clients "/ is not the same for:$other"; else ok clients 'the same bytes by HTTP/1.0, HTTP/1.1, compressed, and wget'; fi
}

# Who types http:// must not get a script that anybody on the way could have changed.
check_http() {
	get plain "http://$host/" --proto '=http' --max-time 15
	case $code in
		2??) fail http "http://$host/ answers with content ($code), which anybody on the way can change. Close it, or redirect to https" ;;
		000) ok http 'nothing is served without TLS' ;;
		*) ok http "nothing is served without TLS ($code)" ;;
	esac
}

# What is not there must not look as if it were.
check_missing() {
	local path wrong=''
	for path in /no-such-file /v/no-such-version/support-access-x86_64 /.publish-no-such; do
		get missing "$url$path"
		case $code in 403 | 404 | 410) ;; *) wrong+=" $path ($code)" ;; esac
	done
	if [ "$wrong" ]; then
		fail missing "what does not exist is not answered with 404:$wrong. Switch such pages off"
	else
		ok missing 'what does not exist is answered so'
	fi
}

check_clock() {
	local told age off
	get clock "$url/install.sh"
	told=$(date -d "$(header clock date)" +%s 2>/dev/null) || told=''
	[ "$(header clock date)" ] && [ "$told" ] || {
		warn clock 'the server sends no Date'
		return 0
	}
	age=$(header clock age)
	[[ $age =~ ^[0-9]{1,9}$ ]] || age=0
	off=$((told + age - $(date +%s)))
	if [ "${off#-}" -le 300 ]; then
		ok clock 'the server and this machine agree'
	else
		warn clock "the server's clock and this machine's differ by $off seconds. One of them is wrong; certificates and valid-until depend on it"
	fi
}

check_guide() {
	get guide "$url/guide/"
	answered guide guide /guide/ || return 0
	is_short_lived guide /guide/
	case $(header guide content-type) in
		text/html*) ok guide 'is a page' ;;
		*) fail guide "/guide/ is '$(header guide content-type)', and browsers won't show it. Send: text/html; charset=utf-8" ;;
	esac
}
