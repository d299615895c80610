#!/bin/sh
# support-access @VERSION@
#
# 기술지원을 위한 SSH 접속을 정해진 시간 동안만 열고, 스스로 닫습니다.
#   curl -sLf @ORIGIN@ | sh -                  접속 열기
#   curl -sLf @ORIGIN@ | sh -s -- --dry-run    무엇을 할지 보기만 하기
#   curl -sLf @ORIGIN@ | sh -s -- --delete     끝내고 모두 지우기
# 이 파일은 프로그램을 내려받아 크기와 SHA-256을 확인하고, 임시 폴더에서 실행한 뒤 그 폴더를
# 지웁니다. 서버를 바꾸는 일은 그 프로그램만 합니다. 이 파일이 도중에 잘려서 오면 아무 일도
# 하지 않습니다. 마지막에 RESULT 줄이 없으면 끝난 일이 없는 것입니다.
#
# Opens SSH access for technical support for a limited time; it ends by itself. This file
# downloads the program, checks its size and SHA-256, runs it from a temporary folder and
# removes that folder. Only that program changes the server. Cut anywhere, this file does
# nothing. Where no RESULT line stands at the end, nothing was completed.
#
# 안내 / Guide: @ORIGIN@/guide/
#
# 종료 코드 / Exit codes (others: the program's, see its --help)
#    2  잘못된 사용 / usage
#    3  root가 아님 / not root
#    4  거절, 바뀐 것 없음 / refused, nothing changed
#   20  curl, wget 없음 / neither curl nor wget
#   21  내려받지 못함 / download failed
#   22  크기가 다름 / wrong size
#   23  SHA-256이 다름 / wrong SHA-256
#   24  SHA-256 도구 없음 / no SHA-256 tool
#   25  지원하지 않는 CPU, OS / CPU or system not supported
#   26  실행할 수 있는 폴더 없음 / no folder to run programs from
#   27  프로그램이 시작되지 않음 / the program does not start
#   28  쓸 수 있는 폴더 없음 / no folder can be written
#   29  이 파일이 온전하지 않음 / this file is incomplete
#  128+ 시그널로 멈춤 / stopped by a signal

# One brace group: the shell reads to its end before it runs any of it.
{
set -uf +Ce
umask 077
unset IFS CDPATH ENV BASH_ENV LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT TMPDIR GZIP GREP_OPTIONS \
	CURL_HOME WGETRC OPENSSL_CONF PERL5LIB PERL5OPT PERL_UNICODE PYTHONPATH PYTHONHOME
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME

version='@VERSION@'
commit='@COMMIT@'
origin='@ORIGIN@'
bases='@BASES@'
policy='@POLICY@'
language='@LANGUAGE@'
# size and SHA-256 of the binary, then of its .gz
x86_64='@X86_64@'
aarch64='@AARCH64@'
signers='@SIGNERS@'

T='' P='' Q='' own='' sig='' json='' dry='' lang='' want='' verb='' keyin='' getter='' fail=26 mode=grant

say() {
	[ "$L" = en ] || set -- "${2-$1}"
	printf '%s\n' "$1" >&2
}

# PID: who started it, in one read.
parent() {
	{ read -r s <"/proc/$1/stat" && s=${s##*) ? } && echo "${s%% *}"; } 2>/dev/null
}

# PID: ends a child, not whoever has its number by now; its code.
halt() {
	[ "$1" ] || return 1
	case $(parent "$1") in "$$" | '') kill "$1" 2>/dev/null ;; esac
	wait "$1" 2>/dev/null
}

tidy() {
	halt "$P"
	halt "$Q"
	[ -z "$T" ] || rm -rf "$T"
	T='' P='' Q=''
}

# CODE REASON ENGLISH KOREAN: the last words; for JSON, no quote or backslash.
end() {
	trap '' HUP INT PIPE TERM
	tidy
	trap - EXIT # in mksh its end would become our code
	word=failed
	[ "$1" != 4 ] || word=refused
	m=$3
	[ "$L" = en ] || m=$4
	say "$m"
	[ "$2" = program-died ] || say "Nothing was changed. Guide: $origin/guide/" "바뀐 것은 없습니다. 안내: $origin/guide/"
	# For support, nothing secret: no address, no proxy.
	case $1 in
		2?)
			say 'Send this to support:' '문의할 때 함께 보내 주십시오:'
			{
				uname -srm
				sed -n 's/^PRETTY_NAME=//p' /etc/os-release
				"${getter:-true}" --version 2>&1 </dev/null | sed -n '/[0-9]/{p;q;}'
				date -u
			} >&2 2>/dev/null
			;;
	esac
	if [ "$json" ]; then
		printf '{"schema":1,"result":"%s","error":{"code":%s,"id":"%s","message":"%s"}}\n' "$word" "$1" "$2" "$m"
	else
		printf 'RESULT: %s reason=%s exit=%s\n' "$word" "$2" "$1"
	fi
	exit "$1"
}

# shellcheck disable=SC2317,SC2329 # called by the traps
stop() { end "$1" signal 'Stopped by a signal.' '시그널을 받아 멈췄습니다.'; }

quoted() {
	case $1 in
		'' | *[!A-Za-z0-9_./:=,@%+-]*) printf " '%s'" "$(printf '%s\n' "$1" | sed "s/'/'\\\\''/g")" ;;
		*) printf ' %s' "$1" ;;
	esac
}

