# Images built from the compose file, by BuildKit.
bats_require_minimum_version 1.5.0
load helper

# image NAME GO-TEMPLATE: a field of an image
image() { docker image inspect -f "$2" "$1"; }

eval "project_$(declare -f teardown)"
teardown() {
	project_teardown
	docker rmi -f "$PROJECT-web" "$PROJECT-extra:1" >/dev/null 2>&1 || true
}

@test "context, arguments, labels, target and tags" {
	mkdir app
	printf 'secret\n*.log\n!keep.log\n' >app/.dockerignore
	touch app/secret app/drop.log app/keep.log
	cat >app/Dockerfile <<-'DOCKERFILE'
		FROM busybox AS first
		ARG WHAT=nothing
		COPY . /app
		RUN echo "$WHAT" >/what
		FROM first
		RUN false
	DOCKERFILE
	compose <<-YAML
		services:
		  web:
		    build: {context: app, args: {WHAT: something}, labels: {mine: "1"}, target: first, tags: ["$PROJECT-extra:1"]}
		    command: [sh, -c, "cat /what; ls /app"]
	YAML
	flow up -d
	[ "$(image "$PROJECT-web" '{{.Id}}')" = "$(image "$PROJECT-extra:1" '{{.Id}}')" ]
	[ "$(image "$PROJECT-web" '{{index .Config.Labels "mine"}} {{index .Config.Labels "com.docker.compose.service"}}')" = "1 web" ]
	docker wait "$PROJECT-web-1" >/dev/null
	run docker logs "$PROJECT-web-1"
	[ "$output" = $'something\nDockerfile\nkeep.log' ]
}

@test "a Dockerfile from outside of its context has an ignore file of its own" {
	mkdir app docker
	touch app/a app/b
	printf 'FROM busybox\nCOPY . /app\n' >docker/Web
	echo b >docker/Web.dockerignore
	echo a >app/.dockerignore
	compose <<-'YAML'
		services:
		  web: {build: {context: app, dockerfile: ../docker/Web}, command: ls /app}
	YAML
	flow up -d
	docker wait "$PROJECT-web-1" >/dev/null
	run docker logs "$PROJECT-web-1"
	[ "$output" = a ]
}

@test "a Dockerfile in the compose file" {
	mkdir app
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: app
		      dockerfile_inline: |
		        FROM busybox
		        RUN echo inline >/what
		    command: cat /what
	YAML
	flow up -d
	docker wait "$PROJECT-web-1" >/dev/null
	[ "$(docker logs "$PROJECT-web-1")" = inline ]
}

@test "a warning is told once, before and after the build" {
	mkdir app
	compose <<-'YAML'
		services:
		  web:
		    build: {context: app, dockerfile_inline: "FROM busybox\n"}
		    command: [sleep, "100"]
		    configs: [gone]
		configs:
		  gone: {file: ./gone}
	YAML
	touch gone
	flow up --no-start
	rm gone
	run -0 flow up --no-start --build
	[ "$(grep -c 'warning: .*gone does not exist' <<<"$output")" = 1 ] || { echo "$output"; return 1; }
}

@test "a failed build names the step and shows its last words" {
	mkdir app
	compose <<-'YAML'
		services:
		  web:
		    build: {context: app, dockerfile_inline: "FROM busybox\nRUN echo compiling; echo no semicolon >&2; exit 3\n"}
	YAML
	run -1 flow up -d
	has "[2/2] RUN echo compiling" "exit code: 3" "no semicolon" "compose.yaml:3"
	[ -z "$(docker ps -aq --filter "label=com.docker.compose.project=$PROJECT")" ]
}

@test "C10 a failed build points to the line of the Dockerfile" {
	mkdir app
	compose <<<'services: {web: {build: app}}'
	printf 'FROM busybox\nRUN true\nRUN echo compiling \\\n  && exit 3\n' >app/Dockerfile
	run -1 flow up -d
	has "$PWD/app/Dockerfile:3:1: error: services.web.build: build of " "exit code: 3" "     3 | RUN echo compiling"
	printf 'FROM busybox\nARG TOKEN=word\nCOPY none /\n' >app/Dockerfile
	run -1 flow up -d
	has "$PWD/app/Dockerfile:3:1: error: services.web.build: " "     3 | COPY none /"
	printf 'FROM busybox\nNOPE TOKEN=word\n' >app/Dockerfile
	run -1 flow up -d
	has "$PWD/app/Dockerfile:2:1: error: services.web.build: " "     2 | NOPE TOKEN=****"
}

