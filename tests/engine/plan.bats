# `plan` says what `up` would do, and why; nothing is changed.
bats_require_minimum_version 1.5.0
load helper

stack() {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    volumes: [data:/data]
		  web:
		    image: busybox
		    init: true
		    command: sleep ${SECONDS_TO_SLEEP:-1000}
		    depends_on: [db]
		    deploy: {replicas: 2}
		volumes: {data: {}}
	YAML
}

@test "from nothing: everything, and nothing has happened" {
	stack
	run -3 flow plan --exit-code
	has "${PROJECT}_default" "${PROJECT}_data" "$PROJECT-db-1" "$PROJECT-web-1" "$PROJECT-web-2" create start
	run -0 flow plan
	run -0 flow up -d --dry-run
	run -0 flow --dry-run up -d
	[ -z "$(names)" ]
	[ -z "$(docker network ls -q --filter "name=$PROJECT")$(docker volume ls -q --filter "name=$PROJECT")" ]
}

@test "after up: nothing to do; after a change: what and why" {
	stack
	flow up -d
	run -0 flow plan --exit-code
	before=$(ids)
	SECONDS_TO_SLEEP=999 run -3 flow plan --exit-code
	has "$PROJECT-web-1" "$PROJECT-web-2"
	[[ $output != *"$PROJECT-db-1"*create* ]]
	run -3 flow plan --exit-code --scale web=3
	has "$PROJECT-web-3"
	run -3 flow plan --exit-code --force-recreate db
	has "$PROJECT-db-1"
	docker stop -t 1 "$PROJECT-db-1" >/dev/null
	run -3 flow plan --exit-code
	has "$PROJECT-db-1" start
	[ "$(ids)" = "$before" ]
}

@test "what is planned is what is done" {
	stack
	planned=$(flow plan --format json | jq -r '.changes')
	[ "$planned" -gt 0 ]
	flow --progress json up -d >events 2>&1
	[ "$planned" = "$(grep -c '"state":"done"' events)" ] || { cat events; return 1; }
	[ "$(flow plan --format json | jq .changes)" = 0 ]
}

@test "JSON has every step with its object, reason and needs" {
	stack
	flow plan --format json >plan.json
	jq -e '.plan.steps | length == 8 and all(.[]; .object and .name)' plan.json
	jq -e --arg name "$PROJECT-web-2" '.plan.steps | map(select(.name == $name)) | length == 2 and (map(.needs | length) | all(. > 0))' plan.json
}

@test "without an engine" {
	stack
	DOCKER_HOST=unix:///nowhere/docker.sock run -0 flow plan --no-engine
	has "$PROJECT-web-2"
	compose <<<'services: {web: {image: busybox, volumes: [./here:/x]}}'
	DOCKER_HOST=unix:///nowhere/docker.sock run -0 flow plan --no-engine
	[[ $output != *warning* ]]
}

@test "C5 what makes a new container is told by attribute, old and new" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: [sleep, "1000"]
		    environment: {MODE: old-mode, GONE: "1", KEPT: "1"}
		    labels: {role: front}
		    restart: always
		    mem_limit: 20m
		    tmpfs: [/tmp]
		    volumes: [data:/data, /anonymous]
		    healthcheck: {test: [CMD, "true"], interval: 5s}
		volumes: {data: {}, other: {}}
	YAML
	flow up -d
	run -0 flow plan
	[ "$output" = 'nothing to do' ]
	sed -i -e 's/"1000"/"2000"/; s/old-mode/new-mode/; s/GONE: "1", //; s/role: front/role: back, more: x/; s/always/"no"/; s/20m/30m/' \
		-e 's/data:\/data/other:\/data/; s/interval: 5s/interval: 6s/' compose.yaml
	FLOW_TRACE=trace run -0 flow plan
	has 'configuration changed' 'command: [sleep, 1000] -> [sleep, 2000]' 'environment.MODE: *** -> ***' 'environment.GONE: *** -> unset' \
		'labels.role: front -> back' 'labels.more: unset -> x' 'restart: always -> no' 'mem_limit: 20971520 -> 31457280' \
		"volumes./data: ${PROJECT}_data -> ${PROJECT}_other" 'healthcheck.interval: 5s -> 6s'
	[ "$(grep -c ' -> ' <<<"$output")" = 9 ]
	[[ $output != *KEPT* && $output != *-mode* ]]
	run -0 flow plan --show-values
	has 'environment.MODE: old-mode -> new-mode'
	run -0 flow plan --format json
	has '{"attribute":"environment.GONE","old":"***","new":null}'
	run -0 flow up -d --dry-run
	has 'labels.role: front -> back'
}

