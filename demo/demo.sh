#!/usr/bin/env bash
# The demo: from a checkout to a running product, and back. make demo, make demo-down.
#
#   demo/demo.sh up      install what is needed, build docker flow, bring the product up, show it
#   demo/demo.sh down    remove it: containers, volumes, images, the private engine; the plugin stays
#
# Runs on the engine that the docker command reaches; without one it starts a private engine (as root).
# DEMO_PORT: where the page is published, default 47080 (the registry's application takes 47090).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
private=${XDG_STATE_HOME:-$HOME/.local/state}/docker-flow/demo
export DEMO_PORT=${DEMO_PORT:-47080}
url=http://127.0.0.1:$DEMO_PORT/

say() { printf '\n== %s\n' "$*"; }
die() { printf 'demo.sh: %s\n' "$*" >&2; exit 1; }
reachable() { docker version >/dev/null 2>&1; }

# choose_engine: the reachable engine, else the private one (started when need be)
choose_engine() {
	local reason
	if reachable; then
		say "the engine is $(docker version --format '{{.Server.Version}}') at ${DOCKER_HOST:-its default address}"
		return
	fi
	reason=$("$top/tests/engine.sh" available system) || die "the docker command reaches no engine, and none can be started here: $reason"
	say "no engine is reachable: a private one, in $private"
	reason=$("$top/tests/engine.sh" start system "$private")
	export DOCKER_HOST=${reason#DOCKER_HOST=}
}

# show: wait until the page answers and the worker has placed the first card, which it asks "geo" for
show() {
	local page try
	for try in $(seq 60); do
		page=$(curl -sf -m 5 "$url" || true)
		[[ $page != *"Lisbon</b> (Portugal)"* ]] || break
		[ "$try" != 60 ] || die "no postcard to Portugal on $url after 30 s; docker flow logs tells why"
		sleep 0.5
	done
	printf '%s\n' "$page" | sed -n 's/<[^>]*>//g; s/^ *//; /Lisbon/p; /was read/p'
}

up() {
	local groups=(build)
	reachable && command -v curl >/dev/null || groups+=(demo)
	"$top/tests/deps.sh" "${groups[@]}"
	say 'docker flow, built and installed for this user'
	make -s -C "$top" -j"$(nproc)"
	make -s -C "$top" install-user
	choose_engine
	"$here/images.sh"
	cd "$here"
	say 'docker flow up -d'
	docker flow up -d
	say 'docker flow ps'
	docker flow ps
	say "$url"
	show
	printf '\nThe product is at %s. To look around:\n\n' "$url"
	[ -z "${DOCKER_HOST:-}" ] || printf '\texport DOCKER_HOST=%s\n' "$DOCKER_HOST"
	[ "$DEMO_PORT" = 47080 ] || printf '\texport DEMO_PORT=%s\n' "$DEMO_PORT"
	printf '\tcd %s\n\tdocker flow ps\n\tdocker flow logs worker\n\tdocker flow plan\n\nmake demo-down removes everything again.\n' "$here"
}

# remove: the product, the application, the cache that outlives the product, and the images, from the engine in use
remove() {
	local name images
	mapfile -t images < <("$here/images.sh" --list)
	images+=(flow-demo/web flow-demo/worker flow-demo/migrate flow-demo/test)
	say "docker flow down, on ${DOCKER_HOST:-the default engine}"
	cd "$here"
	docker flow down --volumes --remove-orphans
	docker flow down --app geo
	! docker volume inspect postcards-places >/dev/null 2>&1 || docker volume rm postcards-places >/dev/null
	for name in "${images[@]}"; do
		! docker image inspect "$name" >/dev/null 2>&1 || docker image rm -f "$name" >/dev/null
	done
}

down() {
	local found=
	if reachable && [ -n "$(docker image ls -q 'flow-demo/*')" ]; then
		found=1
		remove
	fi
	if [ -e "$private/daemon.json" ]; then
		found=1
		say "the private engine in $private, with all that is in it"
		"$top/tests/engine.sh" stop "$private"
	fi
	[ -n "$found" ] && echo 'The demo is gone; the plugin stays (make uninstall-user removes it).' || echo 'There is no demo to remove.'
}

case ${1:-}-$# in
up-1) up ;;
down-1) down ;;
*) sed -n '4,5s/^# *//p' "$0" >&2; exit 2 ;;
esac
