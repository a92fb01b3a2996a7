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

@test "what the engine cannot be asked for is refused by name" {
	mkdir app
	compose <<-'YAML'
		services:
		  web: {build: {context: app, additional_contexts: {other: app}, dockerfile_inline: "FROM busybox"}}
	YAML
	run -1 flow up -d
	has "services.web.build.additional_contexts" "compose.yaml:2:31" "hint:"
}

@test "a context or Dockerfile that is not there" {
	mkdir app
	compose <<-'YAML'
		services:
		  web: {build: app}
	YAML
	run -1 flow up -d
	has "services.web.build" "app/Dockerfile" "hint:"
	rmdir app
	run -1 flow up -d
	has "services.web.build.context" "hint:"
}
