#!/usr/bin/env bash
# Root file systems for images, out of Debian packages; no image registry is needed.
#
#   tests/rootfs.sh ROOT PACKAGE…    unpack the packages and all they depend on into the directory ROOT
#
# Packages are fetched by apt from the machine's own mirror, once: they stay in ${XDG_CACHE_HOME:-~/.cache}/docker-flow/debs.
# They are unpacked, not installed: no maintainer script runs. /bin/sh and the usual tools are busybox;
# documentation, translations and what only installation scripts need are left out.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '4s/^# *//p' "$0" >&2; exit 2; }
root=$1
shift
debs=${XDG_CACHE_HOME:-$HOME/.cache}/docker-flow/debs
mkdir -p "$debs" "$root"/{dev,proc,sys,etc,run,root,srv,tmp,usr/bin,usr/sbin,usr/lib,usr/lib64}
chmod 1777 "$root/tmp"
for dir in bin sbin lib lib64; do ln -sfn "usr/$dir" "$root/$dir"; done

# Packages that only serve installation, or (llvm) a just-in-time compiler that is not needed
left_out='adduser bsdutils coreutils dash debconf debianutils diffutils dpkg findutils grep gzip hostname init-system-helpers
	iproute2 libdebconfclient0 login logsave lsb-base mawk passwd perl-base perl libperl5* perl-modules-* postgresql-*-common
	postgresql-common postgresql-client-common sed ssl-cert sysvinit-utils tar libllvm* libz3* util-linux util-linux-extra ucf
	sensible-utils bash base-passwd'

wanted() {
	local pattern
	for pattern in $left_out; do
		# shellcheck disable=SC2053,SC2254 # patterns
		case $1 in $pattern) return 1 ;; esac
	done
}

# fetch PACKAGE…: download what is missing of the packages and all they depend on, as apt would install
# them on a machine that has nothing; sets files
fetch() {
	local file missing=() list
	# lines of 'URI' FILE SIZE HASH
	list=$(apt-get install --print-uris -qq --no-install-recommends -oDir::State::status=/dev/null -oDir::State::extended_states=/dev/null \
		-oDir::Cache::archives=/dev/null -oDebug::NoLocking=1 "$@" | awk -v q="'" 'index($1, q) == 1 {print $2}') || return 1
	files=()
	for file in $list; do
		wanted "${file%%_*}" || continue
		files+=("$file")
		[ -s "$debs/$file" ] || missing+=("${file%%_*}")
	done
	[ ${#missing[@]} = 0 ] || (cd "$debs" && apt-get download -qq -oAPT::Sandbox::User= "${missing[@]}" >&2)
}

# The lists of a fresh or an old machine may be empty or out of date: refresh them once.
fetch busybox-static "$@" || { apt-get update -q >&2 && fetch busybox-static "$@"; } ||
	{ echo "rootfs.sh: apt cannot fetch: $*" >&2; exit 1; }
for file in "${files[@]}"; do
	dpkg-deb --fsys-tarfile "$debs/$file" | tar -x -C "$root" --keep-directory-symlink --no-same-owner \
		--exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/i18n/*' \
		--exclude='./usr/share/info/*' --exclude='./usr/share/lintian/*' --exclude='./usr/lib/postgresql/*/lib/bitcode/*' \
		--exclude='./usr/share/gcc/*' --exclude='./usr/share/perl5/*' --exclude='./etc/init.d/*' --exclude='./lib/systemd/*'
done

# busybox stands in for every tool that no package brought
for tool in $("$root/bin/busybox" --list-full); do
	[ -e "$root/$tool" ] || [ -L "$root/$tool" ] || ln -s /bin/busybox "$root/$tool"
done
[ -e "$root/etc/passwd" ] || printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' >"$root/etc/passwd"
[ -e "$root/etc/group" ] || printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
