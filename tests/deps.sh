#!/usr/bin/env bash
# What building, the demo and the tests need, by Debian package name.
#
#   tests/deps.sh GROUP…           install what is missing; GROUP: build, demo, test
#   tests/deps.sh --list GROUP…    print the names
#
# Asks the network only when something is missing. Installing starts no system daemon, and sshd and the image registry,
# which only tests start, do not start with the machine either.
set -euo pipefail

build='gcc make pkg-config libc6-dev libyaml-dev libcyaml-dev libcjson-dev libcurl4-openssl-dev libarchive-dev libmd-dev libpcre2-dev
	libnghttp2-dev libmicrohttpd-dev'
engine='iptables iproute2 procps curl ca-certificates docker.io'
test='bats libcmocka-dev valgrind strace clang clang-format jq shellcheck lcov python3 openssh-client openssh-server docker-registry git'
# A docker of another origin stays what it is: the two packages exclude each other.
! { command -v docker && PATH=$PATH:/usr/sbin command -v dockerd; } >/dev/null || engine=${engine% docker.io}

list=
if [ "${1:-}" = --list ]; then
	list=1
	shift
fi
[ $# -gt 0 ] || { sed -n '4,5s/^# *//p' "$0" >&2; exit 2; }
packages=()
for group; do
	case $group in
	build) names=$build ;;
	demo) names=$engine ;;
	test) names="$engine $test" ;;
	*) printf 'deps.sh: no group "%s" (build, demo, test)\n' "$group" >&2; exit 2 ;;
	esac
	read -r -d '' -a names <<<"$names" || true
	packages+=("${names[@]}")
done
if [ -n "$list" ]; then
	printf '%s\n' "${packages[@]}" | sort -u
	exit 0
fi

installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | tr '\n' ' ') "
missing=()
for package in "${packages[@]}"; do
	[[ $installed == *" $package "* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

echo "installing: ${missing[*]}" >&2
# Packages ask policy-rc.d whether they may start their services: for this run the answer is no (101).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
	"${as_root[@]}" chmod 755 "$policy"
	trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi
install() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-remove --no-install-recommends "$@" >&2; }
# Package lists may be old or absent: refresh them once when that is why it fails.
install "${missing[@]}" || { "${as_root[@]}" apt-get update -q >&2 && install "${missing[@]}"; }

# disable PACKAGE SERVICE: unless it was there before
disable() {
	[[ " ${missing[*]} " != *" $1 "* ]] || ! command -v systemctl >/dev/null || "${as_root[@]}" systemctl -q disable "$2" >&2
}
disable openssh-server ssh.service
disable docker-registry docker-registry.service
