# The README's commands, as a newcomer types them: in a fresh checkout, with an empty home directory, on a private engine.
bats_require_minimum_version 1.5.0

# lines: what stands in the README's sh blocks, without comments
lines() { awk '/^```sh$/ { code = 1; next } /^```/ { code = 0 } code' "$top/README.md" | sed -E 's/[[:space:]]+#.*//; /^#/d; /^[[:space:]]*$/d'; }

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	dir=$(mktemp -d /tmp/flow-readme.XXXXXX)
	export top dir
	unset DOCKER_CONTEXT DOCKER_CONFIG DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION XDG_STATE_HOME XDG_CACHE_HOME COMPOSE_FILE COMPOSE_PROJECT_NAME
	"$top/tests/engine.sh" start "${ENGINE_VERSION:-20}" "$dir/e" 3>&- >/dev/null
	export DOCKER_HOST=unix://$dir/e/docker.sock HOME=$dir/home DEMO_PORT=47180
	mkdir "$HOME"
	# what git would clone
	mkdir "$dir/origin"
	(cd "$top" && git ls-files -z | tar --null -T - -c) | tar -C "$dir/origin" -x
	git -C "$dir/origin" init -q
	git -C "$dir/origin" add -A
	git -C "$dir/origin" -c user.name=test -c user.email=test@localhost commit -q -m origin
}

teardown_file() {
	"$top/tests/engine.sh" stop "$dir/e" 3>&-
	rm -rf "$dir"
}

page() { curl -sf -m 10 "http://127.0.0.1:$DEMO_PORT/"; }

@test "the README has the two commands: the demo and the tests" {
	lines | grep -q 'make demo$'
	lines | grep -qx 'make test'
	lines | grep -qx 'make demo-down'
}

@test "every command of the README works, in its order" {
	git clone -q "$dir/origin" "$dir/work"
	cd "$dir/work"
	while read -r -u 9 line; do
		case $line in
		# this is one of them
		'make test'*) continue ;;
		esac
		echo "--- $line"
		eval "$line" 9<&- 3>&-
		case $line in
		*'make demo')
			page | grep -q 'Lisbon</b> (Portugal)'
			again=$SECONDS
			make demo 3>&-
			[ $((SECONDS - again)) -lt 60 ]
			;;
		esac
	done 9< <(lines)
}

@test "make demo-down leaves nothing" {
	run page
	[ "$status" -ne 0 ]
	[ -z "$(docker ps -aq)$(docker volume ls -q)$(docker image ls -q 'flow-demo/*')" ]
	[ -z "$(docker network ls -q --filter type=custom)" ]
}
