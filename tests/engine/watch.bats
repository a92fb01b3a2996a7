# Containers that follow the files here.
bats_require_minimum_version 1.5.0
load helper

# watched RULE…: a web with these rules of develop.watch
watched() {
	mkdir -p src
	{
		printf 'services:\n  web:\n    image: busybox\n    init: true\n    command: sleep 1000\n    develop:\n      watch:\n'
		printf '        - %s\n' "$@"
	} >compose.yaml
}

# watching ARGUMENT…: begins `watch`, and waits until it is ready
watching() {
	begin log watch "$@"
	until_true grep -q "Watch enabled" log
}

# ended: by Ctrl-C
ended() {
	kill -INT "$pid"
	ends 130
}

inside() { docker exec "$PROJECT-web-1" sh -c "$1"; }
same() { diff <(cd src && find . -type f ! -name '*.tmp' | sort | xargs md5sum) <(inside 'cd /app && find . -type f | sort | xargs md5sum') >difference 2>&1; }

@test "sync: files that change, come, go and move; ignore, include, initial_sync" {
	watched '{path: ./src, action: sync, target: /app, ignore: [node_modules/, "*.tmp"], initial_sync: true}' \
		'{path: ./only, action: sync, target: /only, include: ["*.c"]}' '{path: ./one, action: sync, target: /etc/one}'
	mkdir -p src/deep src/node_modules only
	echo 1 >src/a
	echo 1 >src/b.tmp
	echo 1 >src/node_modules/n
	echo 1 >one
	echo 1 >only/before.c
	watching
	[ "$(inside 'find /app | sort | xargs')" = "/app /app/a /app/deep" ]
	run inside 'ls /only /etc/one'
	[ "$status" -ne 0 ]
	echo 2 >src/a
	echo new >src/deep/new
	echo 2 >src/b.tmp
	until_true inside 'test "$(cat /app/a)" = 2 && test -f /app/deep/new'
	grep -qx 'Syncing service "web" after [0-9]* changes were detected' log
	# an editor's save; a directory that moves; a link; a mode
	echo 3 >src/.a.swp
	cp src/.a.swp src/a~
	mv src/.a.swp src/a
	mv src/deep src/moved
	ln -s a src/link
	chmod 751 src/moved/new
	until_true inside 'test "$(cat /app/a)" = 3 && test "$(readlink /app/link)" = a && test "$(stat -c %a /app/moved/new)" = 751 && ! test -e /app/deep'
	echo 2 >one
	echo 2 >only/x.c
	echo 2 >only/x.h
	until_true inside 'test -f /etc/one && test -f /only/x.c'
	rm -r src/moved src/link
	until_true inside '! test -e /app/moved && ! test -e /app/link'
	[ "$(inside 'find /app /only | sort | xargs')" = "/app /app/a /only /only/x.c" ]
	ended
	[ "$(state web-1)" = running ]
}

@test "a watched path that is not there is followed from when it comes, docker compose's old initial sync holds" {
	watched '{path: ./late/folder, action: sync, target: /app}' '{path: ./late.txt, action: sync, target: /etc/late}' \
		'{path: ./src, action: sync, target: /src, x-initialSync: true}'
	echo 1 >src/a
	begin log --verbose watch
	until_true grep -q "Watch enabled" log
	grep -q "warning: services.web.develop.watch: .*/late/folder is not there" log
	grep -q 'x-initialSync is DEPRECATED, please use the official `initial_sync` attribute' log
	[ "$(inside 'cat /src/a')" = 1 ]
	run ! grep -q "batch complete" log
	mkdir -p late/folder/sub
	echo 2 >late/folder/sub/two
	until_true inside 'test "$(cat /app/sub/two)" = 2'
	echo 3 >late.txt
	until_true inside 'test "$(cat /etc/late)" = 3'
	rm -r late
	until_true inside '! test -e /app/sub'
	until_true grep -qE '^batch complete: duration\[[0-9.]+s\] count\[[0-9]+\]$' log
	ended
}

@test "E1 a watched folder that is removed, replaced or moved away, and comes back" {
	watched '{path: ./src, action: sync, target: /app, initial_sync: true}' '{path: ./again, action: restart}'
	mkdir -p src/sub again
	echo 1 >src/a
	echo 1 >src/sub/x
	watching
	rm -rf src
	mkdir src
	echo 3 >src/g
	until_true same
	mv src src.gone
	mkdir src
	echo 4 >src/h
	until_true same
	mkdir -p src/sub prepared/sub next
	echo 5 >src/sub/x
	until_true same
	# prepared folders, moved into place
	echo 6 >prepared/sub/y
	echo 6 >next/y
	mv src src.old
	until_true inside 'test -z "$(find /app -type f)"'
	mv prepared src
	until_true same
	mv src/sub src/sub.old
	mv next src/sub
	until_true same
	echo 7 >src/sub/y
	until_true same
	at=$(started web-1)
	ended_since() { [ "$(started web-1)" != "$at" ]; }
	rm -rf again
	mkdir again
	echo x >again/file
	until_true ended_since
	until_true is web-1 running
	at=$(started web-1)
	echo y >again/file
	until_true ended_since
	ended
}

