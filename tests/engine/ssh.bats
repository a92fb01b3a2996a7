# An engine behind a real sshd: on loopback, with keys and a configuration of its own.
bats_require_minimum_version 1.5.0
load helper

setup_file() {
	local dir=$BATS_FILE_TMPDIR pam=no
	need sshd ssh ssh-keygen
	for key in host user bare other; do ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$dir/$key"; done
	SSH_PORT=$(free_port)
	# without PAM a locked account may not log in, even by key
	[[ $(getent shadow root | cut -d: -f2) != !* ]] || pam=yes
	cat >"$dir/sshd_config" <<-CONFIG
		ListenAddress 127.0.0.1:$SSH_PORT
		HostKey $dir/host
		AuthorizedKeysFile $dir/authorized
		StrictModes no
		UsePAM $pam
		PermitRootLogin yes
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PidFile none
		MaxStartups 100
		AcceptEnv DOCKER_HOST
	CONFIG
	# whoever comes with the second key finds no programs
	{ cat "$dir/user.pub"; echo "command=\"PATH=/nowhere; \$SSH_ORIGINAL_COMMAND\" $(cat "$dir/bare.pub")"; } >"$dir/authorized"
	cat >"$dir/ssh_config" <<-CONFIG
		IdentitiesOnly yes
		UserKnownHostsFile $dir/known_hosts
		GlobalKnownHostsFile /dev/null
		StrictHostKeyChecking yes
	CONFIG
	echo "[127.0.0.1]:$SSH_PORT $(cut -d' ' -f1,2 "$dir/host.pub")" >"$dir/known_hosts"
	# what sshd runs in until a login has succeeded; its package leaves it to the service to make
	[ -e /run/sshd ] || { mkdir -m 755 /run/sshd && touch "$dir/made-run-sshd"; }
	/usr/sbin/sshd -D -e -f "$dir/sshd_config" >"$dir/sshd.log" 2>&1 3>&- &
	echo $! >"$dir/sshd.pid"
	until_true grep -q 'Server listening' "$dir/sshd.log" || { cat "$dir/sshd.log" >&2; return 1; }
	export SSH_PORT
}

teardown_file() {
	local dir=$BATS_FILE_TMPDIR
	[ ! -e "$dir/sshd.pid" ] || kill "$(cat "$dir/sshd.pid")"
	[ ! -e "$dir/made-run-sshd" ] || rmdir /run/sshd
}

