# Images that go to a registry: which, when, with which credentials, and what is said when they do not arrive.
bats_require_minimum_version 1.5.0
load helper
load registry

setup_file() { registries_begin; }

teardown_file() { registries_end; }

eval "project_$(declare -f teardown)"
teardown() {
	project_teardown
	registries_forget
	docker rmi -f "$PROJECT-web" >/dev/null 2>&1 || true
}

# arrived NAME TAG: whether the registry has the image
arrived() { curl -sf "http://$REGISTRY/v2/$1/manifests/$2" >/dev/null; }

# pushes TRACE-FILE: how often the engine was asked to push
pushes() { grep '"what":"http"' "$1" | grep -c '/push'; }

@test "push: what is built and named, by all its tags; the rest is skipped" {
	compose <<-YAML
		services:
		  web: {image: "$REGISTRY/all/web:1", depends_on: [base], build: {context: ., tags: ["$REGISTRY/all/web:2"], dockerfile_inline: "FROM busybox"}}
		  base: {image: "$REGISTRY/all/base:1", build: {context: ., dockerfile_inline: "FROM busybox"}}
		  local: {build: {context: ., dockerfile_inline: "FROM busybox"}}
		  db: {image: busybox}
	YAML
	flow build web base
	run flow push web; [ "$status" -eq 0 ] || { echo "$output"; return 1; }
	has "$REGISTRY/all/web:1  Pushing" "$REGISTRY/all/web:1  Pushed" "$REGISTRY/all/web:2  Pushed"
	arrived all/web 1 && arrived all/web 2 && ! arrived all/base 1
	run -0 flow push --include-deps web
	arrived all/base 1
	run -0 flow --progress json push
	has 'service local: Skipped' 'service db: Skipped' '"kind":"progress"'
	run -0 flow --progress json push --quiet web
	has Pushed
	[[ $output != *'"kind":"progress"'* ]]
	run -2 flow push nosuch
	has "no such service: nosuch"
}

@test "push: a failure keeps no other from going on, and can be a warning only" {
	compose <<-YAML
		services:
		  gone: {image: "$REGISTRY/fail/gone:1", build: {context: ., dockerfile_inline: "FROM busybox"}}
		  web: {image: "$REGISTRY/fail/web:1", build: {context: ., dockerfile_inline: "FROM busybox"}}
	YAML
	flow build web
	run -1 flow push
	has "compose.yaml:2" "services.gone.image: cannot push $REGISTRY/fail/gone:1" "hint: build it first: docker flow build gone" "$REGISTRY/fail/web:1  Pushed"
	arrived fail/web 1
	run -0 flow push --ignore-push-failures
	has "warning: services.gone.image: cannot push" "$REGISTRY/fail/gone:1  Not pushed"
}

@test "push: a registry with a password" {
	compose <<-YAML
		services: {web: {image: "$PRIVATE/mine/web:1", build: {context: ., dockerfile_inline: "FROM busybox"}}}
	YAML
	flow build
	run -1 flow push
	has "no basic auth credentials" "docker login $PRIVATE"
	mkdir config
	export DOCKER_CONFIG=$PWD/config
	printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$PRIVATE" "$(printf anna:correct-horse | base64)" >config/config.json
	FLOW_TRACE=$PWD/trace run -0 flow push
	has Pushed
	run ! grep -q correct-horse trace
	arrived mine/web 1
}

# The engine itself tries for 50 s before it says so.
@test "push: a registry that is down at first is tried again" {
	need python3
	beside flaky.log python3 "$BATS_TEST_DIRNAME/flaky.py" 1 "$REGISTRY" port
	until_true test -s port
	compose <<-YAML
		services: {web: {image: "127.0.0.1:$(cat port)/flaky/web:1", build: {context: ., dockerfile_inline: "FROM busybox"}}}
	YAML
	flow build
	FLOW_TRACE=$PWD/trace run -0 flow push
	has "Again: " "again in 0.5s (try 2 of 4)" Pushed
	[ "$(pushes trace)" = 2 ]
	arrived flaky/web 1
}

@test "build --push: pushed when it is built" {
	compose <<-YAML
		services:
		  web: {image: "$REGISTRY/built/web:1", build: {context: ., dockerfile_inline: "FROM busybox"}}
		  local: {build: {context: ., dockerfile_inline: "FROM busybox\nRUN false"}}
	YAML
	run -1 flow build --push
	has "$REGISTRY/built/web:1  Built" "$REGISTRY/built/web:1  Pushed" "services.local.build"
	arrived built/web 1
}
