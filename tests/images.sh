#!/usr/bin/env bash
# The images that tests start from, made without a registry; needs DOCKER_HOST.
#
#   tests/images.sh [nginx]   make what is missing: busybox:latest; nginx:test, where it is named
#   tests/images.sh --list    print their names
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

case ${1:-} in
'' | nginx) ;;
--list) echo busybox:latest; exit 0 ;;
*) sed -n '4,5s/^# *//p' "$0" >&2; exit 2 ;;
esac
[ -n "${DOCKER_HOST:-}" ] || { echo "images.sh: DOCKER_HOST is not set; see tests/engine.sh" >&2; exit 1; }
# image NAME COMMAND PATH PACKAGE…: out of Debian's packages, once
image() {
	local name=$1 command=$2 path=$3 root
	shift 3
	! docker image inspect "$name" >/dev/null 2>&1 || return 0
	root=$(mktemp -d)
	"$here/rootfs.sh" "$root" "$@"
	tar -C "$root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c . |
		docker import -c "CMD $command" -c "ENV PATH=$path" - "$name" >/dev/null || { rm -rf "$root"; return 1; }
	rm -rf "$root"
}
image busybox:latest '["sh"]' /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin busybox-static
[ "${1:-}" != nginx ] || image nginx:test '["nginx", "-g", "daemon off;"]' /usr/sbin:/usr/bin:/sbin:/bin nginx-light
