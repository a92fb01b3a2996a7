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

@test "C10 output that cannot be written is told with the reason" {
	run -1 --separate-stderr bash -c '"$1" config >/dev/full' _ "$flow"
	[[ $stderr == *"cannot write the output: No space left on device"* ]]
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
	[[ $output == *'no field "Nmae"'*'did you mean "{{.Name}}"?'* ]]
	for format in '{{range .}}' '{{.Name' '{{.Name | shout}}' pretty; do
		run -2 "$flow" ps --format "$format"
		[[ $output == *--format:1:*": error: "*"$format"* ]]
	done
	run -2 "$flow" ps --filter status=runing
	[[ $output == *'did you mean "status=running"?'* ]]
	run -2 "$flow" logs --index=-1 web
	[[ $output == *"--index: -1 is no number of a container"* ]]
	run -1 "$flow" ps --format '{{json .}} {{.Name | upper}}' # it is only the engine that is missing
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

@test "B2 an engine that takes connections and does not answer is given up" {
	command -v python3 >/dev/null || skip "python3 makes the socket"
	python3 -c 'import os,signal,socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]+"_"); s.listen(9); os.rename(sys.argv[1]+"_", sys.argv[1]); signal.alarm(60); signal.pause()' \
		"$BATS_TEST_TMPDIR/none.sock" 3>&- &
	silent=$!
	until [ -S "$BATS_TEST_TMPDIR/none.sock" ]; do kill -0 "$silent"; read -rt 0.05 <> <(:) || true; done
	COMPOSE_HTTP_TIMEOUT=1 run -1 timeout 20 "$flow" ps
	kill "$silent"
	[[ $output == *"has not answered for 2 s"*"is it frozen, or very busy?"* ]]
	COMPOSE_HTTP_TIMEOUT=soon run -2 "$flow" ps
	[[ $output == *"COMPOSE_HTTP_TIMEOUT=soon cannot be used"* ]]
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
	"$flow" graph --format svg >graph.svg
	python3 -c 'import xml.dom.minidom as x; x.parse("graph.svg")'
	grep -q '<title>web waits until db ' graph.svg
	run -0 "$flow" graph --format html
	[[ $output == "<!DOCTYPE html>"*"<svg "*"<td><code>web</code></td><td><code>db</code>"*"</html>" ]]
	run -2 "$flow" graph --format dto
	[[ $output == *"did you mean \"dot\"?"* ]]
}

@test "graph --app draws an application and what is upstream of it" {
	registry
	run -0 "$flow" --registry registry.yml graph --app cart
	[[ $output == *"cart     [application]  waits for cart-db"* ]]
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

@test "options that docker compose declares incompatible are mistakes, in any order and from the environment, too" {
	for pair in '--force-recreate --no-recreate' '--always-recreate-deps --no-recreate' '-V --no-recreate' '--build --no-build' \
		'--attach=web --attach-dependencies' '--wait --abort-on-container-exit' '-d --abort-on-container-failure' '--remove-orphans --ignore-orphans'; do
		for words in "$pair" "${pair#* } ${pair% *}"; do
			# shellcheck disable=SC2086 # split on purpose
			run -2 --separate-stderr "$flow" up $words
			[[ $stderr == *" exclude each other"* ]] || { echo "$words: $stderr"; return 1; }
		done
	done
	COMPOSE_IGNORE_ORPHANS=1 run -2 "$flow" up --remove-orphans
	[[ $output == *"COMPOSE_IGNORE_ORPHANS is set; --ignore-orphans=false overrides it"* ]]
	run -0 "$flow" plan --no-engine --force-recreate --no-recreate=false
}

@test "what is no project name is refused by every command, with and without a file" {
	for folder in . "$BATS_TEST_TMPDIR"; do
		cd "$folder"
		for command in ps logs down up plan graph; do
			run -2 --separate-stderr "$flow" -p 'Foo Bar' "$command"
			[[ $stderr == *'invalid project name "Foo Bar": must consist only of lowercase'*"--project-name: write foobar"* ]]
			COMPOSE_PROJECT_NAME=_x run -2 --separate-stderr "$flow" "$command"
			[[ $stderr == *'invalid project name "_x"'*"COMPOSE_PROJECT_NAME: write x"* ]]
		done
	done
	echo COMPOSE_PROJECT_NAME=FOO >.env
	run -2 "$flow" down
	[[ $output == *'invalid project name "FOO"'* ]]
	run -1 "$flow" -p foo down # it is only the engine that is missing
}

@test "a name in an env file is enough for who looks and stops" {
	cd "$BATS_TEST_TMPDIR"
	echo COMPOSE_PROJECT_NAME=shop >.env
	run -1 "$flow" ps # it is only the engine that is missing
	[[ $output == *"$DOCKER_HOST"* ]]
}

@test "a project directory that is not there is named" {
	for command in ps logs down up config plan graph; do
		run -2 "$flow" --project-directory /nope "$command"
		[[ $output == *"--project-directory: /nope is not there"*hint:* ]] || { echo "$command: $output"; return 1; }
		run -2 "$flow" --project-directory compose.yaml "$command"
		[[ $output == *"--project-directory: $PWD/compose.yaml is no folder"* ]]
	done
	run -1 "$flow" -p shop --project-directory /nope ps # the name is enough: it is only the engine that is missing
	[[ $output == *"$DOCKER_HOST"* ]]
	# the folder may be the engine's
	[ "$("$flow" --project-directory /nope -f compose.yaml config --format json | jq -r .name)" = nope ]
}

@test "what is asked of looking commands is read before an engine is" {
	for words in 'ls --filter label=x' 'ls --filter name=(' 'ls --format {{.Nmae}}' 'images --format {{.Nmae}}' 'volumes --format plain' \
		'stats --format {{if}}' 'port web 70000' 'port web 80/tcp' 'events --since long-ago' 'events --until soon' 'ps --format {{.}'; do
		# shellcheck disable=SC2086
		run -2 "$flow" -p shop $words
		[[ $output == *error:* ]] || { echo "$words: $output"; return 1; }
	done
	for words in ls images volumes top stats 'port web 65535' events; do
		# shellcheck disable=SC2086
		run -1 "$flow" -p shop $words # it is only the engine that is missing
		[[ $output == *"$DOCKER_HOST"* ]] || { echo "$words: $output"; return 1; }
	done
}

@test "C10 a name that is no service: the hint names the others, and those that only a profile switches on" {
	cat >compose.yaml <<-'YAML'
		services:
		  db: {image: x}
		  debug: {image: x, profiles: [tools]}
	YAML
	for words in up 'up -d --scale' plan config run; do
		# shellcheck disable=SC2086
		run -2 "$flow" $words "nosuch$([[ $words != *scale ]] || echo =1)"
		[[ $output == *'no such service: nosuch'*'services: db, debug (profile tools)'* ]] || { echo "$words: $output"; return 1; }
		run -2 "$flow" $words "debgu$([[ $words != *scale ]] || echo =1)"
		[[ $output == *'did you mean "debug"?'* ]] || { echo "$words: $output"; return 1; }
	done
	run -2 "$flow" up --attach debug
	[[ $output == *'--attach: service "debug" is in no active profile'*'activate it with --profile tools'* ]]
}

@test "build --print tells docker buildx bake what would be built, and asks no engine" {
	cat >compose.yaml <<-'YAML'
		services:
		  web:
		    image: shop/web
		    build: {context: app, args: {A: "1", B: , C: }, tags: [shop/web:1], target: run, labels: {mine: x}, additional_contexts: {lib: "service:lib"}}
		  lib: {build: {context: lib, secrets: [key, {source: word, target: other}], ssh: [default, k=./k], dockerfile_inline: "FROM busybox"}}
		  db: {image: busybox}
		secrets: {key: {file: ./key}, word: {environment: WORD}}
	YAML
	B=two "$flow" build --print --build-arg A=3 --no-cache --pull --push web >bake.json
	jq -e --arg dir "$PWD" '.group.default.targets == ["lib", "web"] and (.target | keys) == ["lib", "web"] and
		.target.web.context == $dir + "/app" and .target.web.contexts == {lib: "target:lib"} and .target.web.args == {A: "3", B: "two"} and
		.target.web.tags == ["shop/web", "shop/web:1"] and .target.web.target == "run" and .target.web.pull and .target.web["no-cache"] and
		.target.web.output == ["type=image,push=true"] and .target.lib.output == ["type=docker"] and
		.target.lib.secret == ["id=key,type=file,src=" + $dir + "/key", "id=other,type=env,env=WORD"] and .target.lib.ssh == ["default=", "k=" + $dir + "/k"] and
		.target.lib["dockerfile-inline"] == "FROM busybox" and .target.web.labels["com.docker.compose.service"] == "web"' bake.json
}

@test "build refuses what the engine's own builder does not do, and takes what asks for nothing" {
	for option in --check --sbom=true --provenance=mode=max; do
		run -2 "$flow" build $option
		[[ $output == *"${option%%=*}: not done by the engine's own builder"* ]]
	done
	run -2 "$flow" build --builder other
	[[ $output == *"--builder other: only the engine builds here"* ]]
	BUILDX_BUILDER=other run -2 "$flow" build
	# these fail for want of an engine only
	run -1 "$flow" build --builder default --sbom=false --provenance=false
	[[ $output == *none.sock* ]]
}

@test "services by pattern, and up and down the stream; what is excepted" {
	cat >compose.yaml <<-YAML
		services:
		  web: {image: busybox, depends_on: [api]}
		  worker: {image: busybox, depends_on: [db]}
		  api: {image: busybox, depends_on: [db, cache]}
		  db: {image: busybox}
		  cache: {image: busybox}
		  debug: {image: busybox, depends_on: [web], profiles: [dev]}
	YAML
	planned() { "$flow" plan --no-engine --no-deps "$@" | awk '$0 ~ / create / && /container/ {sub(/.*shop-/, ""); sub(/-1 .*/, ""); print}' | sort | xargs; }
	[ "$(planned +api)" = "api cache db" ]
	[ "$(planned cache+)" = "api cache web" ]
	[ "$(planned 'w*' --except web)" = worker ]
	[ "$(planned --except db+)" = cache ]
	[ "$(planned +debug)" = "api cache db debug web" ]
	[ "$("$flow" --except api plan --no-engine web | grep -c 'container  shop-[a-z]*-1  *create')" = 1 ]
	[ "$("$flow" config --services +api | sort | xargs)" = "api cache db" ]
	run -2 "$flow" plan --no-engine +wbe
	[[ $output == *'no such service: wbe'*'did you mean "web"?'* ]]
	run -2 "$flow" plan --no-engine --except wbe
	[[ $output == *'no such service: wbe'* ]]
	run -2 "$flow" plan --no-engine web --except 'w*'
	[[ $output == *'--except leaves no service'* ]]
	for command in version "run web" "config web"; do
		# shellcheck disable=SC2086 # two words are two arguments
		run -2 "$flow" --except db $command
		[[ $output == *--except* ]]
	done
	[ "$("$flow" __complete stop +w | xargs)" = "+web +worker :4" ]
	[ "$("$flow" __complete stop web | cut -f1 | xargs)" = "web web+ :4" ]
	[ "$("$flow" __complete stop --except d | xargs)" = "db debug :4" ]
}
