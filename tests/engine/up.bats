# What `up` promises: order, nothing twice, changes where they are, company with docker compose.
bats_require_minimum_version 1.5.0
load helper

# A store that takes a while, a one-shot after it, two that wait for both.
chain() {
	compose <<-'YAML'
		services:
		  store:
		    image: busybox
		    init: true
		    command: [sh, -c, 'sleep 0.7; echo ready; touch /ready; exec sleep 1000']
		    x-flow: {healthcheck: {exec: [test, -e, /ready], interval: 100ms}}
		  migrate:
		    image: busybox
		    command: [sh, -c, 'sleep 0.5; echo migrated']
		    x-flow: {dependencies: [store]}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    deploy: {replicas: 2}
		    depends_on: {migrate: {condition: service_completed_successfully}, store: {condition: service_started}}
	YAML
}

@test "nothing starts before its gates are open, and nothing waits longer" {
	chain
	flow up -d
	[ "$(said store-1 ready)" -lt "$(started migrate-1)" ]
	[ "$(field migrate-1 '{{.State.ExitCode}}')" = 0 ]
	[ "$(finished migrate-1)" -lt "$(started web-1)" ]
	[ "$(finished migrate-1)" -lt "$(started web-2)" ]
	[ "$(names)" = "migrate-1 store-1 web-1 web-2" ]
}

@test "the second up changes nothing, asks three times at most, and runs no one-shot again" {
	chain
	flow up -d
	before=$(ids) finished=$(finished migrate-1)
	FLOW_TRACE=$PWD/trace run -0 flow up -d
	[ "$(ids)" = "$before" ]
	[ "$(finished migrate-1)" = "$finished" ]
	[ "$(requests trace)" -le 3 ]
	run -0 flow plan --exit-code
}

@test "a declared health check is asked at once, not after its interval" {
	compose <<-'YAML'
		services:
		  store:
		    image: busybox
		    init: true
		    command: [sh, -c, 'touch /ready; exec sleep 1000']
		    healthcheck: {test: [CMD, test, -e, /ready], interval: 60s}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    depends_on: {store: {condition: service_healthy}}
	YAML
	from=$SECONDS
	flow up -d
	[ $((SECONDS - from)) -lt 30 ]
	is web-1 running
}

@test "as docker-compose, an attached up says whom it attaches to" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, command: echo said, depends_on: [db], scale: 2}
		  db: {image: busybox, command: "true", attach: false}
		  app: {image: busybox, command: "true"}
	YAML
	ln -s "$FLOW" docker-compose
	run -0 --separate-stderr ./docker-compose up
	[ "${lines[0]}" = "Attaching to app-1, web-1, web-2" ]
	has "web-1  | said"
}

