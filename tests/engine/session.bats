# Builds that ask for what lies here: files by difference, secrets, agents of ssh, logins of registries, further contexts.
bats_require_minimum_version 1.5.0
load helper
load registry

eval "project_$(declare -f teardown)"

setup_file() {
	registries_begin
}

teardown_file() {
	registries_end
}

teardown() {
	[ -z "${agent:-}" ] || kill "$agent"
	project_teardown
	registries_forget
	docker rmi -f "$PROJECT-web" "$PROJECT-base" >/dev/null 2>&1 || true
}

# credentials JSON: the entries of auths
credentials() {
	mkdir -p config
	echo "{\"auths\": {$1}}" >config/config.json
	export DOCKER_CONFIG=$PWD/config
}

# told FILE...: what the built image has in these files
told() { docker run --rm --network none "$PROJECT-web" cat "$@"; }

# sent LOG: bytes of the context that went to the engine, by the events of a build
sent() { jq -s '[.[] | select(.part == "[internal] load build context" and .current) | .current] | max // 0' "$1"; }

# count_keys FILE: makes a program that says how many keys the agent at SSH_AUTH_SOCK has
count_keys() {
	need gcc
	cat >keys.c <<-'C'
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/socket.h>
		#include <sys/un.h>
		#include <unistd.h>
		int main(void)
		{
			struct sockaddr_un to = { .sun_family = AF_UNIX };
			unsigned char answer[4096];
			size_t len = 0;
			const char *path = getenv("SSH_AUTH_SOCK");
			strncpy(to.sun_path, path ? path : "/nowhere", sizeof to.sun_path - 1);
			int fd = socket(AF_UNIX, SOCK_STREAM, 0);
			if (connect(fd, (void *)&to, sizeof to) != 0 || write(fd, "\0\0\0\1\v", 5) != 5)
				return puts("no agent"), 0;
			for (ssize_t n; len < 9 && (n = read(fd, answer + len, sizeof answer - len)) > 0;)
				len += (size_t)n;
			return printf("%d keys\n", len < 9 ? -1 : answer[8]) < 0;
		}
	C
	gcc -static -O1 -o "$1" keys.c
}

@test "only what is new of a context goes to the engine; modes, links and names arrive" {
	mkdir -p app/bin 'app/a b'
	head -c 5000000 /dev/urandom >app/large
	echo one >app/small
	install -m 750 /dev/null app/bin/run
	ln -s ../small app/bin/link
	mkfifo app/pipe
	printf x >'app/a b/ü'
	echo drop >app/drop.log
	printf '*.log\n' >app/.dockerignore
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: app
		      dockerfile_inline: |
		        FROM busybox
		        COPY . /app
		        RUN cd /app && { stat -c '%n %A %u' large bin/run 'a b/ü'; readlink bin/link; ls | grep -v pipe; } >/told
	YAML
	flow --progress json build 2>first || { cat first; return 1; }
	[ "$(sent first)" -gt 5000000 ]
	[ "$(told /told)" = $'large -rw-r--r-- 0\nbin/run -rwxr-x--- 0\na b/ü -rw-r--r-- 0\n../small\na b\nbin\nlarge\nsmall' ]
	echo two >app/small
	flow --progress json build 2>second
	[ "$(sent second)" -lt 5000 ]
	[ "$(told /app/small)" = two ]
	rm app/large
	flow build
	run -1 told /app/large
}