# Options are the program's. A flag counts wherever it stands: `--ticket --dry-run` is dry.
for a in "$@"; do
	case $want:$a in
		--lang:*) lang=$a ;;
		--key:- | --receipt:-) keyin=1 ;;
		:grant | :delete | :audit | :doctor | :check | :key) verb=${verb:-$a} ;;
	esac
	want=''
	case $a in
		--dry-run) dry=1 ;;
		--json) json=1 ;;
		--delete | --audit) mode=${a#--} ;;
		--lang=*) lang=${a#*=} ;;
		--key=- | --receipt=-) keyin=1 ;;
		--policy=* | --help | -h | --version | -V) own=1 ;;
		--policy) own=1 want=$a ;;
		--lang | --key | --receipt | --signers | --expires | --extend | --from | --account | --sudo | --ticket | --port) want=$a ;;
	esac
done
if [ "$mode" = grant ]; then
	mode=${verb:-grant}
	[ "${CAFE24DEL-}$verb" != yes ] || mode=delete
fi

L=en
case ${LC_ALL:-${LC_MESSAGES:-${LANG-}}} in
	'' | C | POSIX | C.*) L=$language ;;
	ko*) L=ko ;;
esac
case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
	*.[Uu][Tt][Ff]8* | *.[Uu][Tt][Ff]-8*) ;;
	*.*) L=en ;; # a charset that may not hold Korean
esac
[ "${TERM-}" != linux ] || L=en
case $lang in en | ko) L=$lang ;; esac
lc_all=${LC_ALL-}
LC_ALL=C
export LC_ALL

trap tidy EXIT
trap 'stop 129' HUP
trap 'stop 130' INT
trap 'stop 141' PIPE
trap 'stop 143' TERM

m=$(uname -snm)
n=${m#* }
printf 'support-access %s (%s) on %s: %s%s\n' "$version" "$commit" "${n% *}" "$mode" "${dry:+ --dry-run}" >&2

[ -z "$keyin" ] || end 2 usage \
	'The pipe carries this script, so - cannot work here. Give a file or an https address.' \
	'표준 입력은 이 스크립트가 쓰므로 - 를 쓸 수 없습니다. 파일이나 https 주소를 쓰십시오.'

case ${CAFE24DEL-}:$mode in
	:* | yes:* | no:[!d]* | no:doctor) ;;
	*) end 4 cafe24del 'CAFE24DEL must be yes, no or empty, and no contradicts delete.' \
		'CAFE24DEL은 yes, no 또는 빈 값이어야 하며, no는 삭제 요청과 함께 쓸 수 없습니다.' ;;
esac

