#!/usr/bin/env bats
# Looking and stopping: never refused for what only `up` needs.
bats_require_minimum_version 1.5.0
load helper

@test "D10 a stack whose needed service is switched off by its profile is looked at and taken down" {
	compose <<-'YAML'
		services:
		  store: {image: busybox, init: true, command: sleep 1000, profiles: [full]}
		  shop: {image: busybox, init: true, command: "sh -c 'echo open; sleep 1000'", depends_on: [store]}
	YAML
	run -2 flow up -d
	flow --profile full up -d
	run -0 flow ps --services
	[ "$(sort <<<"$output" | xargs)" = "shop store" ]
	until_true eval 'flow logs | grep -q open'
	run -0 flow logs store
	run -0 flow graph
	has store
	flow down -t 1
	[ -z "$(names)" ]
}

@test "D10 what cannot be started any more is looked at and taken down" {
	compose <<-'YAML'
		services:
		  web: {image: "busybox:${TAG:-latest}", init: true, command: sleep 1000}
	YAML
	flow up -d
	compose <<-'YAML'
		services:
		  web: {image: "busybox:${TAG:?none}", init: true, command: sleep 1000, env_file: none.env, secrets: [none], depends_on: [none]}
		x-flow: {registry: [none.yml]}
	YAML
	run -2 flow up -d
	run -0 flow ps --services
	has web
	run -0 flow logs
	run -0 flow down
	[ -z "$(names)" ]
}

@test "ps shows orphans unless --orphans=false, and filters by state" {
	compose <<-'YAML'
		services:
		  a: {image: busybox, init: true, command: sleep 1000, network_mode: none}
		  b: {image: busybox, init: true, command: sleep 1000, network_mode: none}
		  c: {image: busybox, init: true, command: sleep 1000, network_mode: none, profiles: [no]}
	YAML
	flow --profile no up -d
	sed -i '/^  b:/d' compose.yaml
	run -0 flow ps --services
	[ "$(sort <<<"$output" | xargs)" = "a b c" ]
	run -0 flow ps --services --orphans=false
	[ "$(sort <<<"$output" | xargs)" = "a c" ]
	flow pause a
	run -0 flow ps --services --filter status=paused
	[ "$output" = a ]
	run -0 flow ps --services --status paused
	[ "$output" = a ]
	flow unpause a
}

# hooked: compose.yaml of a web whose last words come from a hook
hooked() {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    volumes: [.:/here]
		    pre_stop: [{command: touch /here/hook}]
	YAML
}

@test "D10 the project of this folder is taken down alike by -p, with its hooks" {
	hooked
	flow -p "$PROJECT" -f compose.yaml up -d
	run -0 flow -p "$PROJECT" -f compose.yaml down --dry-run
	local want=$output
	run -0 flow -p "$PROJECT" down --dry-run
	[ "$output" = "$want" ]
	has pre_stop
	flow -p "$PROJECT" down
	[ -e hook ]
	[ -z "$(names)" ]
}

@test "D10 another project is not taken for the one of this folder" {
	hooked
	mkdir elsewhere
	echo 'services: {other: {image: busybox, init: true, command: sleep 1000}}' >elsewhere/compose.yaml
	flow -p "$PROJECT" -f elsewhere/compose.yaml up -d
	run -0 flow -p "$PROJECT" down
	[[ $output != *orphan* ]]
	[ -z "$(names)" ]
}

@test "E ps tells what the gate has seen, where the engine has not looked yet" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, healthcheck: {test: [CMD, "true"], interval: 60s}}
		  cache: {image: busybox, init: true, command: sleep 1000, x-flow: {healthcheck: {exec: ["true"]}}}
		  other: {image: busybox, init: true, command: sleep 1000}
		  web: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [db, cache]}}
	YAML
	flow up -d
	run -0 flow ps
	[[ $(grep db-1 <<<"$output") == *'(health: starting, ready)'* ]]
	[[ $(grep cache-1 <<<"$output") == *'(ready)'* ]]
	[[ $(grep -E 'other-1|web-1' <<<"$output") != *ready* ]]
}

@test "nothing is kept beside the lock, nor the lock itself, of a project that is down" {
	export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, healthcheck: {test: [CMD, "true"], interval: 1s}}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YAML
	flow up -d
	run -0 ls "$XDG_RUNTIME_DIR/docker-flow"
	[[ $output == *.ready && $output != *$'\n'* ]]
	flow down
	run -0 ls -A "$XDG_RUNTIME_DIR/docker-flow"
	[[ -z $output ]]
}