@test "as docker-compose the lines are docker compose's" {
	need_peer
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    healthcheck: {test: [CMD, "true"], interval: 200ms}
		  task: {image: busybox, command: "true"}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    networks: {default: }
		    depends_on: {db: {condition: service_healthy}, task: {condition: service_completed_successfully}}
		networks: {default: {labels: {kind: "${KIND:-one}"}}}
	YAML
	ln -s "$FLOW" docker-compose
	ALSO_PROJECTS="$PROJECT-4 $PROJECT-16"
	for words in 'up -d' 'up -d db' 'up -d --force-recreate db' 'stop'; do
		# shellcheck disable=SC2086 # words
		for tool in peer ./docker-compose; do
			COMPOSE_PROJECT_NAME=$PROJECT-${#tool} $tool --progress plain $words 2>&1 | sed "s/-${#tool}/-N/; /-task-1  Stopping/d" | sort >"${tool##*/}.log"
		done
		diff -u peer.log docker-compose.log >&2
	done
	flow up -d db
	KIND=two ./docker-compose up -d db >log 2>&1
	[[ $(<log) == *" Network ${PROJECT}_default  Removed"* ]]
	[[ $(<log) != *onnecting* && $(<log) != *Removing* ]]
}

@test "docker compose lists what flow made, and makes nothing of it again" {
	need_peer
	chain
	flow up -d
	run -0 peer ps -a --format '{{.Name}} {{.Service}} {{.State}}'
	has "$PROJECT-store-1 store running" "$PROJECT-migrate-1 migrate exited" "$PROJECT-web-1 web running" "$PROJECT-web-2 web running"
	for format in '{{.Name}}\t{{.State}} {{.ExitCode}} {{.Health}}' '{{.ID}} {{.Image}} {{.Command}} {{.Networks}} {{.Publishers}}' 'x{{ .Service }}\n'; do
		[ "$(flow ps -a --format "$format" | sort)" = "$(peer ps -a --format "$format" | sort)" ]
	done
	before=$(ids)
	peer up -d --no-deps store web
	[ "$(ids)" = "$before" ]
}

@test "flow takes over what docker compose made, and leaves it as it is" {
	need_peer
	mkdir -p site
	echo "COLOUR=blue" >web.env
	compose <<-'YAML'
		services:
		  store:
		    image: busybox
		    init: true
		    command: ["sh", "-c", "exec sleep 1000"]
		    environment: {A: "1", B: }
		    volumes: [data:/data, "./site:/site:ro", /anonymous]
		    healthcheck: {test: "true", interval: 1s}
		    ulimits: {nofile: 1024}
		    logging: {driver: json-file, options: {max-size: 1m}}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    env_file: web.env
		    ports: ["127.0.0.1::80"]
		    networks: {front: {aliases: [www]}, default: {}}
		    deploy: {replicas: 2, resources: {limits: {memory: 64M}}}
		    depends_on: {store: {condition: service_healthy}}
		    labels: [tier=front]
		    cap_drop: [NET_RAW]
		    stop_grace_period: 3s
		networks: {front: {}}
		volumes: {data: {}}
	YAML
	peer up -d
	before=$(ids)
	run flow plan --exit-code
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	flow up -d
	[ "$(ids)" = "$before" ]
}

@test "a change makes new what has changed, with the data of its anonymous volumes, and nothing else" {
	compose <<-'YAML'
		services:
		  changed:
		    image: busybox
		    init: true
		    environment: {VALUE: "${VALUE:-one}"}
		    command: [sh, -c, '[ -e /data/first ] || echo "$$VALUE" >/data/first; exec sleep 1000']
		    volumes: [/data]
		  same:
		    image: busybox
		    init: true
		    command: sleep 1000
	YAML
	flow up -d
	same=$(field same-1 '{{.Id}}')
	VALUE=two run -3 flow plan --exit-code
	has changed
	VALUE=two flow up -d
	[ "$(field same-1 '{{.Id}}')" = "$same" ]
	[ "$(docker exec "$PROJECT-changed-1" sh -c 'echo $VALUE; cat /data/first')" = $'two\none' ]
	[ "$(names)" = "changed-1 same-1" ]
	VALUE=three flow up -d --renew-anon-volumes
	[ "$(docker exec "$PROJECT-changed-1" cat /data/first)" = three ]
}

@test "replicas have numbers without gaps, up and down, and a lost one is put back" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
	YAML
	flow up -d --scale web=3
	[ "$(names)" = "web-1 web-2 web-3" ]
	first=$(field web-1 '{{.Id}}')
	docker rm -f "$PROJECT-web-2" >/dev/null
	flow up -d --scale web=3
	[ "$(names)" = "web-1 web-2 web-3" ]
	flow up -d
	[ "$(names)" = "web-1" ]
	[ "$(field web-1 '{{.Id}}')" = "$first" ]
	docker stop -t 0 "$PROJECT-web-1" >/dev/null
	flow up -d
	is web-1 running
	[ "$(field web-1 '{{.Id}}')" = "$first" ]
}

@test "a service comes with what it needs, and with nothing else" {
	chain
	sed -i '/deploy/d' compose.yaml
	cat >>compose.yaml <<-'YAML'
		  other:
		    image: busybox
		    init: true
		    command: sleep 1000
	YAML
	flow up -d web
	[ "$(names)" = "migrate-1 store-1 web-1" ]
	flow up -d --no-deps other
	[ "$(names)" = "migrate-1 other-1 store-1 web-1" ]
}

@test "an env file may be missing where its service is not needed, a volumes_from without a container may not" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000, volumes_from: [store]}
		  store: {image: busybox, init: true, command: sleep 1000}
		  other: {image: busybox, env_file: none.env, depends_on: [web]}
	YAML
	run ! flow up -d other
	has "services.other.env_file: file $PWD/none.env not found"
	run ! flow up -d
	run -2 flow up -d --no-deps web
	has "cannot share volume with service store: container missing"
	[ -z "$(names)" ]
	flow up -d web
	[ "$(names)" = "store-1 web-1" ]
	run -0 flow run --rm -T web echo ran
	[ "$output" = ran ]
}

