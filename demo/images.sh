#!/usr/bin/env bash
# The images of the demo that others would pull, made of Debian packages; needs DOCKER_HOST or a docker context.
#
#   demo/images.sh [NAME…]   make what is missing of them, of all without a name
#   demo/images.sh --list    print their names
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rootfs=$here/../tests/rootfs.sh
names=(flow-demo/postgres flow-demo/redis flow-demo/nginx flow-demo/python flow-demo/geo)

if [ "${1:-}" = --list ]; then
	printf '%s\n' "${names[@]}"
	exit 0
fi
for name; do
	[[ " ${names[*]} " == *" $name "* ]] || { sed -n '4,5s/^# *//p' "$0" >&2; exit 2; }
done
[ $# = 0 ] || names=("$@")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make_missing NAME: unless it is there
make_missing() {
	! docker image inspect "$1" >/dev/null 2>&1 || return 0
	echo "image $1" >&2
	"make_${1#flow-demo/}"
}

# import NAME USER UID OWNED CHANGE…: make an image of $work/root; USER is added and owns the directory OWNED
import() {
	local name=$1 user=$2 uid=$3 owned=$4 change changes=(-c 'ENV PATH=/usr/local/bin:/usr/bin:/usr/sbin' -c "USER $2")
	shift 4
	for change; do changes+=(-c "$change"); done
	printf '%s:x:%s:%s::/tmp:/bin/sh\n' "$user" "$uid" "$uid" >>"$work/root/etc/passwd"
	printf '%s:x:%s:\n' "$user" "$uid" >>"$work/root/etc/group"
	mkdir -p "$work/root/$owned"
	tar -C "$work/root" --sort=name --owner=0 --group=0 --numeric-owner --exclude="./$owned" -cf "$work/tar" .
	tar -C "$work/root" --owner="$uid" --group="$uid" --numeric-owner -rf "$work/tar" "./$owned"
	docker import "${changes[@]}" "$work/tar" "$name:latest" >/dev/null
	rm -rf "$work/root" "$work/tar"
}

make_postgres() {
	local bin
	"$rootfs" "$work/root" postgresql
	bin=$(cd "$work/root" && echo usr/lib/postgresql/*/bin)
	install -m 755 "$here/images/postgres/entrypoint.sh" "$work/root/usr/bin/entrypoint"
	import flow-demo/postgres postgres 70 var/lib/postgresql "ENV PATH=/$bin:/usr/local/bin:/usr/bin:/usr/sbin" \
		'ENV PGDATA=/var/lib/postgresql/data' 'ENTRYPOINT ["entrypoint"]' 'EXPOSE 5432'
}

make_redis() {
	"$rootfs" "$work/root" redis-server
	import flow-demo/redis redis 71 data 'WORKDIR /data' 'EXPOSE 6379' \
		'CMD ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--appendonly", "yes", "--dir", "/data"]'
}

make_nginx() {
	"$rootfs" "$work/root" nginx-light
	import flow-demo/nginx nginx 72 var/cache/nginx 'CMD ["nginx", "-e", "stderr", "-g", "daemon off;"]' 'EXPOSE 8080'
}

make_python() {
	"$rootfs" "$work/root" python3 python3-psycopg2 python3-redis
	import flow-demo/python app 1000 app 'WORKDIR /app' 'CMD ["python3"]'
}

# geo is python and two files: a layer on top
make_geo() {
	local container
	make_missing flow-demo/python
	container=$(docker create flow-demo/python)
	docker cp "$here/images/geo/." "$container:/app" >/dev/null
	docker commit -c 'CMD ["python3", "/app/geo.py"]' -c 'EXPOSE 9000' "$container" flow-demo/geo:latest >/dev/null
	docker rm "$container" >/dev/null
}

for name in "${names[@]}"; do make_missing "$name"; done