u=$(id -u)
[ "$u" != 0 ] || HOME=~root # another user's .curlrc must not steer root
case $u:$mode in
	0:* | *:check | *:key) ;; # one's own files
	*)
		line='sudo sh -'
		case "$mode:$verb: $* " in delete::*' --delete '*) ;; delete::*) set -- "$@" --delete ;; esac
		if [ "$#" != 0 ]; then
			line="${line}s --"
			for a in "$@"; do line=$line$(quoted "$a"); done
		fi
		say 'This needs root. Paste this line:' 'root 권한이 필요합니다. 다음 줄을 붙여 넣으십시오.'
		printf '\n  curl -sLf %s | %s\n\n' "$origin" "$line" >&2
		end 3 not-root 'Not root.' 'root가 아닙니다.'
		;;
esac

# `CAFE24DEL=yes sudo sh` loses the variable: a wish to delete must not become a grant.
if [ -z "${CAFE24DEL-}" ] && [ "${SUDO_UID-}" ]; then
	p=$PPID lost=''
	for _ in 1 2 3 4; do
		{ [ "${p:-0}" -gt 1 ] && [ -z "$lost" ]; } || break
		lost=$({ tr '\0' '\n' <"/proc/$p/environ" | sed -n 's/^CAFE24DEL=//p'; } 2>/dev/null)
		p=$(parent "$p")
	done
	case $lost:$mode in
		:* | yes:delete | no:[!d]* | no:doctor) ;;
		*) end 4 cafe24del-lost 'sudo dropped CAFE24DEL. Use an argument instead: sh -s -- --delete' \
			'sudo가 CAFE24DEL을 지웠습니다. 대신 인자를 쓰십시오: sh -s -- --delete' ;;
	esac
fi

case ${m%% *}:${m##* } in
	Linux:x86_64 | Linux:amd64) cpu=x86_64 sums=$x86_64 ;;
	Linux:aarch64 | Linux:arm64) cpu=aarch64 sums=$aarch64 ;;
	*) end 25 cpu 'Only Linux on x86_64 and aarch64 is supported.' 'x86_64와 aarch64의 Linux만 지원합니다.' ;;
esac

split() {
	[ "$#" = 4 ] && [ "${#2}:${#4}" = 64:64 ] || return 1
	case $1$3:$2$4 in *[!0-9]*:* | *:*[!0-9a-f]*) return 1 ;; esac
	size=$1 sha=$2 gz_size=$3 gz_sha=$4
}
# shellcheck disable=SC2086 # words on purpose
split $sums || end 29 unfilled 'This install.sh is incomplete; fetch it again.' \
	'이 install.sh가 온전하지 않습니다. 다시 받으십시오.'

# Of standard input: a file's name can bend the output.
digest() {
	case $tool in
		busybox) busybox sha256sum ;;
		shasum) shasum -a 256 ;;
		openssl) openssl dgst -sha256 -r ;;
		python3) python3 -c 'import sys,hashlib;print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())' ;;
		perl) perl -MDigest::SHA=sha256_hex -0777 -ne 'print sha256_hex($_)' ;;
		*) sha256sum ;;
	esac 2>/dev/null
}

# The first that gets a known answer right.
for tool in sha256sum busybox shasum openssl python3 perl none; do
	case $(printf abc | digest) in
		ba7816bf8f01cfea414140de*) break ;;
	esac
done
[ "$tool" != none ] || end 24 no-hash-tool 'No tool here computes SHA-256. Install coreutils or openssl.' \
	'SHA-256을 계산할 도구가 없습니다. coreutils나 openssl을 설치하십시오.'

# What each version knows; what an old one may not.
if command -v curl >/dev/null; then
	getter=curl
	few='curl -fsS --connect-timeout 10 --max-time 300 --speed-limit 1024 --speed-time 30 -o'
	more='--proto =https --tlsv1.2 -L'
elif command -v wget >/dev/null; then
	getter=wget
	few='wget -q -O'
	! timeout 300 true 2>/dev/null || few="timeout 300 $few"
	more='--tries=1 --timeout=30 --max-redirect=0 --secure-protocol=TLSv1_2'
else
	end 20 no-downloader 'Neither curl nor wget is here. Install curl.' 'curl과 wget이 없습니다. curl을 설치하십시오.'
fi

