# `down`: everything of the project, nothing else, in order.
bats_require_minimum_version 1.5.0
load helper

stack() {
	compose <<-YAML
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    volumes: [data:/data, shared:/shared, /anonymous]
		    networks: [default, front, outside]
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: [db], networks: [front]}
		networks: {front: {}, outside: {external: true, name: $PROJECT-outside}}
		volumes: {data: {}, shared: {external: true, name: $PROJECT-shared}}
	YAML
	docker network create --label "com.docker.compose.project=$PROJECT-outside" "$PROJECT-outside" >/dev/null
	docker volume create --label "com.docker.compose.project=$PROJECT-outside" "$PROJECT-shared" >/dev/null
	ALSO_PROJECTS=$PROJECT-outside
	flow up -d
}
networks() { docker network ls --filter "name=$PROJECT" --format '{{.Name}}' | sort | paste -sd' '; }
volumes() { docker volume ls --filter "name=$PROJECT" --format '{{.Name}}' | sort | paste -sd' '; }

@test "containers and networks go, named volumes stay, with -v they go, external things always stay" {
	stack
	anonymous=$(field db-1 '{{range .Mounts}}{{if eq .Destination "/anonymous"}}{{.Name}}{{end}}{{end}}')
	flow down
	[ -z "$(names)" ]
	[ "$(networks)" = "$PROJECT-outside" ]
	[ "$(volumes)" = "$PROJECT-shared ${PROJECT}_data" ]
	docker volume rm "$anonymous" 2>/dev/null || true
	flow up -d
	flow down --volumes
	[ "$(volumes)" = "$PROJECT-shared" ]
	[ "$(networks)" = "$PROJECT-outside" ]
	run -0 flow down
}

@test "dependents stop before what they need" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, stop_grace_period: 20s, command: "sh -c 'trap \"echo stopping; exit 0\" TERM; while :; do sleep 0.05; done'"}
		  web: {image: busybox, stop_grace_period: 20s, depends_on: [db], command: "sh -c 'trap \"sleep 0.5; exit 0\" TERM; while :; do sleep 0.05; done'"}
	YAML
	flow up -d
	docker events --filter "label=com.docker.compose.project=$PROJECT" --filter event=die --format '{{.Actor.Attributes.name}}' >events 3>&- &
	pid=$!
	until_true docker info >/dev/null
	flow down
	until_true eval '[ "$(wc -l <events)" = 2 ]'
	kill "$pid"
	[ "$(paste -sd' ' events)" = "$PROJECT-web-1 $PROJECT-db-1" ]
}

@test "by name alone, from anywhere; orphans on demand" {
	stack
	sed -i '/^  web:/d' compose.yaml
	run -0 flow down
	[ "$(names)" = web-1 ]
	flow up -d
	flow down --remove-orphans
	[ -z "$(names)" ]
	flow up -d
	mkdir elsewhere
	cd elsewhere
	flow -p "$PROJECT" down
	[ -z "$(names)" ]
	[ "$(networks)" = "$PROJECT-outside" ]
}

# a web with a volume, for both tools
with_data() {
	need_peer
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, volumes: [data:/data]}}
volumes: {data: {}}'
}

@test "a project that docker compose made" {
	with_data
	peer up -d
	flow down -v
	[ -z "$(names)$(networks)$(volumes)" ]
}

@test "docker compose takes down what flow made" {
	with_data
	flow up -d
	peer down -v
	[ -z "$(names)$(networks)$(volumes)" ]
}

@test "what others use stays, and is told: networks, volumes, images; the rest goes" {
	local who word
	printf 'FROM busybox\nLABEL one=%s\n' "$(date +%s%N)" >Dockerfile
	compose <<-'YAML'
		services:
		  web: {build: ., init: true, command: sleep 1000, networks: [default, front], volumes: [data:/data]}
		  db: {image: busybox, init: true, command: sleep 1000, volumes: [own:/data]}
		networks: {front: {}}
		volumes: {data: {}, own: {}}
	YAML
	flow up -d 2>/dev/null
	docker run -d --name guest --label "com.docker.compose.project=$PROJECT-outside" --network "${PROJECT}_front" -v "${PROJECT}_data:/data" --init "$PROJECT-web" sleep 1000 >/dev/null
	ALSO_PROJECTS=$PROJECT-outside
	run -0 flow down -v --rmi local
	who="container guest of project $PROJECT-outside uses it"
	has "network ${PROJECT}_front stays: $who" "volume ${PROJECT}_data stays: $who" "image $PROJECT-web stays: $who" "Network ${PROJECT}_front  Stays"
	[[ $output != *'somebody else changes'* && $output != *error* && $output != *warning* ]]
	[ -z "$(names)" ]
	[ "$(networks)/$(volumes)" = "${PROJECT}_front/${PROJECT}_data" ]
	flow up -d 2>/dev/null
	ln -s "$FLOW" docker-compose
	run -0 ./docker-compose down -v
	has "Network ${PROJECT}_front  Resource is still in use" "Volume ${PROJECT}_data  Resource is still in use"
	docker stop -t 1 guest >/dev/null # a network is kept by what runs alone
	run -0 flow down -v
	has "volume ${PROJECT}_data stays: $who"
	[ -z "$(networks)" ]
	docker rm guest >/dev/null
	flow down -v --rmi local
	[ -z "$(networks)$(volumes)" ]
}