@test "two services may have one container_name as long as one of them is not needed" {
	compose <<-YAML
		services:
		  web: {image: busybox, init: true, command: sleep 1000, container_name: $PROJECT-one}
		  other: {image: busybox, init: true, command: sleep 1000, container_name: $PROJECT-one}
	YAML
	run -2 flow up -d
	has "container name \"$PROJECT-one\" is already in use by service \"web\""
	flow up -d other
	is one running
}

@test "what the engine says when it makes a container is a warning at the service" {
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, network_mode: host, ports: ["1:1"]}}'
	run -0 flow up -d
	has "compose.yaml:1:12: warning: services.web: the engine: Published ports are discarded"
}

@test "--all-resources makes what no service uses, too, once" {
	compose <<-'YAML'
		services: {web: {image: busybox, init: true, command: sleep 1000}}
		volumes: {spare: }
		networks: {spare: }
	YAML
	flow up -d
	run ! docker volume inspect "${PROJECT}_spare"
	flow --all-resources up -d
	docker volume inspect "${PROJECT}_spare"
	docker network inspect "${PROJECT}_spare"
	run -0 flow --all-resources up -d
	has "nothing to do: everything is as the file says"
	run -0 flow down -v
	has "volume ${PROJECT}_spare stays: no active service of the file uses it"
	flow --all-resources down -v
	run ! docker volume inspect "${PROJECT}_spare"
	run ! docker network inspect "${PROJECT}_spare"
	# a file may hold nothing else
	compose <<<'volumes: {alone: }'
	flow --all-resources up -d
	docker volume inspect "${PROJECT}_alone"
}

@test "what is no longer in the file is told, and removed on demand" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000}
		  gone: {image: busybox, init: true, command: sleep 1000}
	YAML
	flow up -d
	sed -i '/gone/d' compose.yaml
	run -0 flow up -d
	has gone
	[ "$(names)" = "gone-1 web-1" ]
	flow up -d --remove-orphans
	[ "$(names)" = "web-1" ]
}

@test "two at once wait for each other" {
	chain
	flow up -d >first 2>&1 3>&- &
	one=$!
	flow up -d >second 2>&1 3>&- &
	two=$!
	wait "$one" || { cat first; return 1; }
	wait "$two" || { cat second; return 1; }
	[ "$(names)" = "migrate-1 store-1 web-1 web-2" ]
	run -0 flow plan --exit-code
}

@test "attached: output with names in front; the status is not 0 when a service fails" {
	compose <<-'YAML'
		services:
		  good: {image: busybox, command: "echo all is well"}
		  bad: {image: busybox, command: "sh -c 'echo oh no >&2; exit 4'"}
	YAML
	run -1 --separate-stderr flow up
	has "good-1" "all is well"
	grep -q '^bad-1 *| *oh no' <<<"$output"$'\n'"$stderr"
	[[ $output != *$'\e'* ]]
	run -4 flow up --exit-code-from bad
	run -4 flow up --abort-on-container-failure
}

@test "attached: one container's end ends the others when asked to" {
	compose <<-'YAML'
		services:
		  test: {image: busybox, command: "sh -c 'sleep 0.3; echo tested'"}
		  web: {image: busybox, init: true, command: sleep 1000}
	YAML
	run -0 flow up --abort-on-container-exit
	has tested
	is web-1 exited
	run -0 flow up --exit-code-from test
}

@test "-d: a container that had ended badly by then is a failure" {
	compose <<-'YAML'
		services:
		  bad: {image: busybox, command: "false"}
		  store:
		    image: busybox
		    init: true
		    command: [sh, -c, 'sleep 1.5; touch /ready; exec sleep 1000']
		    x-flow: {healthcheck: {exec: [test, -e, /ready], interval: 100ms}}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    x-flow: {dependencies: [store]}
	YAML
	run -1 flow up -d
	has bad
	is web-1 running
}

@test "--wait returns when all are ready, and fails when one never is" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: [sh, -c, 'sleep 0.7; touch /ready; echo ready; exec sleep 1000']
		    healthcheck: {test: [CMD, test, -e, /ready], interval: 60s}
		  task: {image: busybox, command: "true"}
	YAML
	flow up --wait
	docker exec "$PROJECT-web-1" test -e /ready
	cat >>compose.yaml <<-'YAML'
		  loop: {image: busybox, command: "false", restart: always}
	YAML
	run -1 flow up --wait --wait-timeout 5
	has loop
}

