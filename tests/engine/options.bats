# Options and variables, each shown by what is different without it.
bats_require_minimum_version 1.5.0
load helper

@test "what is recreated: --always-recreate-deps, --no-recreate" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, network_mode: none, command: sleep 1000}
		  web: {image: busybox, init: true, network_mode: none, command: "sleep ${SECONDS_TO_SLEEP:-1000}", depends_on: [db]}
	YAML
	flow up -d 2>/dev/null
	for command in 'up -d' create; do
		db=$(field db-1 '{{.Id}}') web=$(field web-1 '{{.Id}}')
		# shellcheck disable=SC2086 # words
		flow $command --always-recreate-deps web 2>/dev/null
		[ "$(field db-1 '{{.Id}}')" != "$db" ]
		[ "$(field web-1 '{{.Id}}')" = "$web" ]
		# shellcheck disable=SC2086
		SECONDS_TO_SLEEP=999 flow $command --no-recreate 2>/dev/null
		[ "$(field web-1 '{{.Id}}')" = "$web" ]
	done
}

@test "up --timeout: the grace of what is recreated" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, network_mode: none, stop_grace_period: 10m, environment: {V: "${V:-1}"}, command: [sh, -c, "trap : TERM; while :; do sleep 1; done"]}
	YAML
	flow up -d 2>/dev/null
	V=2 run -0 timeout -s KILL 60 "$FLOW" up -d --timeout 1
	[[ $(field db-1 '{{.Config.Env}}') = *V=2* ]]
}

@test "up --attach-dependencies shows them, too; --no-color and --ignore-orphans leave out" {
	echo 'FROM busybox' >Dockerfile
	compose <<-'YAML'
		services:
		  db: {image: busybox, network_mode: none, command: echo of-db}
		  web: {build: ., network_mode: none, command: echo of-web, depends_on: {db: {condition: service_completed_successfully}}}
	YAML
	run -0 flow up web
	has of-web
	[[ $output != *of-db* ]]
	flow down
	run -0 flow up --attach-dependencies web
	has of-web of-db
	flow down
	script -qec "'$FLOW' up" coloured >/dev/null </dev/null 3>&-
	grep -q $'\e\\[[0-9;]*mweb-1' coloured
	flow down
	script -qec "'$FLOW' up --no-color" plain >/dev/null </dev/null 3>&-
	run -1 grep -q $'\e\\[[0-9;]*mweb-1' plain
	compose <<<'services: {db: {image: busybox, network_mode: none, command: echo of-db}}'
	run -0 flow up -d
	has orphan
	run -0 flow up -d --ignore-orphans
	[[ $output != *orphan* ]]
}

@test "up --no-build builds nothing" {
	echo 'FROM busybox' >Dockerfile
	compose <<<"services: {web: {build: ., image: 127.0.0.1:1/none, command: 'true', network_mode: none}}"
	run -1 flow up -d --no-build
	run -1 docker image inspect 127.0.0.1:1/none
}

@test "up --fail-fast begins nothing more after a failure, which is told once" {
	compose <<-'YAML'
		services:
		  bad: {image: busybox, network_mode: none, command: "sh -c 'exit 3'"}
		  slow: {image: busybox, init: true, network_mode: none, command: sleep 1000, healthcheck: {test: "sleep 2", interval: 100ms}}
		  needs-bad: {image: busybox, network_mode: none, command: sleep 1000, init: true, depends_on: {bad: {condition: service_completed_successfully}}}
		  needs-slow: {image: busybox, network_mode: none, command: sleep 1000, init: true, depends_on: {slow: {condition: service_healthy}}}
	YAML
	run -1 flow up -d --fail-fast
	has "didn't complete successfully: exit 3"
	[ "$(grep -c error: <<<"$output")" = 1 ]
	[ "$(names | sort | xargs)" = 'bad-1 slow-1' ]
	run -1 flow up -d
	[ "$(grep -c error: <<<"$output")" = 1 ]
	is needs-slow-1 running
}

@test "create --pull, --renew-anon-volumes" {
	compose <<<'services: {db: {image: busybox, init: true, network_mode: none, command: sleep 1000, volumes: [/data]}}'
	flow create 2>/dev/null
	volume=$(field db-1 '{{(index .Mounts 0).Name}}')
	run -0 --separate-stderr flow create --pull always --dry-run
	has pull
	flow create --renew-anon-volumes 2>/dev/null
	[ "$(field db-1 '{{(index .Mounts 0).Name}}')" != "$volume" ]
}

@test "down --timeout: the grace of what is stopped" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, network_mode: none, stop_grace_period: 10m, command: [sh, -c, "trap : TERM; while :; do sleep 1; done"]}
	YAML
	flow up -d 2>/dev/null
	run -0 timeout -s KILL 60 "$FLOW" down --timeout 1
	[ -z "$(names)" ]
}

@test "exec --interactive=false, --no-tty: nothing is read, and there is no terminal" {
	compose <<<'services: {web: {image: busybox, init: true, network_mode: none, command: sleep 1000}}'
	flow up -d 2>/dev/null
	run -0 flow exec --interactive=false web cat <<<typed
	[ -z "$output" ]
	script -qec "'$FLOW' exec --no-tty web sh -c '[ -t 1 ] || echo pipes'" screen >/dev/null </dev/null 3>&-
	grep -q '^pipes' screen # its first line has the command
}

@test "COMPOSE_STATUS_STDOUT: progress goes to standard output, warnings and errors do not" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: 'echo hi${NOBODY_SET_THIS}'}
	YAML
	ln -s "$FLOW" docker-compose
	for program in "$FLOW" ./docker-compose; do
		COMPOSE_STATUS_STDOUT=1 run -0 --separate-stderr "$program" up -d
		[[ $output == *"$PROJECT-web-1"* && $output != *NOBODY_SET_THIS* ]]
		[[ $stderr != *"$PROJECT-web-1"* && $stderr == *NOBODY_SET_THIS* ]]
		COMPOSE_STATUS_STDOUT=true run -0 --separate-stderr "$program" --progress json down
		[[ $stderr != *"$PROJECT-web-1"* ]]
		jq -e . <<<"$output" >/dev/null
		COMPOSE_STATUS_STDOUT=1 run -0 --separate-stderr "$program" run --rm web
		[[ $output == *"$PROJECT"_default*hi* && $stderr != *_default* ]]
		COMPOSE_STATUS_STDOUT=0 run -0 --separate-stderr "$program" down
		[[ -z $output && $stderr == *"$PROJECT"_default* ]]
	done
	echo COMPOSE_STATUS_STDOUT=1 >.env # as there, it counts in the process alone
	run -0 --separate-stderr flow create
	[ -z "$output" ]
}
