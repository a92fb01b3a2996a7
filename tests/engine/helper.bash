# Loaded by every file of this folder: `load helper`. Each test has a folder and a project of its own, and leaves nothing behind.
setup() {
	PROJECT=t$BATS_TEST_NUMBER-$(tr -dc a-z0-9 <<<"${BATS_TEST_FILENAME##*/}" | cut -c1-12)
	export COMPOSE_PROJECT_NAME=$PROJECT
	mkdir -p "$BATS_TEST_TMPDIR/$PROJECT"
	cd "$BATS_TEST_TMPDIR/$PROJECT" || return 1
}

teardown() {
	local ids
	for project in "$PROJECT" ${ALSO_PROJECTS:-}; do
		ids=$(docker ps -aq --filter "label=com.docker.compose.project=$project")
		[ -z "$ids" ] || docker rm -fv $ids >/dev/null
		ids=$(docker network ls -q --filter "label=com.docker.compose.project=$project")
		[ -z "$ids" ] || docker network rm $ids >/dev/null
		ids=$(docker volume ls -q --filter "label=com.docker.compose.project=$project")
		[ -z "$ids" ] || docker volume rm -f $ids >/dev/null
	done
	ids=$(docker ps -aq --filter label=docker-flow.helper)
	[ -z "$ids" ] || docker rm -fv $ids >/dev/null
}

# compose: writes compose.yaml from standard input
compose() { cat >compose.yaml; }

# flow ARGUMENT…: the binary under test
flow() { "$FLOW" "$@"; }

# state NAME: state of a container of this project, "service-number"
state() { docker inspect -f '{{.State.Status}}' "$PROJECT-$1"; }

# field NAME GO-TEMPLATE: anything else of it
field() { docker inspect -f "$2" "$PROJECT-$1"; }

# started NAME: when it started, in nanoseconds since the epoch
started() { date -d "$(field "$1" '{{.State.StartedAt}}')" +%s%N; }

# requests TRACE-FILE: engine requests a traced run made, without /_ping
requests() { grep '"what":"http"' "$1" | grep -vc '_ping'; }