@test "A3 a plan shows no secrets of commands, labels, checks and options" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: [sh, -c, "sleep 1000", "--token=${TOKEN}", more]
		    environment: {OWN: "${OWN}"}
		    labels: {auth: "Basic ${OWN}", version: "1"}
		    healthcheck: {test: "true -p${TOKEN}"}
		    logging: {options: {env: "${TOKEN}"}}
	YAML
	TOKEN=hunter1 OWN=tiger1 flow up -d
	sed -i 's/version: "1"/version: "2"/' compose.yaml
	TOKEN=hunter2 OWN=tiger2 run -0 flow plan
	has '--token=***, more] -> [sh, -c, sleep 1000, --token=***, more]' 'environment.OWN: *** -> ***' 'labels.auth: *** -> Basic ***' \
		'labels.version: 1 -> 2' 'healthcheck.test: *** -> [CMD-SHELL, true -p***]' 'logging.options: *** -> env: ***'
	[[ $output != *hunter* && $output != *tiger* ]]
	TOKEN=hunter2 OWN=tiger2 run -0 flow plan --format json
	[[ $output != *hunter* && $output != *tiger* ]]
	TOKEN=hunter2 OWN=tiger2 run -0 flow plan --show-values
	has 'labels.auth: Basic tiger1 -> Basic tiger2' '--token=hunter1, more] -> [sh, -c, sleep 1000, --token=hunter2, more]'
}

@test "C5 networks that change are told by name" {
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, networks: [a, b]}}
networks: {a: {}, b: {}, c: {}}'
	flow up -d
	sed -i 's/networks: \[a, b\]/networks: [b, c]/' compose.yaml
	run -0 flow plan
	has "networks.${PROJECT}_a: attached -> unset" "networks.${PROJECT}_c: unset -> attached"
	[ "$(grep -c ' -> ' <<<"$output")" = 2 ]
	sed -i 's/networks: \[b, c\]/network_mode: none/' compose.yaml
	run -0 flow plan
	has 'network_mode: unset -> none' "networks.${PROJECT}_b: attached -> unset"
}

@test "C5 the hint for a volume that has changed can be followed while the project runs" {
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, volumes: [data:/data]}}
volumes: {data: {labels: {a: "1", token: "old"}}}'
	flow up -d
	sed -i 's/a: "1"/a: "2"/' compose.yaml
	run -1 flow up -d
	has 'label a is "1" there, "2" in the file' "run: docker flow down && docker volume rm ${PROJECT}_data"
	flow down
	docker volume rm "${PROJECT}_data"
	run -0 flow up -d
	sed -i 's/old/new/' compose.yaml
	run -1 flow up -d
	has 'label token is *** there, *** in the file'
}

@test "C5 plan --build tells whose container a new image replaces" {
	echo 'FROM busybox' >Dockerfile
	compose <<<'services: {web: {build: ., init: true, command: sleep 1000}}'
	flow up -d
	run -0 flow plan --build
	has 'service web: recreated if the build brings a new image'
}

@test "an image that is gone and is built again is a note: the containers stay where it comes out the same" {
	printf 'FROM busybox\nLABEL one=%s\n' "$(date +%s%N)" >Dockerfile
	compose <<<'services: {web: {build: ., init: true, command: sleep 1000}}'
	flow up -d
	before=$(ids)
	docker rmi -f "$PROJECT-web"
	run -3 flow plan --exit-code
	has 'not there' 'service web: recreated if the build brings a new image'
	[[ $output != *'image changed'* && $output != *then:* ]]
	flow up -d
	[ "$(ids)" = "$before" ]
	compose <<<'services: {web: {build: ., init: true, command: sleep 1000}, two: {image: busybox, command: sleep 1000}}'
	run -0 flow plan --build
	has 'images first:' 'then:' "$PROJECT-two-1"
}

