# Which engine is spoken to, and what is said when none answers.
bats_require_minimum_version 1.5.0
load helper

@test "no socket, a dead one, a port where nothing listens" {
	one_service
	DOCKER_HOST=unix://$PWD/none.sock run -1 flow up -d
	has "cannot connect to the Docker engine at unix://$PWD/none.sock" "no such socket" "hint:"
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("dead.sock")'
	DOCKER_HOST=unix://$PWD/dead.sock run -1 flow up -d
	has "nothing listens" "hint:"
	DOCKER_HOST=tcp://127.0.0.1:1 run -1 flow up -d
	has "tcp://127.0.0.1:1" "nothing listens" "hint:"
}

@test "no permission on the socket" {
	one_service
	chmod 755 "$SUITE_DIR" "$SUITE_DIR/e" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
	cp "$FLOW" "$BATS_TEST_TMPDIR/flow"
	DOCKER_CONFIG=/nonexistent run -1 setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/flow" up -d
	has "no permission on the socket" "docker group"
}

@test "a context of docker" {
	one_service
	docker context create "here-$PROJECT" --docker "host=$DOCKER_HOST" >/dev/null
	DOCKER_HOST='' DOCKER_CONTEXT=here-$PROJECT flow up -d
	is web-1 running
	DOCKER_HOST='' DOCKER_CONTEXT=her-$PROJECT run -2 flow up -d
	has "context \"her-$PROJECT\" not found" "did you mean \"here-$PROJECT\"?"
	docker context rm "here-$PROJECT" >/dev/null
}

@test "an engine behind ssh: few logins for all requests" {
	one_service
	mkdir bin
	cat >bin/ssh <<-SSH
		#!/bin/sh
		echo "\$*" >>"$PWD/calls"
		exec docker -H "$DOCKER_HOST" system dial-stdio
	SSH
	chmod +x bin/ssh
	PATH=$PWD/bin:$PATH DOCKER_HOST=ssh://me@far:2222/run/d.sock flow up -d
	is web-1 running
	[ "$(sort -u calls)" = "-o ConnectTimeout=30 -T -l me -p 2222 -- far docker --host unix:///run/d.sock system dial-stdio" ]
	[ "$(wc -l <calls)" -le 8 ]
}

@test "a login that fails shows what ssh said, once" {
	one_service
	mkdir bin
	printf '#!/bin/sh\nprintf "me@far: Permission denied (publickey).\\r\\n%%.0s" 1 2 >&2\nexit 255\n' >bin/ssh
	chmod +x bin/ssh
	PATH=$PWD/bin:$PATH DOCKER_HOST=ssh://me@far run -1 flow up -d
	has "ssh://me@far" "Permission denied (publickey)." "hint:"
	[ "$(grep -c "Permission denied" <<<"$output")" = 1 ]
	DOCKER_HOST=ssh://me:hunter2@far run -2 flow up -d
	has "password"
	[[ $output != *hunter2* ]]
}

@test "DOCKER_API_VERSION" {
	one_service
	DOCKER_API_VERSION=v1.41 flow up -d
	is web-1 running
	DOCKER_API_VERSION=1.40 run -2 flow up -d
	has "DOCKER_API_VERSION=1.40" "hint:"
}

@test "an interrupt of docker alone, without a terminal, is 130" {
	one_service
	mkdir -p "$DOCKER_CONFIG/cli-plugins"
	ln -sf "$FLOW" "$DOCKER_CONFIG/cli-plugins/docker-flow"
	env --default-signal=INT setsid docker flow up >log 2>&1 3>&- &
	pid=$!
	until_true is web-1 running
	kill -INT "$pid"
	ends 130
	is web-1 exited
	rm "$DOCKER_CONFIG/cli-plugins/docker-flow"
}