@test "E5 a password of the context's URL, and values of secret arguments, are not shown" {
	compose <<'YAML'
services:
  web:
    build: {context: "git://u:${TOK}@127.0.0.1:1/x"}
YAML
	for token in hunter2SECRET 'hun%40ter2SECRET'; do
		for progress in plain json; do
			TOK=$token run -1 flow --progress $progress build
			has "failed"
			[[ $output != *ter2SECRET* ]] || { echo "$output"; return 1; }
		done
	done
	mkdir app
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: app
		      args: {NPM_TOKEN: "npm-value-77", PLAIN: "plain-value", PROXY: "http://me:proxy-word@host.invalid:1"}
		      dockerfile_inline: "FROM busybox\nARG NPM_TOKEN\nARG PLAIN\nARG PROXY\nRUN echo via $$PROXY\nRUN echo \"tok=$$NPM_TOKEN $$PLAIN\" >/dev/null; exit 3\n"
	YAML
	for how in "--progress json build" "--progress plain build" "up -d"; do
		run -1 flow $how
		has "failed at" 'exit code: 3'
		[[ $output != *npm-value-77* && $output != *proxy-word* ]] || { echo "$how: $output"; return 1; }
	done
	has 'tok=*** plain-value'
}

@test "what the engine's builder cannot do is refused by name" {
	mkdir app
	compose <<-'YAML'
		services:
		  web: {build: {context: app, cache_to: ["type=local,dest=cache"], dockerfile_inline: "FROM busybox"}}
	YAML
	run -1 flow up -d
	has "services.web.build.cache_to" "compose.yaml:2:31" "hint:"
}

@test "a context or Dockerfile that is not there" {
	mkdir app
	compose <<-'YAML'
		services:
		  web: {build: app}
	YAML
	run -2 flow up -d
	has "services.web.build" "app/Dockerfile" "hint:"
	rmdir app
	run -2 flow up -d
	has "services.web.build.context" "hint:"
}

# built NAME: what the image of a container that was made has in /facts
built() { docker cp "$PROJECT-$1-1:/facts" - | tar -xO; }

@test "network, hosts, memory and limits of a build" {
	compose <<-'YAML'
		x-build: &build
		  context: .
		  dockerfile_inline: |
		    FROM busybox
		    RUN { ls /sys/class/net; cat /etc/hosts; df -k /dev/shm; ulimit -Sn; ulimit -Hn; } >/facts
		services:
		  none: {build: {<<: *build, network: none, extra_hosts: ["far=10.1.2.3"], shm_size: 128m, ulimits: {nofile: {soft: 1000, hard: 2000}}}}
		  host: {build: {<<: *build, network: host}}
	YAML
	run -0 flow up --no-start
	if [ "$ENGINE_VERSION" = 20 ]; then
		has "services.none.build.shm_size: this engine builds with 64 MiB" "services.none.build.ulimits: this engine"
	else
		[[ $output != *"this engine"* ]]
		built none | tr '\n' ' ' | grep -q '131072 .* 1000 2000 $'
	fi
	built none | head -1 | grep -qx lo
	built none | grep -q '^10.1.2.3.*far'
	built host | grep -qx "flow$(cat "$SUITE_DIR/e/bridge")"
	docker rmi -f "$PROJECT-none" "$PROJECT-host" >/dev/null
}

@test "proxies of docker's configuration are build arguments, unless the file has its own" {
	mkdir config
	echo '{"proxies": {"default": {"httpProxy": "http://proxy:3128", "noProxy": "intern"}}}' >config/config.json
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: .
		      args: {no_proxy: mine, GIVEN: , NOT_GIVEN: }
		      dockerfile_inline: |
		        FROM busybox
		        ARG GIVEN
		        ARG NOT_GIVEN=default
		        RUN echo "$$http_proxy $$HTTP_PROXY $$NO_PROXY $$no_proxy $$GIVEN $$NOT_GIVEN" >/facts
	YAML
	GIVEN=given DOCKER_CONFIG=$PWD/config flow up --no-start
	[ "$(built web)" = "http://proxy:3128 http://proxy:3128 mine mine given default" ]
	[[ $(docker history --no-trunc "$PROJECT-web") != *3128* ]]
}