@test "configs and secrets are there, and their change is seen" {
	echo "first" >app.conf
	echo "hush-hush" >key.txt
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    configs: [{source: app, target: /etc/app.conf}, {source: inline, target: /etc/inline.conf}]
		    secrets: [key]
		configs:
		  app: {file: ./app.conf}
		  inline: {content: "size=${SIZE:-1}"}
		secrets:
		  key: {file: ./key.txt}
	YAML
	FLOW_TRACE=$PWD/trace run -0 flow up -d
	[[ $output$(cat trace) != *hush-hush* ]]
	[ "$(docker exec "$PROJECT-web-1" cat /etc/app.conf /etc/inline.conf /run/secrets/key)" = $'first\nsize=1hush-hush' ]
	[[ $(field web-1 '{{json .Config}}') != *hush-hush* ]]
	run -0 flow plan --exit-code
	echo "second" >app.conf
	flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /etc/app.conf)" = second ]
	SIZE=2 flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /etc/inline.conf)" = size=2 ]
	[[ $(field web-1 '{{json .Mounts}}') == *"$PWD"* ]]
	sed -i 's/    init: true/&\n    x-flow: {files: upload}/' compose.yaml
	flow up -d --force-recreate
	[[ $(field web-1 '{{json .Mounts}}') != *"$PWD"* ]]
	[ "$(docker exec "$PROJECT-web-1" cat /etc/app.conf /run/secrets/key)" = $'second\nhush-hush' ]
}

@test "an image is built from its context, and not again without need" {
	mkdir app
	# the only base there is without a registry: the program itself
	docker create --name "$PROJECT-base" --label "com.docker.compose.project=$PROJECT" busybox >/dev/null
	docker export "$PROJECT-base" -o app/root.tar
	docker rm "$PROJECT-base" >/dev/null
	printf 'FROM scratch\nADD root.tar /\nARG WORD\nENV WORD=$WORD\nCMD ["sleep", "1000"]\n' >app/Dockerfile
	compose <<-'YAML'
		services:
		  app: {build: {context: app, args: {WORD: built}}, init: true}
	YAML
	flow up -d
	[ "$(docker exec "$PROJECT-app-1" sh -c 'echo $WORD')" = built ]
	before=$(ids)
	flow up -d
	[ "$(ids)" = "$before" ]
	docker rm -f "$PROJECT-app-1" >/dev/null
	docker rmi "$PROJECT-app" >/dev/null
}

@test "an external network by its id" {
	id=$(docker network create --label "com.docker.compose.project=$PROJECT-outside" "$PROJECT-outside")
	ALSO_PROJECTS=$PROJECT-outside
	compose <<-YAML
		services:
		  web: {image: busybox, init: true, command: sleep 1000, networks: [outside, default]}
		  api: {image: busybox, init: true, command: sleep 1000, networks: {default: {priority: 10}, outside: {aliases: [door]}}}
		networks: {outside: {external: true, name: $id}}
	YAML
	flow up -d
	for name in web-1 api-1; do
		[ "$(field $name '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}')" = "$PROJECT-outside ${PROJECT}_default " ]
	done
	docker exec "$PROJECT-web-1" nslookup door
	FLOW_TRACE=$PWD/trace flow up -d
	[ "$(requests trace)" = 2 ]
	run -0 flow plan --exit-code
	# one that is not started yet is on the network, too
	docker rm -f "$PROJECT-web-1" "$PROJECT-api-1" >/dev/null
	flow up --no-start
	before=$(ids)
	flow up -d
	[ "$(ids)" = "$before" ]
	is api-1 running
	docker network inspect "$id" >/dev/null
	sed -i "s/$id/${id:0:12}/" compose.yaml
	run -1 flow up -d
	has "could not be found"
}

@test "D5 --renew-anon-volumes renews them although nothing else has changed" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, volumes: [/data]}
		  web: {image: busybox, init: true, command: sleep 1000}
	YAML
	flow up -d
	web=$(field web-1 '{{.Id}}')
	docker exec "$PROJECT-db-1" touch /data/old
	run -0 flow up -d -V
	run ! docker exec "$PROJECT-db-1" test -e /data/old
	[ "$(field web-1 '{{.Id}}')" != "$web" ] # as docker compose does
}

@test "SIGQUIT while a live screen is drawn gives the cursor back" {
	one_that_waits
	TERM=xterm run -131 terminal 24x80 "$FLOW" up -d <<-'STEPS'
		wait Waiting
		type \x1c
	STEPS
	[[ $output == *$'\e[?25l'*$'\e[?25h' ]]
}
