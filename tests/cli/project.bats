# Commands that read a project and need no engine; engines that cannot be reached.
bats_require_minimum_version 1.5.0
load helper

setup() {
	alone
	mkdir -p "$BATS_TEST_TMPDIR/shop" && cd "$BATS_TEST_TMPDIR/shop" || return
	export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/none.sock HOME=$BATS_TEST_TMPDIR
	cat >compose.yaml <<-YAML
		services:
		  web:
		    image: busybox
		    depends_on: [db]
		  db: {image: postgres, volumes: [data:/d]}
		  debug: {image: busybox, profiles: [dev]}
		volumes: {data: {}}
	YAML
}

registry() {
	cat >registry.yml <<-YAML
		- {id: cart, dependencies: [cart-db], ports: [{internal: 9000, external: 6041, healthcheck: {host: vm, port: 6041}}]}
		- {id: cart-db, image: postgres, dependencies: [], ports: [{internal: 5432, external: 6049}]}
	YAML
}

teardown() {
	[ -z "${open:-}" ] || rm -rf "$open"
}

@test "config prints the project, in YAML and JSON, to a file" {
	run -0 --separate-stderr "$flow" config
	[ -z "$stderr" ]
	[[ $output == "name: shop"* ]]
	run -0 "$flow" config --format json
	[ "$(jq -r '.services | keys | join(" ")' <<<"$output")" = "db web" ]
	run -0 "$flow" config -o out.yaml
	[ -z "$output" ]
	grep -q '^name: shop' out.yaml
	run -1 "$flow" config -o missing/out.yaml
	[[ $output == *"cannot write"* ]]
	run -0 "$flow" config -q
	[ -z "$output" ]
}

@test "config lists what it is asked for" {
	[ "$("$flow" config --services | xargs)" = "db web" ]
	[ "$("$flow" config --services web | xargs)" = "db web" ]
	[ "$("$flow" config --services db | xargs)" = "db" ]
	[ "$("$flow" --profile dev config --services | xargs)" = "db debug web" ]
	[ "$("$flow" config --profiles)" = dev ]
	[ "$("$flow" config --volumes)" = data ]
	[ "$("$flow" config --networks)" = default ]
	[ "$("$flow" config --images | xargs)" = "postgres busybox" ]
	[ "$("$flow" config --environment | grep -c '^COMPOSE_PROJECT_NAME=shop$')" = 1 ]
	[ "$("$flow" config --hash web | wc -w)" = 2 ]
	[ "$("$flow" config --hash '*' | cut -d' ' -f1 | xargs)" = "db web" ]
	run -2 "$flow" config --hash wbe
	[[ $output == *"did you mean \"web\"?"* ]]
}

@test "an unknown service name gets the nearest one, or all there are" {
	for words in up 'up -d' logs ps down config graph plan 'config --hash' 'up --attach' 'up --exit-code-from' 'plan --scale'; do
		# shellcheck disable=SC2086 # split on purpose
		run -2 "$flow" $words "wbe$([[ $words != *scale ]] || echo =2)"
		[[ $output == *"no such service: wbe"*"hint: did you mean \"web\"?"* ]]
		# shellcheck disable=SC2086
		run -2 "$flow" $words "nonsense$([[ $words != *scale ]] || echo =2)"
		[[ $output == *"no such service: nonsense"*"hint: services: "*web* ]]
	done
}

@test "ps refuses a format it cannot print before it asks the engine" {
	run -2 "$flow" ps --format '{{.Nmae}}'
	[[ $output == *'no field "Nmae"'*'did you mean {{.Name}}?'* ]]
	for format in '{{json .}}' '{{range .}}' '{{.Name | upper}}' '{{.Name' pretty; do
		run -2 "$flow" ps --format "$format"
		[[ $output == *"\"$format\" is not supported"*'{{.Field}}'* ]]
	done
	run -1 "$flow" ps --format '{{.Name}}' # it is only the engine that is missing
}

@test "a mistake in the file is shown with place, line and caret, status 2" {
	printf 'services:\n  web:\n    imagee: x\n' >bad.yaml
	run -2 "$flow" -f bad.yaml config
	[[ $output == *"bad.yaml:3:5: "*"imagee: x"*"^"*"image"* ]]
	run -2 "$flow" -f bad.yaml up
	run -2 "$flow" -f missing.yaml config
	[[ $output == *missing.yaml* ]]
	ln -s "$flow" docker-compose
	run -1 ./docker-compose -f bad.yaml config
}

@test "plan --exit-code has a status of its own, which docker-compose has not" {
	run -3 "$flow" plan --no-engine --exit-code
	ln -s "$flow" docker-compose
	run -1 ./docker-compose plan --no-engine --exit-code
	[[ $output == *create* ]]
}

@test "without a file the message says what to do" {
	cd "$BATS_TEST_TMPDIR" && mkdir -p empty && cd empty
	for command in up ps logs down plan graph; do
		run -2 "$flow" "$command"
		[[ $output == *"no compose file"*"-f FILE"* ]]
	done
}

@test "an engine that is not there is named, status 1" {
	for command in 'up -d' down ps logs plan; do
		# shellcheck disable=SC2086 # split on purpose
		run -1 "$flow" $command
		[[ $output == *"$DOCKER_HOST"*hint:* ]]
	done
	run -1 "$flow" -p other ps
	run -2 "$flow" -H nonsense://x ps
}