# LIMIT COMMAND…: in the background, so that a signal is heard at once. An endless body ends there.
begin() {
	{ ulimit -f $(($1 / 512 + 2)); shift; exec "$@"; } </dev/null &
}

# shellcheck disable=SC2086 # words on purpose
# URL FILE LIMIT -> $rc. A tool that lacks a flag goes without, for the hash decides; but then it
# follows no redirect, which could leave https.
fetch() {
	for m in "$more" ''; do
		begin "$3" $few "$2" $m "$1"
		P=$!
		wait "$P"
		rc=$?
		P=''
		case $getter$rc in
			curl[24] | wget2) ;;
			wget1) ! wget --version >/dev/null 2>&1 || return ;; # BusyBox: any failure
			*) return ;;
		esac
		[ -z "$m" ] || say "$getter is old or simple: trying with fewer flags."
	done
}

# CODE: the gravest stays; a network error never hides a wrong hash.
because() { [ "$1" -le "$why" ] || why=$1; }

# FILE SIZE SHA256
same() {
	h=$(digest <"$1")
	h=${h%%[!0-9a-f]*}
	[ "$h" != "$3" ] || return 0
	n=$(($(wc -c <"$1")+0))
	if [ "$n" -ne "$2" ]; then
		because 22
		say "Wrong size: $n, not $2." "크기가 다릅니다: $2 대신 $n"
		! grep -qi -e '<html' -e '<!doctype' "$1" || say 'It is a web page, perhaps from a proxy or a sign-in page.' \
			'웹 페이지가 왔습니다. 프록시나 로그인 페이지일 수 있습니다.'
		return 1
	fi
	because 23
	say "Wrong SHA-256: $h, not $3." "SHA-256이 다릅니다: $3 대신 $h"
	return 1
}

# shellcheck disable=SC2086 # words on purpose
# Three tries, each from zero, the last without .gz. 0, 28 (disk full), or 1 with $why.
obtain() {
	why=21
	for try in 1 2 3; do
		[ "$try" = 1 ] || sleep $((try * 2 - 2))
		for base in $bases; do
			u=$base/v/$version/support-access-$cpu z='' most=$size
			[ "$try" = 3 ] || ! command -v gzip >/dev/null || z=.gz most=$gz_size
			say "Downloading ($try/3): $u$z" "내려받는 중 ($try/3): $u$z"
			[ ! -e "$b$z" ] || rm -f "$b$z" # .curlrc: no-clobber
			# Meanwhile the policy, in silence: the program judges it, or fetches it.
			halt "$Q"
			case $mode$own in
				grant | delete | audit) begin 262144 $few "$T/policy" $more "$policy" 2>/dev/null; Q=$! ;;
			esac
			fetch "$u$z" "$b$z" "$most"
			case $getter$rc in
				*[a-z]0) ;;
				curl23 | wget3) return 28 ;; # curl's own 28 is a timeout
				*)
					say "$getter: $rc"
					[ "$rc" != 153 ] || because 22 # ended at the limit
					continue
					;;
			esac
			if [ "$z" ]; then
				same "$b.gz" "$gz_size" "$gz_sha" || continue
				gzip -dc <"$b.gz" >"$b" || return 28
				true >"$b.gz"
			fi
			same "$b" "$size" "$sha" || continue
			[ -x "$b" ] || chmod 700 "$b"
			return
		done
	done
	return 1
}

# DIR: a real folder that only root can rearrange? In a dry run: in memory as well.
safe() {
	[ -d "$1" ] && [ ! -L "$1" ] || return 1
	[ "$u" = 0 ] || [ -w "$1" ] || return 1
	# shellcheck disable=SC2046 # words on purpose
	set -- "$1" $(ls -ldn "$1")
	case $4:$2 in 0:d????-??-* | 0:d????????[tT]*) ;; *) return 1 ;; esac
	[ "$dry" ] || return 0
	fs='' # the last mount is on top
	while read -r _ m t _; do [ "$m" != "$1" ] || fs=$t; done </proc/mounts
	[ "$fs" = tmpfs ]
}

