# An engine on another machine: in a network namespace of its own, behind a veth pair and TLS. Neither its files nor its containers'
# addresses are within reach.
bats_require_minimum_version 1.5.0
load helper

# certificate NAME SUBJECT-ALTERNATIVE-NAME: NAME/{cert,key}.pem, signed by the authority of this file
certificate() {
	local dir=$BATS_FILE_TMPDIR
	mkdir -p "$dir/$1"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -addext "subjectAltName=$2" \
		-CA "$dir/ca.pem" -CAkey "$dir/ca-key.pem" -keyout "$dir/$1/key.pem" -out "$dir/$1/cert.pem" 2>/dev/null
	cp "$dir/ca.pem" "$dir/$1/ca.pem"
}

# there COMMAND…: in the network of the other machine
there() { nsenter --net="/run/netns/$NETNS" "$@"; }

setup_file() {
	local dir=$BATS_FILE_TMPDIR root net=198.18.$((BASHPID / 64 % 256)).$((BASHPID % 64 * 4))
	need ip nsenter openssl
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export NETNS=flow$BASHPID FAR=${net%.*}.$((${net##*.} + 2))
	ip netns add "$NETNS"
	ip link add "v$NETNS" type veth peer name eth0 netns "$NETNS"
	ip addr add "${net%.*}.$((${net##*.} + 1))/30" dev "v$NETNS"
	ip link set "v$NETNS" up
	ip -n "$NETNS" addr add "$FAR/30" dev eth0
	ip -n "$NETNS" link set eth0 up
	ip -n "$NETNS" link set lo up
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
		-keyout "$dir/ca-key.pem" -out "$dir/ca.pem" 2>/dev/null
	certificate server "IP:$FAR"
	certificate client DNS:client
	ENGINE_TLS=$FAR:2376=$dir/server there "$root/tests/engine.sh" start "$ENGINE_VERSION" "$SUITE_DIR/r" >"$dir/start" 2>&1 3>&- ||
		{ cat "$dir/start" >&2; return 1; }
	docker save busybox | docker -H "unix://$SUITE_DIR/r/docker.sock" load -q >/dev/null
	export DOCKER_HOST=tcp://$FAR:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$dir/client
}

teardown_file() {
	[ -n "${NETNS:-}" ] || return 0
	there "$BATS_TEST_DIRNAME/../engine.sh" stop "$SUITE_DIR/r" 3>&-
	ip netns del "$NETNS"
}

@test "gates: by a helper container, or at the published port" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: [nc, -ll, -p, "7000", -e, cat]
		    x-flow: {healthcheck: {tcp: {port: 7000}, interval: 100ms}}
		  web:
		    image: busybox
		    init: true
		    command: [sh, -c, 'mkdir /w; echo hello >/w/index.html; exec httpd -f -p 80 -h /w']
		    ports: ["8080:80"]
		    x-flow: {healthcheck: {http: {port: 80}, interval: 100ms}}
		  last: {image: busybox, command: "true", restart: "no", x-flow: {dependencies: [db, web]}}
	YAML
	run -0 flow --verbose up -d
	has "by a helper container in its network" "the published port $FAR:8080"
	[ "$(field last-1 '{{.State.ExitCode}}')" = 0 ]
	[ "$(curl -s "http://$FAR:8080/")" = hello ]
	FLOW_TRACE=$PWD/trace flow up -d
	[ "$(requests trace)" -le 3 ]
}

@test "configs and secrets are sent, and sent again when they have changed" {
	echo first >app.conf
	echo hush-hush >key
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    read_only: true
		    configs: [{source: app, target: /etc/app/app.conf, uid: "7", mode: 0440}]
		    secrets: [key]
		configs: {app: {file: ./app.conf}}
		secrets: {key: {file: ./key}}
	YAML
	flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /etc/app/app.conf /run/secrets/key)" = $'first\nhush-hush' ]
	[ "$(docker exec "$PROJECT-web-1" stat -c '%u %a' /etc/app/app.conf)" = '7 440' ]
	[[ $(field web-1 '{{json .Mounts}} {{json .HostConfig.Binds}}') != *"$PWD"* ]]
	echo second >app.conf
	flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /etc/app/app.conf)" = second ]
}

@test "binds of the project's own files are warned of, others are not" {
	mkdir site
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    volumes:
		      - ./site:/site
		      - /etc/hosts:/hosts
	YAML
	run -0 flow up -d
	has "compose.yaml:7" "the engine does not see this machine's files: it looks for $PWD/site on its own" "hint:"
	[ "$(grep -c "does not see" <<<"$output")" = 1 ]
	run -0 flow up -d
	[[ $output != *"does not see"* ]]
	# it was said that files are shared
	sed -i 's/    init: true/&\n    x-flow: {files: bind}/' compose.yaml
	run -0 flow up -d --force-recreate
	[[ $output != *"does not see"* ]]
}

@test "attached: a build from here, its output, an interrupt" {
	mkdir app
	echo from here >app/word
	printf 'FROM busybox\nCOPY word /\nCMD cat /word; exec sleep 1000\n' >app/Dockerfile
	compose <<<'services: {web: {build: app, init: true}}'
	begin log up
	until_true grep -q 'web-1 *| from here' log
	kill -INT "$pid"
	ends 130 || { cat log; return 1; }
	is web-1 exited
	docker rm "$PROJECT-web-1" >/dev/null
	docker rmi "$PROJECT-web" >/dev/null
}

@test "TLS: none, no certificate of our own, an authority that is not theirs" {
	compose <<<'services: {web: {image: busybox}}'
	DOCKER_TLS_VERIFY='' run -1 flow up -d
	has "tcp://$FAR:2376 does not answer like a Docker engine" "hint: it wants TLS"
	mkdir none other
	cp "$DOCKER_CERT_PATH/ca.pem" none
	DOCKER_CERT_PATH=$PWD/none run -1 flow up -d
	has "cannot connect to the Docker engine at tcp://$FAR:2376" "hint: TLS is on: check DOCKER_CERT_PATH"
	cp "$DOCKER_CERT_PATH"/{cert,key}.pem other
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=another -keyout other/ca-key.pem -out other/ca.pem 2>/dev/null
	DOCKER_CERT_PATH=$PWD/other run -1 flow up -d
	has "cannot connect to the Docker engine at tcp://$FAR:2376" certificate "hint: TLS is on: check DOCKER_CERT_PATH"
}

@test "TLS by options, on each of which it depends" {
	local certs=$DOCKER_CERT_PATH own
	bare() { env -u DOCKER_TLS_VERIFY -u DOCKER_CERT_PATH DOCKER_CONFIG="$PWD/none" "$FLOW" -p "$PROJECT" "$@" ps; }
	own=(--tlscert "$certs/cert.pem" --tlskey "$certs/key.pem")
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=another -keyout key.pem -out ca.pem 2>/dev/null
	run -0 bare --tlsverify --tlscacert "$certs/ca.pem" "${own[@]}"
	run -0 bare --tls --tlscacert ca.pem "${own[@]}"
	run -1 bare --tlsverify --tlscacert ca.pem "${own[@]}"
	has certificate
	run -2 bare --tls "${own[@]:0:2}"
	run -2 bare --tls "${own[@]:2}"
}

@test "exec: 100 MB both ways, the end of the input, a terminal" {
	one_service
	flow up -d
	head -c 100000000 /dev/urandom >big
	flow exec -T web cat <big | cmp - big
	run -7 flow exec -T web sh -c 'cat; echo after; exit 7' <<<x
	[ "$output" = $'x\nafter' ]
	run -0 timeout -k 5 60 python3 "$BATS_TEST_DIRNAME/terminal.py" 30x90 "$FLOW" exec web sh <<-'STEPS'
		wait #
		size 41x133
		type stty size\r
		wait 41 133
		type exit\r
	STEPS
	docker pause "$PROJECT-web-1"
	run -1 flow exec -T web true
	has "is paused"
	docker unpause "$PROJECT-web-1"
}

@test "run and attach: both ways, the end of the input, a terminal, the exit status" {
	one_service
	head -c 20000000 /dev/urandom >big
	flow run --rm -T web cat <big | cmp - big
	run -7 flow run --rm -T web sh -c 'cat; echo after; exit 7' <<<x
	has $'x\nafter'
	run -9 terminal 30x90 "$FLOW" run --rm web sh < <(shell_session)
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    stdin_open: true
		    command: [sh, -c, 'while read -r line; do echo "got $$line"; [ "$$line" != end ] || exit 4; done']
	YAML
	flow up -d
	run -4 flow attach web < <(printf 'one\nend\n')
	has 'got one' 'got end'
}
