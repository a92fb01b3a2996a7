# Beside docker compose: what each command leaves on the engine. A case is a folder of testdata/beside: compose.yaml, and `steps`, a line for
# the tool each, or, behind `!`, for sh, where $TOOL is the tool; $PROJECT is the project. Its name is that of its folder: docker compose takes
# COMPOSE_PROJECT_NAME for a reason not to read the file when something in it is wrong.
bats_require_minimum_version 1.5.0
load helper

# picture FILE: the project's containers, one a line: name, state, whether it is another one and was started since the picture before (ids
# and starts of that one in FILE, written anew), labels that count; then its networks and volumes
picture() {
	local before
	before=$(cat "$1" 2>/dev/null) || true
	docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$PROJECT" | xargs -r docker inspect -f \
		'{{.Name}} {{.Id}} {{.State.StartedAt}} {{.State.Status}} {{index .Config.Labels "com.docker.compose.service"}} {{index .Config.Labels "com.docker.compose.container-number"}} {{index .Config.Labels "com.docker.compose.depends_on"}} {{len .Mounts}}' \
		2>/dev/null | sort >"$1" || true
	while read -r name id started rest; do
		printf '%s %s %s %s\n' "$name" "$(grep -qF "$id" <<<"$before" && echo kept || echo new)" \
			"$(grep -qF "$id $started" <<<"$before" && echo "" || echo started)" "$rest"
	done <"$1"
	docker network ls --filter "label=com.docker.compose.project=$PROJECT" --format 'network {{.Name}}' | sort
	docker volume ls --filter "label=com.docker.compose.project=$PROJECT" --format '{{.Name}}' | grep -c "^$PROJECT" || true
}

# forget: removes what there is of the project
forget() {
	docker ps -aq --filter "label=com.docker.compose.project=$PROJECT" | xargs -r docker rm -fv
	docker network ls -q --filter "label=com.docker.compose.project=$PROJECT" | xargs -r docker network rm
	docker volume ls -q --filter "label=com.docker.compose.project=$PROJECT" | xargs -r docker volume rm
}

# play CASE TOOL OUT: all steps of the case; what each leaves goes to OUT
play() {
	local step status
	cp -r "$BATS_TEST_DIRNAME/../../testdata/beside/$1" "$PROJECT-$1"
	(
		export PROJECT=$PROJECT-$1 TOOL=$2
		unset COMPOSE_PROJECT_NAME
		cd "$PROJECT" || exit 1
		while read -r step; do
			step=${step//'$PROJECT'/$PROJECT}
			status=0
			if [ "${step:0:1}" = "!" ]; then
				sh -c "${step:1}" </dev/null >/dev/null 2>&1 || true
				continue
			fi
			# shellcheck disable=SC2086 # words of a step have no spaces
			timeout 60 "$2" $step </dev/null >>words 2>&1 || status=1
			printf '$ %s: %s\n' "$step" "$status"
			picture ids
		done <steps
		forget >/dev/null
	) >"$3" 2>&1
	rm -rf "$PROJECT-$1"
}

# play_both CASE: with either tool
play_both() {
	play "$1" "$PEER" "$1.peer"
	play "$1" "$FLOW" "$1.flow"
}

# all_same GLOB: these cases, four at a time; each has played all its steps
all_same() {
	local case cases failed=''
	shopt -s extglob
	need_peer
	mapfile -t cases < <(cd "$BATS_TEST_DIRNAME/../../testdata/beside" && compgen -G "$1")
	for case in "${cases[@]}"; do
		while [ "$(jobs -pr | wc -l)" -ge 4 ]; do wait -n || true; done
		play_both "$case" 3>&- &
	done
	wait
	for case in "${cases[@]}"; do
		[ "$(grep -c '^\$ ' "$case.flow")" = "$(grep -vc '^!' "$BATS_TEST_DIRNAME/../../testdata/beside/$case/steps")" ] &&
			diff "$case.peer" "$case.flow" || failed+=" $case"
	done
	[ -z "$failed" ] || { echo "differ (docker compose <, docker flow >):$failed"; return 1; }
}

@test "stop and start leave what docker compose leaves" { all_same '@(stop|start)*'; }

@test "restart, pause and kill leave what docker compose leaves" { all_same '@(restart|pause|unpause|kill)*'; }

@test "rm, create, scale and wait leave what docker compose leaves" { all_same '@(rm|create|scale|wait|up)*'; }

@test "run, exec, cp, export and commit leave what docker compose leaves" { all_same '@(run|exec|cp|export|commit)*'; }

@test "down, build and pull leave what docker compose leaves" { all_same '@(down|build|pull)*'; }