@test "sync: a checkout of 5 000 files, and more events than the kernel keeps" {
	watched '{path: ./src, action: sync, target: /app, initial_sync: true}'
	mkdir -p other/{a,b,c}/{d,e}
	for dir in other/*/*; do (cd "$dir" && seq 1000 | split -l 1 -a 3 -); done
	echo 1 >src/first
	watching
	cp -r other/. src
	until_true same
	rm -r src/a/d
	mv src/b src/moved
	until_true same
	kill -STOP "$pid"
	for i in 1 2 3 4; do find src -type f -exec chmod 60$i {} +; done
	rm -r src/c
	cp -r other/a src/late
	echo 2 >src/first
	kill -CONT "$pid"
	until_true same
	ended
}

@test "what changes while services start is not missed" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000, x-flow: {healthcheck: {exec: [test, -e, /ready], interval: 100ms, retries: 1000}}}
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    depends_on: {db: {condition: service_healthy}}
		    develop: {watch: [{path: ./src, action: sync, target: /app}]}
	YAML
	mkdir src
	begin log watch
	until_true is db-1 running
	echo x >src/meanwhile
	docker exec "$PROJECT-db-1" touch /ready
	until_true inside 'test -f /app/meanwhile'
	ended
}

@test "restart, sync+restart, sync+exec" {
	watched '{path: ./restart, action: restart}' '{path: ./both, action: sync+restart, target: /both}' \
		'{path: ./exec, action: sync+exec, target: /exec, exec: {command: sh -c "cat /exec/*; touch /done", user: "0"}}'
	mkdir restart both exec
	watching
	at=$(started web-1)
	# ended_since: the container was started again after `at`
	ended_since() { [ "$(started web-1)" != "$at" ]; }
	echo said >exec/file
	until_true inside 'test -f /done'
	[ "$(started web-1)" = "$at" ]
	until_true grep -qx said log
	echo x >restart/file
	until_true ended_since
	until_true grep -qxF 'service(s) ["web"] restarted' log
	at=$(started web-1)
	echo x >both/file
	until_true ended_since
	until_true inside 'test -f /both/file && test ! -e /restart'
	ended
}

@test "what fails is not said to be done: restart, sync+restart, sync+exec" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    entrypoint: [/usr/bin/env, sleep, "1000"]
		    stop_signal: KILL
		    scale: 2
		    develop:
		      watch:
		        - {path: ./run, action: sync+restart, target: /usr/bin/env}
		        - {path: ./again, action: restart}
		        - {path: ./exec, action: sync+exec, target: /exec, exec: {command: sh -c 'exit 3'}}
	YAML
	mkdir exec again
	echo >run
	watching
	echo x >exec/file
	until_true grep -qxF "$PROJECT-web-2: the command ended with status 3" log
	grep -qxF "$PROJECT-web-1: the command ended with status 3" log
	printf '#!/bin/sh\nexec "$@"\n' >new
	mv new run
	until_true grep -qi 'error.*permission denied' log
	echo x >again/file
	twice() { [ "$(grep -c '^.*web-1.*Error.*[pP]ermission denied' log)" -ge 2 ]; }
	until_true twice
	run ! grep restarted log
	chmod +x run
	until_true grep -qxF 'service(s) ["web"] restarted' log
	[ "$(state web-1) $(state web-2)" = "running running" ]
	ended
}

@test "a service that ends with a failure is told, and the others are watched" {
	watched '{path: ./src, action: sync, target: /app}'
	echo '  broken: {image: busybox, command: "false"}' >>compose.yaml
	watching
	grep -q "warning: services.broken: container $PROJECT-broken-1 exited with code 1" log
	echo 1 >src/a
	until_true inside 'test -f /app/a'
	ended
}

@test "rebuild: a new image, a new container; --prune, --quiet" {
	compose <<-'YAML'
		services:
		  web:
		    build: .
		    init: true
		    command: sleep 1000
		    develop: {watch: [{path: ., action: rebuild, ignore: [log, out]}]}
	YAML
	printf 'FROM busybox\nCOPY file* other* /\nRUN echo "said by the bu""ild"\n' >Dockerfile
	echo 1 >file
	echo other >.dockerignore
	# dangling: images of this project without a name
	dangling() { docker images -q --filter dangling=true --filter "label=com.docker.compose.project=$PROJECT" | wc -l; }
	watching --prune=false
	grep -q "said by the build" log
	first=$(field web-1 '{{.Image}}')
	echo 2 >file
	until_true inside 'test "$(cat /file)" = 2'
	until_true grep -qxF 'service(s) ["web"] successfully built' log
	grep -qxF 'Rebuilding service(s) ["web"] after changes were detected...' log
	[ "$(field web-1 '{{.Image}}')" != "$first" ]
	[ "$(dangling)" = 1 ]
	ended
	watching --quiet
	run ! grep -q "said by the build" log
	# what .dockerignore names does not count
	echo x >other
	echo 3 >file
	until_true inside 'test "$(cat /file)" = 3'
	until_true grep -qxF 'service(s) ["web"] successfully built' log
	[ "$(grep -c Rebuilding log)" = 1 ]
	none_left() { [ "$(dangling)" = 0 ]; }
	until_true none_left
	# a build that fails is told, and the next one counts
	echo 'FROM nosuch:never' >Dockerfile
	until_true grep -q "nosuch" log
	printf 'FROM busybox\nCOPY file* /\nRUN echo >/repaired\n' >Dockerfile
	until_true inside 'test -f /repaired'
	ended
	docker rmi -f "$PROJECT-web" >/dev/null
}

@test "--no-up: only what runs is followed" {
	watched '{path: ./src, action: sync, target: /app}'
	watching --no-up
	[ -z "$(names)" ]
	ended
	flow up -d 2>/dev/null
	sed -i 's/sleep 1000/sleep 2000/' compose.yaml
	before=$(ids)
	watching --no-up web
	echo x >src/file
	until_true inside 'test -f /app/file'
	[ "$(ids)" = "$before" ]
	ended
}

# watched_build: a web that is built, and counts when it runs
watched_build() {
	compose <<-'YAML'
		services:
		  web:
		    build: .
		    init: true
		    command: sh -c 'echo "file $$(cat /file)"; exec sleep 1000'
		    stop_signal: KILL
		    develop: {watch: [{path: ./file, action: rebuild}, {path: ./src, action: sync, target: /app}, {path: ./again, action: restart}]}
		  other: {image: busybox, init: true, command: sh -c 'echo other; exec sleep 1000'}
	YAML
	printf 'FROM busybox\nCOPY file /\n' >Dockerfile
	mkdir -p src again
	echo 1 >file
}

@test "up --watch: synced, rebuilt and restarted while attached; Ctrl-C stops all" {
	watched_build
	begin log up --watch --abort-on-container-exit
	until_true grep -qE '^ +(⦿|\*) Watch enabled$' log
	until_true grep -qxF 'web-1    | file 1' log
	echo x >src/new
	until_true inside 'test -f /app/new'
	grep -q 'Syncing service "web" after 1 changes were detected' log
	echo 2 >file
	until_true grep -qxF 'web-1    | file 2' log
	until_true grep -qF 'service(s) ["web"] successfully built' log
	at=$(started web-1)
	echo x >again/file
	until_true grep -qF 'service(s) ["web"] restarted' log
	[ "$(started web-1)" != "$at" ]
	twice() { [ "$(grep -cxF 'web-1    | file 2' log)" = 2 ]; }
	until_true twice
	# the new one is followed as the first one was
	docker exec "$PROJECT-web-1" sh -c 'echo late >/proc/1/fd/1'
	until_true grep -qxF 'web-1    | late' log
	[ "$(state other-1)" = running ]
	kill -INT "$pid"
	ends 130
	[ "$(state web-1) $(state other-1)" = "exited exited" ]
	docker rmi -f "$PROJECT-web" >/dev/null
}

@test "up --watch: a build that fails is told; the end of all ends it; --scale stays" {
	watched_build
	begin log up --watch --scale web=2 --no-attach other
	until_true grep -q 'Watch enabled' log
	mv file moved
	until_true grep -qi 'file.*not found\|no such file' log
	[ "$(names)" = "other-1 web-1 web-2" ]
	echo 3 >file
	until_true grep -qxF 'web-2  | file 3' log
	until_true grep -qF 'service(s) ["web"] successfully built' log
	[ "$(names)" = "other-1 web-1 web-2" ]
	run ! grep -q '| other' log
	docker kill "$PROJECT-web-1" "$PROJECT-web-2" "$PROJECT-other-1" >/dev/null
	ends 1
	grep -q "container $PROJECT-web-1 exited with code 137" log
	[ "$(grep -c "container $PROJECT-web-1 exited" log)" = 1 ]
	docker rmi -f "$PROJECT-web" >/dev/null
}

@test "up --watch: what is refused" {
	one_service
	run -1 flow up --watch
	has "none of the selected services is configured for watch"
	for option in -d --wait --no-build --no-start; do
		run -2 flow up --watch "$option"
		has "--watch"
	done
	[ -z "$(names)" ]
}

@test "what is refused, before anything is done" {
	one_service
	run -1 flow watch
	has "none of the selected services is configured for watch, consider setting a 'develop' section"
	watched '{path: ./loop, action: sync, target: /app}'
	ln -s loop loop
	run -1 flow watch
	has "compose.yaml:8:" "cannot watch" "loop: Too many levels of symbolic links"
	run -2 flow watch nope
	has "no such service: nope"
	watched '{path: ./src, action: rebuild}'
	run -2 flow watch
	has 'with action rebuild without a build context'
	watched '{path: ./src, action: sync+exec, target: /x}'
	run -2 flow watch
	has 'without a command to exec'
	watched '{path: ./src, action: sync, target: /x}'
	run -0 flow --dry-run watch
	has "$PROJECT-web-1" create
	[ -z "$(names)" ]
}