# far [KEY] [OPTION…]: from here on, docker flow's ssh logs in with that key and these options
far() {
	local dir=$BATS_FILE_TMPDIR key=${1:-user}
	shift $(($# > 0))
	mkdir -p bin
	printf '#!/bin/sh\necho >>%s\nexec %s -F %s -i %s %s "$@"\n' "$PWD/logins" "$(command -v ssh)" "$dir/ssh_config" "$dir/$key" "$*" >bin/ssh
	chmod +x bin/ssh
	AT=ssh://root@127.0.0.1:$SSH_PORT
	NEAR=$DOCKER_HOST
}

# there ARGUMENT…: docker flow on the engine that is far away; without ssh nothing is reached
there() { PATH=$PWD/bin:$PATH DOCKER_HOST=${HOST:-$AT${NEAR#unix://}} timeout -k 5 60 "$FLOW" "$@"; }

# nothing_left: no ssh, no socket directory
nothing_left() {
	[ -z "$(pgrep -f "ssh -F $BATS_FILE_TMPDIR/ssh_config")" ]
	[ -z "$(find "${TMPDIR:-/tmp}" /tmp -maxdepth 1 -name 'docker-flow-ssh-*' -newer compose.yaml)" ]
}

@test "up, ps, logs, down" {
	far
	echo of the client >app.conf
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: [sh, -c, 'cat /etc/app.conf; exec nc -ll -p 7000 -e cat']
		    configs: [{source: app, target: /etc/app.conf}]
		    x-flow: {healthcheck: {tcp: {port: 7000}, interval: 100ms}}
		  web: {image: busybox, command: [sh, -c, 'for i in 1 2 3; do echo line $$i; done'], x-flow: {dependencies: [db]}}
		configs: {app: {file: ./app.conf}}
	YAML
	there up -d
	[ "$(docker logs "$PROJECT-db-1")" = "of the client" ]
	[ "$(field db-1 '{{json .Mounts}}')" = '[]' ]
	run -0 there ps -a --format json
	has "$PROJECT-db-1" "$PROJECT-web-1"
	run -0 there logs -f web
	has "line 1" "line 3"
	there down -t 0
	[ -z "$(ids)" ]
	nothing_left
}

@test "the engine that DOCKER_HOST names there" {
	far user -o "SetEnv=DOCKER_HOST=$DOCKER_HOST"
	one_service
	HOST=$AT there up -d
	is web-1 running
}

@test "attached: output comes through, an interrupt stops" {
	far
	compose <<<'services: {web: {image: busybox, init: true, command: [sh, -c, "echo here; exec sleep 1000"]}}'
	PATH=$PWD/bin:$PATH DOCKER_HOST=$AT${NEAR#unix://} begin log up
	until_true grep -q 'web-1 *| here' log
	kill -INT "$pid"
	ends 130 || { cat log; return 1; }
	is web-1 exited
	nothing_left
}

# up in the background, of a web that waits until somebody touches /ready in db
up_that_waits() {
	one_that_waits
	PATH=$PWD/bin:$PATH DOCKER_HOST=$AT${NEAR#unix://} begin log up -d
}

@test "a login lost on the way: the next one goes on" {
	far
	up_that_waits
	until_true is db-1 running
	for login in $(pgrep -f "ssh -F $BATS_FILE_TMPDIR/ssh_config"); do kill "$login" || true; done
	docker exec "$PROJECT-db-1" touch /ready
	ends 0 || { cat log; return 1; }
	is web-1 running
	nothing_left
}

@test "a key that is not accepted, a host that is not known" {
	far other
	one_service
	run -1 there up -d
	has "cannot connect to the Docker engine at ssh://root@127.0.0.1:$SSH_PORT" "Permission denied (publickey)" "hint: try by hand: ssh"
	[ "$(grep -c 'Permission denied' <<<"$output")" = 1 ]
	[ "$(wc -l <logins)" = 1 ]
	far user -o UserKnownHostsFile=/dev/null
	run -1 there up -d
	has "ssh://root@127.0.0.1:$SSH_PORT" "Host key verification failed" "hint:"
	nothing_left
}

@test "a port where nothing listens" {
	far
	one_service
	HOST=ssh://root@127.0.0.1:1 run -1 there up -d
	has "ssh://root@127.0.0.1:1" "Connection refused" "hint:"
	nothing_left
}

@test "a host without docker, a host without an engine" {
	far bare
	one_service
	run -1 there up -d
	has "ssh://root@127.0.0.1:$SSH_PORT" "docker: " "not found" "hint: try by hand"
	far
	HOST=$AT$PWD/none.sock run -1 there up -d
	has "ssh://root@127.0.0.1:$SSH_PORT" "none.sock" "hint:"
	nothing_left
}

@test "a host that goes away: told, no hang" {
	far
	up_that_waits
	until_true grep -q 'Gate db  *Waiting' log
	printf '#!/bin/sh\necho "ssh: connect to host: No route to host" >&2\nexit 255\n' >bin/ssh
	for login in $(pgrep -f "ssh -F $BATS_FILE_TMPDIR/ssh_config"); do kill "$login" || true; done
	ends 1 || { cat log; return 1; }
	output=$(cat log)
	has "No route to host"
	nothing_left
}

@test "exec: both ways, the end of the input, the exit status" {
	far
	one_service
	there up -d
	head -c 20000000 /dev/urandom >big
	there exec -T web cat <big | cmp - big
	run -7 there exec -T web sh -c 'cat; echo after; exit 7' <<<x
	[ "$output" = $'x\nafter' ]
	nothing_left
}

@test "run and attach: both ways, the end of the input, a terminal, the exit status" {
	far
	compose <<-'YAML'
		services:
		  web: {image: busybox, stdin_open: true, command: [sh, -c, 'while read -r line; do echo "got $$line"; [ "$$line" != end ] || exit 4; done']}
	YAML
	run -7 there run --rm -T web sh -c 'cat; echo after; exit 7' <<<x
	has $'x\nafter'
	PATH=$PWD/bin:$PATH DOCKER_HOST=$AT${NEAR#unix://} run -9 terminal 30x90 "$FLOW" run --rm web sh < <(shell_session)
	there up -d
	run -4 there attach web < <(printf 'one\nend\n')
	has 'got one' 'got end'
	nothing_left
}

@test "a build: its context by difference, a secret" {
	far
	mkdir app
	head -c 3000000 /dev/urandom >app/large
	echo hidden >key
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: app
		      secrets: [key]
		      dockerfile_inline: |
		        FROM busybox
		        COPY . /app
		        RUN --mount=type=secret,id=key grep -c hidden /run/secrets/key
		    command: md5sum /app/large
		secrets: {key: {file: key}}
	YAML
	there build
	run -0 there run --rm -T web
	has "$(md5sum <app/large | cut -d' ' -f1)"
	nothing_left
	docker rmi -f "$PROJECT-web" >/dev/null
}