@test "an engine that takes connections and does not answer is waited for aloud; an interrupt ends at once" {
	command -v python3 >/dev/null || skip "python3 makes the socket"
	python3 -c 'import os,signal,socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]+"_"); s.listen(9); os.rename(sys.argv[1]+"_", sys.argv[1]); signal.alarm(60); signal.pause()' \
		"$BATS_TEST_TMPDIR/none.sock" 3>&- &
	silent=$!
	until [ -S "$BATS_TEST_TMPDIR/none.sock" ]; do kill -0 "$silent"; read -rt 0.05 <> <(:) || true; done
	env --default-signal=INT "$flow" ps 2>log 3>&- &
	asking=$!
	until grep -q . log; do kill -0 "$asking"; read -rt 0.05 <> <(:) || true; done
	[ "$(cat log)" = "still waiting for the engine at $DOCKER_HOST (3 s)" ]
	kill -INT "$asking"
	from=$SECONDS status=0
	wait "$asking" || status=$?
	kill "$silent"
	[ "$status" = 130 ]
	[ $((SECONDS - from)) -le 1 ]
}

@test "an engine that may not be used is told from one that is not there" {
	[ "$(id -u)" = 0 ] || skip "needs root to become somebody else"
	command -v python3 >/dev/null || skip "python3 makes the socket"
	# the test's own folder is closed to others
	open=$(mktemp -d /tmp/flow-open.XXXXXX)
	chmod 755 "$open"
	python3 -c 'import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])' "$open/engine.sock"
	chmod 600 "$open/engine.sock"
	cp "$flow" "$open/flow"
	DOCKER_HOST=unix://$open/engine.sock HOME=$open run -1 setpriv --reuid=65534 --clear-groups "$open/flow" -p shop ps
	[[ $output == *"no permission on the socket"*"docker group"* ]]
}

@test "graph draws, in every format" {
	run -0 "$flow" graph
	[[ $output == *"web  waits for db"* ]]
	run -0 "$flow" graph --format json
	jq -e . <<<"$output" >/dev/null
	run -0 "$flow" graph --format dot
	[[ $output == digraph* ]]
	run -2 "$flow" graph --format dto
	[[ $output == *"did you mean dot?"* ]]
}

@test "registry lists, shows and checks applications" {
	registry
	run -2 "$flow" registry ls
	[[ $output == *"no application registry"* ]]
	run -0 "$flow" --registry registry.yml registry ls
	[[ ${lines[0]} == ID*IMAGE*PORTS* ]]
	[[ $output == *"cart "*6041:9000*1*cart-db* ]]
	run -0 "$flow" --registry registry.yml registry ls --format json
	[ "$(jq -r '.[0].dependencies[0]' <<<"$output")" = cart-db ]
	FLOW_REGISTRY=registry.yml run -0 "$flow" registry show cart-db
	[[ $output == *postgres* ]]
	run -2 "$flow" --registry registry.yml registry show crat
	[[ $output == *"did you mean \"cart\"?"* ]]
	run -0 "$flow" --registry registry.yml registry check
	sed -i 's/cart-db\]/cart-bd]/' registry.yml
	run -2 "$flow" --registry registry.yml registry check
	[[ $output == *"registry.yml:1:"*cart-db* ]]
	run -2 --separate-stderr "$flow" --registry registry.yml registry check --format json
	[ "$(jq -c 'map([.line, .path])' <<<"$stderr")" = '[[1,"cart.dependencies[0]"]]' ]
	registry
	run -0 "$flow" --registry registry.yml registry check --format json
	[ "$output" = '{"applications":2}' ]
	run -0 "$flow" registry
	[[ $output == *"registry check"* ]]
}

@test "completion offers services, applications, profiles; a broken file offers nothing" {
	registry
	[ "$("$flow" __complete logs '' | xargs)" = "web db debug :4" ]
	[ "$("$flow" __complete flow logs w | xargs)" = "web :4" ]
	[ "$("$flow" __complete --profile '' | xargs)" = "dev :4" ]
	[ "$("$flow" __complete -f compose.yaml --registry registry.yml graph --app '' | xargs)" = "cart cart-db :4" ]
	echo 'services: [' >broken.yaml
	run -0 --separate-stderr "$flow" __complete -f broken.yaml logs ''
	[ "$output" = :4 ]
	[ -z "$stderr" ]
	rm registry.yml
	run -0 "$flow" __complete -f missing.yaml graph --app ''
	[ "$output" = :4 ]
}

@test "nothing of the engine's libraries is loaded without an engine" {
	command -v strace >/dev/null || skip "no strace"
	# a sanitized binary cannot look for leaks while it is traced
	ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -e trace=openat,connect -o trace "$flow" config
	run -1 grep -E 'libcurl|libarchive|libssl|connect\(' trace
}

@test "options that would change nothing are mistakes" {
	printf 'services:\n  a: {image: busybox}\n  b: {image: busybox}\n' >compose.yaml
	run -2 "$flow" up --wait-timeout 5
	[[ $output == *"--wait-timeout needs --wait"* ]]
	run -2 "$flow" up --scale a=2 b
	[[ $output == *"service a is not part of this run"* ]]
}

@test "without any registry the ways to name one are told" {
	rm compose.yaml
	run -2 "$flow" registry ls
	[[ $output == *"no application registry"*"--registry FILE"*x-flow.registry*./registry.yml* ]]
}