# DIR: 0: the verified program runs there, 26: programs may not, 28: it can't be written. Only
# running one tells: [ -x ] does not see noexec in every shell. Its place is the program's.
settle() {
	T=$(mktemp -d "$1/support-access.XXXXXXXXXX" 2>/dev/null) || { T='' && return 28; }
	b=$T/support-access
	printf '#!/bin/sh\nexit 42\n' 2>/dev/null >"$b" || return 28
	chmod 700 "$b"
	"$b" </dev/null >/dev/null 2>&1
	[ "$?" = 42 ] || return 26
	obtain
	case $?:$why in
		0:*) ;;
		28:*) return 28 ;;
		1:22) end 22 size 'The download has the wrong size.' '내려받은 파일의 크기가 다릅니다.' ;;
		1:23) end 23 hash 'The download has the wrong SHA-256; it was not run.' \
			'내려받은 파일의 SHA-256이 달라 실행하지 않았습니다.' ;;
		*) end 21 download 'The download failed. Check network, proxy (https_proxy) and clock.' \
			'내려받지 못했습니다. 네트워크, 프록시(https_proxy), 시각을 확인하십시오.' ;;
	esac
	env -i "$b" --version </dev/null >/dev/null 2>&1
	rc=$?
	case $rc in
		0) return ;;
		126) return 26 ;;
		132) end 27 illegal-instruction 'This CPU lacks an instruction that the program needs.' \
			'프로그램에 필요한 명령이 이 CPU에 없습니다.' ;;
		*) end 27 does-not-start "The program does not start: $rc." "프로그램이 시작되지 않습니다: $rc" ;;
	esac
}

for d in /run /dev/shm /var/lib /root /var/tmp /tmp; do
	safe "$d" || continue
	settle "$d"
	case $? in
		0) break ;;
		28)
			fail=28
			say "$d: cannot be written." "$d: 쓸 수 없습니다."
			;;
		*) say "$d: programs may not run (noexec, fapolicyd, SELinux)." \
			"$d: 프로그램을 실행할 수 없습니다(noexec, fapolicyd, SELinux)." ;;
	esac
	tidy
done
if [ -z "$T" ]; then
	[ "$fail" != 28 ] || end 28 no-space 'No folder can be written: full or read-only.' \
		'쓸 수 있는 폴더가 없습니다. 가득 찼거나 읽기 전용입니다.'
	end 26 noexec 'No folder lets programs run. (--dry-run uses only tmpfs: /run, /dev/shm, /tmp.)' \
		'프로그램을 실행할 수 있는 폴더가 없습니다. (--dry-run은 tmpfs만 씁니다: /run, /dev/shm, /tmp)'
fi

# The program's whole environment.
set -- "SUPPORT_ACCESS_POLICY=$policy" "$b" "$@"
if [ "$signers" ]; then
	printf '%s\n' "$signers" >"$T/signers"
	set -- "SUPPORT_ACCESS_SIGNERS=$T/signers" "$@"
fi
! halt "$Q" || set -- "SUPPORT_ACCESS_POLICY_FILE=$T/policy" "$@"
Q=''
[ -z "$lc_all" ] || set -- "LC_ALL=$lc_all" "$@"
for v in CAFE24DEL TERM NO_COLOR LANG LANGUAGE LC_MESSAGES LC_CTYPE SSL_CERT_FILE SSL_CERT_DIR SUDO_USER SUDO_UID \
	SUDO_GID SSH_AUTH_SOCK http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY; do
	eval "[ -z \"\${$v+x}\" ] || set -- \"$v=\$$v\" \"\$@\""
done

# From here signals are the program's to answer: a lost terminal must not leave work half done.
trap 'sig=1' HUP PIPE
trap 'sig=1; [ -z "$P" ] || kill -TERM "$P" 2>/dev/null' INT TERM
env -i "PATH=$PATH" "HOME=$HOME" "SUPPORT_ACCESS_ORIGIN=$origin" "$@" </dev/null &
P=$! code=127
while :; do
	sig=''
	wait "$P"
	rc=$?
	[ "$rc" = 127 ] || code=$rc
	[ "$sig" ] || break
done
P=''
[ "$code" -lt 126 ] || end "$code" program-died "The program was stopped: $code." "프로그램이 멈췄습니다: $code"
tidy
exit "$code"
}