@test "large files and many files arrive as they are" {
	mkdir app app/many
	head -c 100000000 /dev/urandom >app/random
	head -c 60000000 /dev/zero >app/zeros
	head -c 3000000 /dev/urandom | split -b 1000 -a 3 - app/many/
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: app
		      dockerfile_inline: |
		        FROM busybox
		        COPY . /app
		        RUN cd /app && { sha256sum random zeros; cat many/* | sha256sum; } >/sums
	YAML
	flow build
	[ "$(told /sums)" = "$(cd app && { sha256sum random zeros; cat many/* | sha256sum; })" ]
}

@test "of a directory that the Dockerfile takes in part, that part goes, with what its links lead to" {
	mkdir -p app/used app/unused app/elsewhere
	head -c 3000000 /dev/urandom >app/unused/large
	echo x >app/elsewhere/x
	ln -s ../elsewhere/x app/used/x
	ln -s elsewhere app/also
	printf 'FROM busybox\nCOPY used /used\nCOPY also/x /also\n' >app/Dockerfile
	compose <<<'services: {web: {build: app}}'
	flow --progress json build 2>log
	[ "$(sent log)" -lt 5000 ]
	[ "$(told /also)" = x ]
}

@test "what is left out is not looked at; a file that cannot be read ends the build, and says which" {
	need setpriv
	mkdir -p app/locked
	echo x >app/x
	echo locked >app/.dockerignore
	printf 'FROM busybox\nCOPY . /app\n' >app/Dockerfile
	compose <<<'services: {web: {build: app}}'
	chmod 0 app/locked
	# what root may do although nobody allows it
	weak() { setpriv --bounding-set=-dac_override,-dac_read_search "$FLOW" "$@"; }
	weak build
	chmod 0 app/x
	run -1 weak build --no-cache
	has "cannot read $PWD/app/x: Permission denied" .dockerignore
}

@test "secrets of a build: of a file and of the environment; they are in no layer; none is an error" {
	echo from-a-file >key
	export TOKEN=from-the-environment
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: .
		      secrets: [key, {source: token, target: other}]
		      dockerfile_inline: |
		        FROM busybox
		        RUN --mount=type=secret,id=key --mount=type=secret,id=other cat /run/secrets/key /run/secrets/other | md5sum >/sum
		        RUN --mount=type=secret,id=absent test ! -e /run/secrets/absent
		secrets: {key: {file: key}, token: {environment: TOKEN}}
	YAML
	FLOW_TRACE=$PWD/trace run -0 flow --verbose build
	[[ $output != *from-a* && $output != *from-the-env* ]]
	run ! grep -E 'from-(a-file|the-env)' trace
	[ "$(told /sum)" = "$(printf 'from-a-file\nfrom-the-environment' | md5sum)" ]
	docker save "$PROJECT-web" | tar -xO >all
	run ! grep -a -E 'from-(a-file|the-env)' all
	rm key
	run -2 flow build
	has 'compose.yaml:5:' 'services.web.build.secrets: cannot read' 'of secret key: No such file'
	touch key
	unset TOKEN
	run -2 flow build
	has 'environment variable TOKEN of secret token is not set'
	docker rmi "$PROJECT-web" >/dev/null
	run -2 flow up -d
	has 'environment variable TOKEN of secret token is not set'
	[ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
}

@test "an agent of ssh: that of the environment, a key's; without one, before anything is built" {
	need ssh-agent
	need ssh-keygen
	mkdir app
	count_keys app/keys
	for name in one two; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: app
		      ssh: [default, "mine=./one"]
		      dockerfile_inline: |
		        FROM busybox
		        COPY keys /
		        RUN --mount=type=ssh /keys >/default
		        RUN --mount=type=ssh,id=mine /keys >/mine
	YAML
	unset SSH_AUTH_SOCK
	run -1 flow build
	has 'services.web.build.ssh: ssh default: invalid empty ssh agent socket' 'ssh-add'
	[[ $output != *Building* ]]
	eval "$(ssh-agent -s)" >/dev/null
	agent=$SSH_AGENT_PID
	ssh-add -q one two
	flow build
	[ "$(told /default /mine)" = $'2 keys\n1 keys' ]
	# the agent that held the key is gone
	until_fails bash -c "ls -d /tmp/docker-flow-keys-* 2>/dev/null | grep ."
	sed -i 's/ssh: .*/ssh: [default]/; s/,id=mine/,id=other/' compose.yaml
	chmod 644 two
	flow build --ssh "other=./two"
	[ "$(told /mine)" = '1 keys' ]
	chmod 600 two
	ssh-keygen -q -p -N passphrase -f two >/dev/null
	run -1 flow build --no-cache --ssh "other=$PWD/two"
	has 'ssh-add does not take the keys of the build' 'ssh-add KEY'
}

@test "a base that needs a password is had with docker's login, and not without" {
	publish private:1
	{ echo 'services: {web: {build: {context: ., dockerfile_inline: "FROM '"$PRIVATE"'/private:1"}}}'; } | compose
	run -1 flow build
	has "build of $PROJECT-web failed" 'docker login'
	credentials "\"$PRIVATE\": {\"auth\": \"$(printf anna:correct-horse | base64)\"}"
	FLOW_TRACE=$PWD/trace run -0 flow --verbose build
	[[ $output != *correct-horse* ]]
	run ! grep correct-horse trace
	[ "$(docker run --rm --entrypoint /busybox "$PROJECT-web" cat /text)" = private:1 ]
}

@test "further contexts: another service's image, a directory, an image, stages without cache" {
	[ "$ENGINE_VERSION" != 20 ] || skip "the engine's BuildKit knows one context"
	mkdir lib
	echo lib >lib/file
	echo ignored >lib/ignored
	echo ignored >lib/.dockerignore
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: .
		      no_cache_filter: [fresh]
		      args: {WHO: me}
		      extra_hosts: {somewhere: 10.1.2.3}
		      additional_contexts: {parent: "service:base", lib: ./lib, tool: "docker-image://busybox"}
		      dockerfile_inline: |
		        FROM tool AS fresh
		        RUN cat /proc/sys/kernel/random/uuid >/now
		        FROM parent
		        ARG WHO
		        COPY --from=lib . /lib
		        COPY --from=fresh /now /now
		        RUN grep -c 10.1.2.3 /etc/hosts >/all && ls /lib >>/all && cat /base >>/all && echo "$$WHO" >>/all
		  base: {build: {context: ., dockerfile_inline: "FROM busybox\nRUN echo base >/base"}}
	YAML
	run -0 flow build web
	has "Image $PROJECT-base  Built"
	[ "$(told /all)" = $'1\nfile\nbase\nme' ]
	[ "$(docker image inspect -f '{{index .Config.Labels "com.docker.compose.service"}}' "$PROJECT-web")" = web ]
	before=$(told /now)
	sed 's/^      no_cache_filter.*/&\n      pull: true/' compose.yaml >pull.yaml
	run -0 flow -f pull.yaml build web
	has 'newer base images are not looked for'
	[ "$(told /now)" != "$before" ]
	sed -i 's/RUN grep.*/RUN echo before; false/' compose.yaml
	run -1 flow build web
	has "build of $PROJECT-web failed at" 'exit code: 1' before
	rm -r lib
	run -2 flow build web
	has 'services.web.build.additional_contexts: context lib:' 'is no directory'
}

@test "what a Dockerfile asks for and the file does not list: the hint says where" {
	mkdir app
	touch app/hidden
	echo hidden >app/.dockerignore
	while IFS='|' read -r line hint; do
		printf 'services: {web: {build: {context: app, dockerfile_inline: "FROM busybox\\n%s"}}}\n' "$line" >compose.yaml
		run -1 flow build
		has "$hint"
	done <<-'EOF'
		RUN --mount=type=secret,id=key,required=true true|hint: the build may read what `build.secrets` lists
		RUN --mount=type=ssh,required=true true|hint: the build may use what `build.ssh` lists
		COPY hidden /|.dockerignore there leaves it out
	EOF
}

@test "contexts that go in a circle are refused, by build and by up" {
	compose <<-'YAML'
		services:
		  web: {build: {context: ., dockerfile_inline: "FROM two", additional_contexts: {two: "service:two"}}}
		  two: {build: {context: ., dockerfile_inline: "FROM web", additional_contexts: {web: "service:web"}}}
	YAML
	for command in build 'up -d' 'build --print'; do
		run -2 flow $command
		has 'compose.yaml:' 'the contexts lead back to their own build' 'web -> two'
	done
}

@test "what the engine's configuration forbids a build is told at once; names with # and blanks are names" {
	mkdir app
	echo 1 >'app/#a'
	echo 2 >'app/ b'
	echo 3 >'app/#c'
	echo '/#c' >app/.dockerignore
	compose <<-'YAML'
		services:
		  web: {build: {context: app, privileged: true, dockerfile_inline: "FROM busybox\nRUN id"}}
	YAML
	run -1 timeout 20 "$FLOW" build
	has 'security.insecure is not allowed by build daemon configuration' builder.entitlements
	compose <<-'YAML'
		services:
		  web: {build: {context: app, dockerfile_inline: "FROM busybox\nCOPY . /all\nCOPY [\"#a\", \" b\", \"/some/\"]\n"}}
	YAML
	flow build
	[ "$(docker run --rm --network none "$PROJECT-web" sh -c 'ls /all /some')" = $'/all:\n b\n#a\n\n/some:\n b\n#a' ]
}

@test "who is killed during a build leaves nothing behind, and the next one builds" {
	mkdir app
	echo x >app/x
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: app
		      dockerfile_inline: |
		        FROM busybox
		        COPY x /x
		        RUN echo begun; test -e /x && sleep 1000
	YAML
	begin log build
	until_true grep -q begun log
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || true
	sed -i 's/sleep 1000/echo done/' compose.yaml
	timeout 60 "$FLOW" build
	begin log build --no-cache
	ends 0
	sed -i 's/echo done/sleep 1000/' compose.yaml
	begin log build
	until_true grep -q begun log
	kill -INT "$pid"
	ends 130 || { cat log; return 1; }
}

@test "an ignore file that leads out of its context counts; one that is a pipe hangs nothing" {
	mkdir -p ctx/sub
	echo .env >ignored
	touch ctx/.aaa ctx/.env ctx/.zz ctx/sub/file
	ln -s ../ignored ctx/.dockerignore
	printf 'FROM busybox\nCOPY . /c\n' >ctx/Dockerfile
	compose <<<'services: {web: {build: ctx, command: [sh, -c, "cd /c; find . -type f | sort | xargs"]}}'
	flow build --no-cache
	[ "$(flow run --rm -T web)" = './.aaa ./.dockerignore ./.zz ./Dockerfile ./sub/file' ]
	cp ignored ctx/rules
	mv ctx/Dockerfile ctx/other
	ln -sf "$PWD/ctx/other" ctx/Dockerfile
	for target in "$PWD/ctx/rules" ./rules rules; do
		ln -sf "$target" ctx/.dockerignore
		flow build --no-cache
		[ "$(flow run --rm -T web)" = './.aaa ./.zz ./other ./rules ./sub/file' ] ||
			[ "$(flow run --rm -T web)" = './.aaa ./.dockerignore ./.zz ./other ./rules ./sub/file' ]
	done
	rm ctx/.dockerignore
	mkfifo ctx/.dockerignore
	run -2 flow build
	has 'services.web.build.context: read ' 'ctx/.dockerignore: nobody writes into this pipe'
}