@test "no_cache runs everything again" {
	compose <<-'YAML'
		services:
		  web: {build: {context: ., dockerfile_inline: "FROM busybox\nRUN cat /proc/sys/kernel/random/uuid >/facts\n"}}
	YAML
	flow up --no-start --build
	first=$(built web)
	flow up --no-start --build
	[ "$(built web)" = "$first" ]
	sed -i 's/context: ./&, no_cache: true/' compose.yaml
	flow up --no-start --build
	[ "$(built web)" != "$first" ]
}

@test "a context that the engine fetches: branch and folder of a repository, an archive" {
	need git git-daemon python3
	mkdir -p work/sub
	echo 'branch main' >work/facts
	printf 'FROM busybox\nCOPY facts /\n' >work/Dockerfile
	git -C work init -q -b main
	git -C work add .
	git -C work -c user.name=a -c user.email=a@example.com commit -qm one
	git -C work checkout -qb other
	echo 'branch other, folder sub' >work/sub/facts
	cp work/Dockerfile work/sub/Own
	git -C work add .
	git -C work -c user.name=a -c user.email=a@example.com commit -qm two
	tar -C work/sub -cf archive.tar .
	port=$(free_port)
	beside git.log git daemon --export-all --base-path="$PWD" --listen=127.0.0.1 --port="$port" --verbose
	until_true grep -q Ready git.log
	beside http.log python3 -u -m http.server --bind 127.0.0.1 0
	until_true grep -q 'Serving HTTP' http.log
	compose <<-YAML
		services:
		  main: {build: "git://127.0.0.1:$port/work/.git"}
		  other: {build: {context: "git://127.0.0.1:$port/work/.git#other:sub", dockerfile: Own}}
		  archive: {build: {context: "http://127.0.0.1:$(grep -oE 'port [0-9]+' http.log | cut -d' ' -f2)/archive.tar", dockerfile: Own}}
	YAML
	run flow up --no-start
	[ "$(built archive)" = "branch other, folder sub" ]
	if [ "$ENGINE_VERSION" = 20 ]; then
		# it knows neither folders nor other names of the main branch
		[ "$status" -eq 1 ]
		has "services.other.build" "takes whole repositories only" "services.main.build" "name another as URL#BRANCH"
		sed -i 's/#other:sub", dockerfile: /&sub\//; s/:sub//; s/\.git"/.git#main"/' compose.yaml
		flow up --no-start
		[ "$(built other)" = "branch main" ]
	else
		[ "$status" -eq 0 ]
		[ "$(built other)" = "branch other, folder sub" ]
	fi
	[ "$(built main)" = "branch main" ]
	sed -i 's/#other/#nowhere/' compose.yaml
	run -1 flow up --no-start --build other
	has "services.other.build" nowhere "compose.yaml:3"
	docker rmi -f "$PROJECT-main" "$PROJECT-other" "$PROJECT-archive" >/dev/null
}

@test "up --quiet-build tells that it is built, and not what it says" {
	compose <<-'YAML'
		services: {web: {build: {context: ., dockerfile_inline: "FROM busybox\nRUN echo mumble-$$((6 * 7))"}, init: true, command: sleep 1000}}
	YAML
	run -0 flow up --no-start --build
	has mumble-42
	docker rmi -f "$PROJECT-web" >/dev/null
	docker builder prune -af >/dev/null 2>&1 || true
	run -0 flow up --no-start --build --quiet-build
	has "Built"
	[[ $output != *mumble-42* ]]
	run -0 flow --progress json up --no-start --build --quiet-build
	[[ $output != *mumble-42* ]]
}

@test "build: named or all, with what they depend on, in the order of FROM" {
	compose <<-YAML
		services:
		  web: {build: {context: ., dockerfile_inline: "FROM $PROJECT-base\nRUN cat /facts"}, depends_on: [tool]}
		  base: {build: base}
		  tool: {build: {context: ., dockerfile_inline: "FROM busybox"}}
		  db: {image: busybox}
	YAML
	mkdir base
	printf '# first\nFROM --platform=$TARGETPLATFORM busybox AS one\nRUN echo base >/facts\n' >base/Dockerfile
	run -0 flow build base
	has "$PROJECT-base  Building" "$PROJECT-base  Built"
	[[ $output != *"$PROJECT-web"* ]]
	docker rmi -f "$PROJECT-base" >/dev/null
	run -0 flow --dry-run build
	has "1       image  $PROJECT-base  build" "2 <- 1  image  $PROJECT-web   build"
	run -0 flow build
	docker image inspect "$PROJECT-web" "$PROJECT-tool" >/dev/null
	docker rmi -f "$PROJECT-web" "$PROJECT-tool" "$PROJECT-base" >/dev/null
	run -0 flow up --no-start web base
	has "$PROJECT-base  Built" "$PROJECT-web  Built"
	run -0 flow build web
	[[ $output != *"$PROJECT-tool"* ]]
	run -0 flow build --with-dependencies web
	has "$PROJECT-tool  Built"
	run -0 flow build db
	has "No services to build"
	flow down -t 0
	docker rmi -f "$PROJECT-base" "$PROJECT-tool" >/dev/null
}

