#!/usr/bin/env bash
# The images that tests start from, made without a registry; needs DOCKER_HOST.
#
#   tests/images.sh          make what is missing: busybox:latest
#   tests/images.sh --list   print their names
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

case ${1:-} in
'') ;;
--list) echo busybox:latest; exit 0 ;;
*) sed -n '4,5s/^# *//p' "$0" >&2; exit 2 ;;
esac
[ -n "${DOCKER_HOST:-}" ] || { echo "images.sh: DOCKER_HOST is not set; see tests/engine.sh" >&2; exit 1; }
if ! docker image inspect busybox:latest >/dev/null 2>&1; then
	root=$(mktemp -d)
	trap 'rm -rf "$root"' EXIT
	"$here/rootfs.sh" "$root" busybox-static
	tar -C "$root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c . |
		docker import -c 'CMD ["sh"]' -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - busybox:latest >/dev/null
fi