@test "C5 what the engine cannot do is a note of the plan, and an error before anything is changed" {
	echo 'FROM busybox' >Dockerfile
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  web: {build: {context: ., sbom: true}, command: sleep 1000}
	YAML
	run -0 flow plan
	has 'note: services.web.build.sbom: ' 'have no attestations'
	run -1 flow up -d
	has 'compose.yaml:' 'services.web.build.sbom'
	[ -z "$(names)$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
}

# refused YAML: the service's members are a reason to exit with 2 at their line, and nothing is made
refused() {
	compose <<-YAML
		services: {web: {image: busybox, command: sleep 1000, $1}}
		secrets: {token: {environment: HOME}}
	YAML
	run -2 flow up -d
	[[ $output == *"compose.yaml:1:"*": error: services.web."* ]]
	[ -z "$(names)$(docker network ls -q --filter "name=$PROJECT")" ]
}

@test "B1 a device without a path is refused before a network is made" {
	refused 'devices: ["${DEV}:${DEV}"]'
	refused 'devices: ["::"]'
	refused 'devices: [""]'
}

@test "C6 what the engine would refuse is refused before a network is made" {
	refused 'restart: foo'
	refused 'stop_signal: SIGFOO'
	refused 'working_dir: x'
	refused 'environment: ["=x"]'
	refused 'cpus: nan'
	refused 'ports: [{target: 99999, published: "80-1"}]'
	refused 'networks: {default: {ipv4_address: 10.0.0.9}}'
	refused 'x-flow: {healthcheck: {log: "("}}'
	refused 'secrets: [{source: token, uid: root}]'
	refused 'secrets: [{source: token, gid: "-1"}]'
}

@test "A8 a million containers are refused, as few digits as they cost to write" {
	refused 'scale: 1000000'
	run -2 flow up -d --scale web=1000000
}

# refused_alike YAML: plan and up refuse the file with 2 at its line, and nothing is made
refused_alike() {
	compose
	run -2 flow plan
	local planned=$output
	run -2 flow up -d
	[[ $planned == *"compose.yaml:$1:"*": error: $2"* && $output == *"compose.yaml:$1:"*": error: $2"* ]]
	[ -z "$(names)$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
}

@test "C6 what up refuses of a container's body, plan refuses" {
	echo x >file
	refused_alike 1 'services.web.secrets: unsupported driver of secret s' <<-'YAML'
		services: {web: {image: busybox, command: sleep 1000, secrets: [s]}}
		secrets: {s: {file: ./file, template_driver: golang}}
	YAML
	refused_alike 1 'services.web.security_opt: ' <<<'services: {web: {image: busybox, security_opt: ["seccomp:./missing"]}}'
	refused_alike 1 'services.web.security_opt: ' <<<'services: {web: {image: busybox, security_opt: ["seccomp:"]}}'
	refused_alike 1 'services.web.security_opt: ' <<<'services: {web: {image: busybox, security_opt: ["seccomp:./file"]}}'
}

@test "C6 a build without context or Dockerfile is refused before a network is made" {
	mkdir empty
	refused_alike 1 'services.web.build.context: cannot read' <<<'services: {web: {build: ./missing}, db: {image: busybox}}'
	refused_alike 1 'services.web.build.dockerfile: there is no Dockerfile' <<<'services: {web: {build: ./empty}, db: {image: busybox}}'
	refused_alike 1 'services.web.build.dockerfile: there is no Dockerfile' <<<'services: {web: {build: {context: empty, dockerfile: x}}}'
}

@test "a bind whose source is not there is told at its place; a build in reserve that cannot be is warned of" {
	compose <<<$'services:\n  web:\n    image: busybox\n    volumes: [{type: bind, source: ./gone, target: /x, bind: {create_host_path: false}}]'
	run -1 flow up -d
	has "compose.yaml:4:14: error: services.web.volumes: " "bind source path does not exist: $PWD/gone" "create it there"
	compose <<<'services: {web: {image: "127.0.0.1:1/none", build: ./gone}}'
	run -0 flow plan
	has "services.web.build.context: if the pull fails, nothing can be built: cannot read $PWD/gone"
}

@test "a failed pull is told where the image was written that counts" {
	compose <<<$'services:\n  web:\n    image: busybox\n    command: sleep 1000'
	cat >compose.override.yaml <<<$'services: {web: {image: "127.0.0.1:1/none"}}'
	run -1 flow up -d
	has "compose.override.yaml:1:18: error: services.web.image: cannot pull"
}

@test "C6 a network that network_mode names and nobody has is refused before a network is made" {
	refused_alike 1 'services.web.network_mode: network missing not found' \
		<<<'services: {web: {image: busybox, network_mode: missing}, db: {image: busybox}}'
	compose <<<"services: {web: {image: busybox, init: true, command: sleep 1000, network_mode: $PROJECT-there}}"
	docker network create "$PROJECT-there"
	run flow up -d
	docker inspect -f '{{.HostConfig.NetworkMode}}' "$PROJECT-web-1"
	flow down
	docker network rm "$PROJECT-there"
	[ "$status" -eq 0 ]
}

@test "C6 a container that is named and nobody has is refused before a network is made" {
	local key
	for key in network_mode pid ipc; do
		refused_alike 1 "services.web.$key: container $PROJECT-gone not found" \
			<<<"services: {web: {image: busybox, $key: \"container:$PROJECT-gone\"}, db: {image: busybox}}"
	done
	refused_alike 1 "services.web.volumes_from[1]: container $PROJECT-gone not found" \
		<<<"services: {web: {image: busybox, volumes_from: [db, \"container:$PROJECT-gone:ro\"]}, db: {image: busybox}}"
	compose <<<"services: {web: {image: busybox, init: true, command: sleep 1000, network_mode: \"container:$PROJECT-there\"}}"
	docker run -d --init --name "$PROJECT-there" --network none busybox sleep 1000
	run flow up -d
	field web-1 '{{.HostConfig.NetworkMode}}'
	docker rm -f "$PROJECT-there"
	flow down
	[ "$status" -eq 0 ]
}

@test "C6 a volume of one letter that is read as a drive is refused before a network is made" {
	refused_alike 1 "services.web.volumes[0].target: invalid mount path: 'v:/v'" <<<'services: {web: {image: busybox, volumes: ["v:/v"]}}'
}

@test "C6 a driver or runtime that the engine does not have is refused before a network is made" {
	refused_alike 1 'services.web.logging.driver: the engine has no logging driver "missing"' \
		<<<'services: {web: {image: busybox, logging: {driver: missing}}}'
	has 'it has: ' json-file
	refused_alike 1 'services.web.runtime: the engine has no runtime "runk"' <<<'services: {web: {image: busybox, runtime: runk}}'
	has 'did you mean "runc"?'
	refused_alike 2 'networks.default.driver: the engine has no network driver "brige"' \
		<<<$'services: {web: {image: busybox}}\nnetworks: {default: {driver: brige}}'
	refused_alike 2 'volumes.data.driver: the engine has no volume driver "missing"' \
		<<<$'services: {web: {image: busybox, volumes: ["data:/data"]}}\nvolumes: {data: {driver: missing}}'
}

@test "a plan heeds the options of up" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  web: {image: busybox, init: true, command: "sleep ${SECONDS_TO_SLEEP:-1000}", depends_on: [db]}
	YAML
	flow up -d 2>/dev/null
	run -0 flow plan --exit-code
	run -3 flow plan --exit-code --always-recreate-deps web
	has "$PROJECT-db-1"
	run -3 flow plan --exit-code --renew-anon-volumes
	has 'anonymous volumes are renewed'
	run -3 flow plan --exit-code --pull always
	has 'images first' pull
	export SECONDS_TO_SLEEP=999
	run -3 flow plan --exit-code
	has 'before the former container goes'
	run -3 flow plan --exit-code --rollback=false
	[[ $output != *'before the former container goes'* ]]
	run -0 flow plan --exit-code --no-recreate
	compose <<<'services: {db: {image: busybox, init: true, command: sleep 1000}}'
	run -0 flow plan --exit-code
	run -3 flow plan --exit-code --remove-orphans
	has "$PROJECT-web-1" orphan
	echo 'FROM busybox' >Dockerfile
	compose <<<'services: {made: {image: plan-of-none, build: .}}'
	run -3 flow plan --exit-code
	has 'if it cannot be pulled'
	run -3 flow plan --exit-code --no-build
	[[ $output != *'if it cannot be pulled'* ]]
}

@test "a note stays one line, whatever labels hold" {
	one_service
	docker create --label "com.docker.compose.project=$PROJECT" --label com.docker.compose.oneoff=False --label $'com.docker.compose.service=x\nnote: y' --name "$PROJECT-x-1" busybox >/dev/null
	run -0 flow plan
	has 'note: orphan container' 'x\x0anote: y'
	[ "$(grep -c '^note:' <<<"$output")" = 1 ]
}