@test "build: arguments, cache, quiet, memory" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox-web
		    build:
		      context: .
		      args: {WHAT: file, OTHER: kept}
		      dockerfile_inline: |
		        FROM busybox
		        ARG WHAT
		        ARG OTHER
		        ARG GIVEN
		        RUN echo "$$WHAT $$OTHER $$GIVEN $$(cat /proc/sys/kernel/random/uuid)" >/facts
	YAML
	facts() { docker run --rm busybox-web cat /facts; }
	GIVEN=given flow build --build-arg WHAT=line --build-arg GIVEN --build-arg UNSET
	first=$(facts)
	[[ $first == "line kept given "* ]]
	GIVEN=given flow build --build-arg WHAT=line --build-arg GIVEN
	[ "$(facts)" = "$first" ]
	GIVEN=given flow build --build-arg WHAT=line --build-arg GIVEN --no-cache
	[ "$(facts)" != "$first" ]
	run -0 flow build --quiet --no-cache
	[ -z "$output" ]
	run -0 flow build -m 1g
	has "--memory: BuildKit builds without a limit" Built
	docker rmi -f busybox-web >/dev/null
}

@test "as docker-compose, standard output says what builds do, but where a container has it" {
	compose <<-'YAML'
		services:
		  web: {build: {context: ., dockerfile_inline: "FROM busybox\nRUN echo word; echo on $$(( 6 * 7 )) >&2\n"}, command: echo said}
	YAML
	ln -s "$FLOW" docker-compose
	run -0 --separate-stderr ./docker-compose build
	[[ $output == *" [web 2/2] RUN echo word; echo on"*" word"*" DONE "* && $output == *" on 42"* ]] # two pipes: in any order
	[[ $stderr != *word* && $stderr == *"Image $PROJECT-web  Built"* ]]
	run -0 --separate-stderr ./docker-compose up --build
	[[ $output == *" [web 2/2] RUN echo word; echo on"*" CACHED"*"web-1  | said"* ]]
	run -0 --separate-stderr ./docker-compose run --build --rm web
	[ "$output" = said ]
	[[ $stderr == *" [web 2/2] RUN echo word; echo on"* ]]
	run -0 --separate-stderr ./docker-compose up -d --build --quiet-build
	[ -z "$output" ]
	run -1 sh -c './docker-compose build >/dev/full'
	run -0 --separate-stderr flow build --no-cache
	[[ $output == "" && $stderr == *" | on 42"* ]]
}

@test "up builds for one platform of several: its own, the environment's, the engine's" {
	compose <<-'YAML'
		services:
		  web:
		    build:
		      context: .
		      platforms: [linux/amd64, linux/arm64, linux/386]
		      dockerfile_inline: |
		        FROM --platform=linux/amd64 busybox
		        ARG TARGETPLATFORM
		        RUN echo "$$TARGETPLATFORM" >/facts
		    command: cat /facts
	YAML
	here=linux/$(docker version -f '{{.Server.Arch}}')
	run -0 flow up
	has "web-1  | $here"
	DOCKER_DEFAULT_PLATFORM=linux/386 run -0 flow up --build
	has "web-1  | linux/386"
	run -1 flow build
	has "services.web.build.platforms: an engine's image has one platform only"
}