@test "a container of the project that comes onto a network while down is at it goes, too" {
	proxied delay:1500@/networks/
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000}}'
	DOCKER_HOST=$ENGINE flow up -d 2>/dev/null
	begin log down
	until_true grep -q DELETE.*/networks/ requests
	DOCKER_HOST=$ENGINE docker run -d --name "$PROJECT-web-2" --network "${PROJECT}_default" --label "com.docker.compose.project=$PROJECT" --label com.docker.compose.service=web --label com.docker.compose.container-number=2 --label com.docker.compose.oneoff=False --label com.docker.compose.config-hash=x --init busybox sleep 1000 >/dev/null
	ends 0 || { cat log; return 1; }
	grep -q 'looking again' log
	DOCKER_HOST=$ENGINE
	[ -z "$(names)$(networks)" ]
}

@test "a container of docker run with an image that the project has built is not the project's" {
	compose <<<'services: {web: {build: {dockerfile_inline: "FROM busybox"}, init: true, command: sh -c "echo ours; exec sleep 1000"}}'
	flow up -d 2>/dev/null
	begin log logs -f
	until_true grep -q ours log
	docker run -d --name guest --network none --init "$PROJECT-web" sh -c 'echo foreign; exec sleep 1000' >/dev/null
	[ "$(docker inspect -f '{{index .Config.Labels "com.docker.compose.service"}}' guest)" = web ]
	run -0 flow plan --exit-code
	flow up -d --remove-orphans
	flow down
	[ "$(names)" = guest ] # by its labels alone
	docker rm -f guest >/dev/null
	ends 0
	! grep -q foreign log
}

@test "one service only" {
	stack
	flow down web
	[ "$(names)" = db-1 ]
}

@test "nothing is said to be there only when nothing is" {
	compose <<-'YAML'
		services:
		  a: {image: busybox, init: true, command: sleep 1000, network_mode: none}
		  b: {image: busybox, init: true, command: sleep 1000, network_mode: none}
	YAML
	flow up -d a
	run -0 flow down b
	has "no container of service b is there"
	[[ $output != *"nothing of"* ]]
	compose <<-'YAML'
		services:
		  b: {image: busybox, init: true, command: sleep 1000, network_mode: none}
	YAML
	run -0 flow down
	has "orphan container $PROJECT-a-1"
	[[ $output != *"nothing of"* ]]
	flow down --remove-orphans
	run -0 flow down
	has "there is nothing of $PROJECT to remove"
}

@test "D5 a one-off stays, with its network, unless orphans are removed" {
	stack
	docker run -d --name "$PROJECT-web-run-1" --network "${PROJECT}_front" --init --label "com.docker.compose.project=$PROJECT" \
		--label com.docker.compose.service=web --label com.docker.compose.oneoff=True busybox sleep 1000 >/dev/null
	run -0 flow down
	has "one-off container $PROJECT-web-run-1 of service web stays: remove with --remove-orphans"
	[ "$(names)" = web-run-1 ]
	is web-run-1 running
	[ "$(networks)" = "$PROJECT-outside ${PROJECT}_front" ]
	docker kill "$PROJECT-web-run-1" >/dev/null
	docker wait "$PROJECT-web-run-1" >/dev/null
	flow down # a stopped one keeps no network
	[ "$(networks)" = "$PROJECT-outside" ]
	[ "$(names)" = web-run-1 ]
	flow down --remove-orphans
	[ -z "$(names)" ]
}

@test "D5 dependents of a service go with it, and first" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  api: {image: busybox, init: true, command: sleep 1000, depends_on: [db]}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: [api]}
		  other: {image: busybox, init: true, command: sleep 1000}
	YAML
	flow up -d
	docker rm -f "$PROJECT-api-1" >/dev/null
	run -0 flow down --dry-run db
	[ "$(grep -c 'it needs' <<<"$output")" = 1 ]
	flow -p "$PROJECT" down db
	[ "$(names)" = other-1 ]
}

@test "-v takes the volumes of the file's active services, of those named alone where some are named" {
	cat >a.yaml <<-'YAML'
		services:
		  a: {image: busybox, network_mode: none, volumes: ["used:/d"]}
		  b: {image: busybox, network_mode: none, volumes: ["other:/d"]}
		  p: {image: busybox, network_mode: none, volumes: ["off:/d"], profiles: [p]}
		  former: {image: busybox, network_mode: none, volumes: ["former:/d"]}
		volumes: {used: {}, other: {}, off: {}, former: {}}
	YAML
	sed '/  former/d; s/, former: {}//' a.yaml >compose.yaml
	left() { docker volume ls -q --filter "label=com.docker.compose.project=$PROJECT" | sed "s/^${PROJECT}_//" | sort | paste -sd' '; }
	flow -f a.yaml --profile p create
	flow -f a.yaml --profile p down
	[ "$(left)" = "former off other used" ]
	flow down -v a
	[ "$(left)" = "former off other" ]
	flow down -v --except b
	[ "$(left)" = "former off other" ]
	run -0 flow down -v
	has "volume ${PROJECT}_former stays: no active service of the file uses it" "volume ${PROJECT}_off stays"
	[ "$(left)" = "former off" ]
	flow --profile p down -v
	[ "$(left)" = former ]
	mkdir elsewhere
	cd elsewhere
	flow -p "$PROJECT" down -v
}

@test "down names a volume once that a container and who has its volumes mount" {
	compose <<-'YAML'
		services:
		  store: {image: busybox, init: true, command: sleep 1000, volumes: [/data]}
		  reader: {image: busybox, init: true, command: sleep 1000, volumes_from: [store]}
	YAML
	flow up -d 2>/dev/null
	flow up -d --force-recreate -t 0 2>/dev/null
	run -0 flow down -v -t 0
	[ "$(grep -c 'Volume .* Removed' <<<"$output")" = 1 ]
}