@test "options of former times are taken with a warning, as docker compose takes them" {
	mkdir app
	echo 'FROM busybox' >app/Dockerfile
	compose <<-YAML
		services:
		  web: {build: app, image: $PROJECT-web, command: echo hi}
	YAML
	run -0 flow build --force-rm --no-rm --compress --parallel web
	has 'warning: --force-rm: has no effect any more' 'warning: --no-rm: has no effect' 'warning: --compress: has no effect' \
		'warning: --parallel: has no effect without a number' "$PROJECT-web"
	run -0 flow build --parallel 2 web
	[[ $output != *'has no effect'* ]]
	run -2 flow build --parallel nosuch
	has 'no such service: nosuch'
	run -0 flow --dry-run pull --parallel --no-parallel
	has 'warning: --parallel: has no effect' 'warning: --no-parallel: has no effect'
	run -0 flow create --y
	has 'warning: --y: an old name, write --yes'
	run -0 flow up -d --y
	has 'warning: --y: an old name, write --yes'
	until_true is web-1 exited
	run -0 flow logs --no-log-prefix --tail=-1
	[ "$output" = hi ]
	run -0 flow rm -fa
	has 'warning: -a: has no effect any more'
	[ -z "$(names)" ]
	run -0 flow --no-ansi --progress none ps
	has 'warning: --no-ansi: an old name, write --ansi never' 'warning: --progress: "none" is written quiet today'
	mkdir elsewhere
	cd elsewhere
	run -0 flow --workdir .. ps
	has 'warning: --workdir: an old name, write --project-directory'
	cd ..
	flow up -d
	docker volume create --label "com.docker.compose.project=$PROJECT" --label com.docker.compose.volume=data "${PROJECT}_data"
	echo 'volumes: {data: {}}' >>compose.yaml
	run -0 flow --all-resources down --volume
	has 'warning: --volume: an old name, write --volumes'
	run -1 docker volume inspect "${PROJECT}_data"
	docker rmi "$PROJECT-web"
}

@test "build: what no engine builds is refused before anything is built" {
	compose <<-'YAML'
		services:
		  one: {build: {context: ., dockerfile_inline: "FROM busybox"}}
		  two: {build: {context: ., sbom: true, dockerfile_inline: "FROM busybox"}}
	YAML
	run -1 flow build
	has "services.two.build.sbom: sbom: an engine's own images have no attestations" "compose.yaml:3"
	[[ $output != *Building* ]]
}

@test "an image that two services share is built for the first in the file, by up, too; another build of it is warned of" {
	compose <<-'YAML'
		services:
		  app:
		    image: ${COMPOSE_PROJECT_NAME}-one
		    depends_on: [mig]
		    init: true
		    command: sleep 1000
		    build: {args: {V: "2"}, dockerfile_inline: "FROM busybox\nARG V=1\nENV V=$$V\n"}
		  mig:
		    image: ${COMPOSE_PROJECT_NAME}-one
		    init: true
		    command: sleep 1000
		    build: {dockerfile_inline: "FROM busybox\nARG V=1\nENV V=$$V\n"}
	YAML
	local command
	for command in 'up -d' build 'up -d --build'; do
		run -0 flow $command
		has "compose.yaml:12:" "services.mig.build: image $PROJECT-one is built once, as services.app.build says, which differs"
		[[ $(image "$PROJECT-one" "{{.Config.Env}}") == *V=2* ]]
	done
	run -0 flow build --print
	has 'is built once' '"targets":	["app"]'
	run -0 flow up -d
	[[ $output != *'is built once'* ]]
	docker rmi -f "$PROJECT-one"
	run -0 flow build mig
	[[ $(image "$PROJECT-one" '{{.Config.Env}}') == *V=1* && $output != *'is built once'* ]]
}

@test "D1 images that docker compose and we build in turn are the same, and their containers stay" {
	need_peer
	mkdir app
	date +%s%N >app/file # an image that nobody has
	printf 'FROM busybox\nCOPY file /\n' >app/Dockerfile
	compose <<-'YAML'
		services:
		  web: {build: app, pull_policy: build, init: true, command: sleep 1000}
	YAML
	flow up -d
	before=$(ids) image=$(image "$PROJECT-web" '{{.Id}}')
	peer up -d
	[ "$(ids)" = "$before" ]
	flow up -d
	[ "$(ids)" = "$before" ]
	[ "$(image "$PROJECT-web" '{{.Id}}')" = "$image" ]
	# one that another release of docker compose has built
	docker build -q -t "$PROJECT-web" --label "com.docker.compose.project=$PROJECT" --label com.docker.compose.service=web --label com.docker.compose.version=2.39.1 app >/dev/null 2>&1 ||
		skip "no docker build"
	flow up -d
	[ "$(image "$PROJECT-web" '{{index .Config.Labels "com.docker.compose.version"}}')" = 2.39.1 ]
}
