# publish: what is refused, and asked, before anything is sent; whom registries are spoken to without TLS.
bats_require_minimum_version 1.5.0
load helper

setup() {
	alone
	mkdir -p "$BATS_TEST_TMPDIR/shop" && cd "$BATS_TEST_TMPDIR/shop" || return
	export HOME=$BATS_TEST_TMPDIR DOCKER_HOST=unix://$PWD/none.sock XDG_CACHE_HOME=$PWD/cache
	# who is asked for something says so: nothing listens there
	nowhere=127.0.0.1:1
}

teardown() {
	local pid
	for pid in ${began:-}; do kill "$pid" || true; done
}

@test "publish without a name is the workflow's, and says so" {
	echo 'services: {web: {image: busybox}}' >compose.yaml
	run -2 "$flow" publish
	[[ $output == *"publish needs the name of a repository"*"what a release has made"*"is not there yet"* ]]
	ln -s "$flow" docker-compose
	run -1 ./docker-compose publish
	[[ $output == *"usage: docker-compose publish REPOSITORY[:TAG]"* ]]
	for name in x/y@sha256:1 X/Y 'a b' ''; do
		run -2 "$flow" publish -y "$name"
		[[ $output == *hint:* ]] || { echo "$name: $output"; return 1; }
	done
}

@test "what cannot be published is refused before anything is sent" {
	printf 'services:\n  a: {build: .}\n  b: {build: .}\n  c: {image: x, build: .}\n' >compose.yaml
	run -2 "$flow" publish -y "$nowhere/x"
	[[ $output == *"compose.yaml:2:3: "*'only contains a build section for service(s): "a", "b"'*hint:* ]]
	echo 'services: {d: {image: x}}' >part.yaml
	printf 'include:\n  - part.yaml\nservices: {a: {image: x}}\n' >compose.yaml
	run -2 "$flow" publish -y "$nowhere/x"
	[[ $output == *"compose.yaml:2:5: "*"cannot publish compose file with local includes"*hint:* ]]
	echo 'a: {image: busybox}' >fig.yml
	run -2 "$flow" -f fig.yml publish -y "$nowhere/x"
	[[ $output == *"fig.yml:1:1: "*"format 1 cannot be published"*"config --portable"* ]]
	# shellcheck disable=SC2046 # words
	run -2 "$flow" $(printf -- '-f part.yaml %.0s' {1..101}) publish -y "$nowhere/x"
	[[ $output == *"more than 100 compose files cannot be published"* ]]
	run -2 "$flow" -f - publish -y "$nowhere/x" <<<'services: {a: {image: x}}'
	[[ $output == *"standard input cannot be published"* ]]
	echo 'services: {a: {image: x, environment: {A: b}}, b: {image: x, env_file: e}}' >compose.yaml
	echo B=c >e
	run -2 "$flow" publish "$nowhere/x"
	[[ $output == *"services.a: it has variables"*"services.b: it has env files"*"--with-env"* ]]
}

@test "nobody is asked who is not there" {
	printf 'services:\n  a:\n    image: x\n    volumes: [".:/x"]\n    environment: {A: b, T: ghp_1234567890abcdefghijklmnopqrstuvwxyz}\n' >compose.yaml
	run -2 "$flow" publish --with-env "$nowhere/x" <<<y
	[[ $output == *"a: $PWD:/x:rw"*"compose.yaml: services.a.environment.T (Github authentication)"*"A=b"*'T=ghp_***'*"publish --yes"* ]]
	[[ $output != *1234567890abc* ]]
	run -0 "$flow" publish --dry-run --with-env "$nowhere/x" <<<y
	[[ $output == *"warning: It names folders"*"a: $PWD:/x:rw"*"warning: What looks like a secret"*"warning: Variables go along"* && $output != *1234567890abc* ]]
	# under docker compose's name the next line is the answer, as there
	ln -s "$flow" docker-compose
	run -0 ./docker-compose publish --with-env "$nowhere/x" <<<n
	[[ $output == *"Are you ok to publish these bind mount declarations?"* && $output != *"x publishing"* ]]
	run -0 ./docker-compose publish --dry-run --with-env "$nowhere/x" < <(printf 'y\ny\ny\n')
	[[ $output == *$'Github authentication\n"services.a.environment.T": ghp_1234567890abc'* ]]
	[[ $output == *$'Service/Config  a\nA=b\n'*"$nowhere/x publishing"*"$nowhere/x published"* ]]
	printf 'services: {a: {image: x, environment: {A: b}}}\n' >compose.yaml
	run -1 ./docker-compose publish "$nowhere/x"
	[[ $output == *$'service "a" has environment variable(s) declared.\nTo avoid leaking sensitive data,'* ]]
}

@test "publish --dry-run says what would go, and sends nothing" {
	printf 'services:\n  a: {image: busybox, extends: {file: base.yaml, service: b}, env_file: e}\n  c: {image: other}\n' >compose.yaml
	echo 'services: {b: {command: x}}' >base.yaml
	echo A=b >e
	run -0 "$flow" publish --dry-run -y --with-env --app "$nowhere/x:1"
	[[ $output == "$nowhere/x:1 would hold:"*"compose.yaml  "*.yaml*.env*image-digests.yaml*"image busybox"*"image other" ]]
	run -0 "$flow" publish --dry-run -y "$nowhere/x:1"
	[[ $output == *"warning: its env files do not go along"* && $output != *.env\ * && $output != *image-digests* ]]
	run -2 "$flow" publish --dry-run -y --oci-version 2 "$nowhere/x"
	[[ $output == *"one of 1.0|1.1"* ]]
	echo 'services: {a: {image: busybox, dependencies: []}}' >compose.yaml
	run -0 "$flow" publish --dry-run -y "$nowhere/x"
	[[ $output == *"docker compose cannot read what is published: compose.yaml has keys of docker flow"* ]]
}

@test "without TLS only where the engine trusts it" {
	command -v docker-registry >/dev/null || skip "no docker-registry"
	command -v python3 >/dev/null || skip "python3 plays the engine"
	address=$(hostname -I | tr ' ' '\n' | grep -m1 -E '^[0-9.]+$') || skip "no address but loopback"
	cat >registry.yml <<-YAML
		version: 0.1
		log: {accesslog: {disabled: true}, level: info}
		storage: {filesystem: {rootdirectory: $PWD/images}}
		http: {addr: "$address:0", secret: test}
	YAML
	docker-registry serve registry.yml >registry.log 2>&1 3>&- &
	began=$!
	until grep -q 'listening on' registry.log; do kill -0 $!; done
	registry=$(sed -n 's/.*listening on \([0-9.:]*\).*/\1/p' registry.log)
	export no_proxy=$address
	echo 'services: {web: {image: busybox}}' >compose.yaml
	run -1 timeout 60 "$flow" publish "$registry/a/b"
	[[ $output == *"is $registry the registry"* ]]
	export DOCKER_HOST=unix://$PWD/engine.sock
	python3 "$BATS_TEST_DIRNAME/answers.py" 3>&- &
	began+=" $!"
	until [ -S engine.sock ]; do kill -0 $!; done
	# trusts JSON: what the engine says of its registries
	trusts() { jq -cn --argjson registries "$1" '{"GET /info": [200, {RegistryConfig: $registries}]}' >answers.json; }
	for none in '{}' "{\"IndexConfigs\": {\"$registry\": {\"Secure\": true}}}" '{"InsecureRegistryCIDRs": ["::1/128", "127.0.0.0/8", "x"]}'; do
		trusts "$none"
		run -1 timeout 60 "$flow" publish "$registry/a/b"
	done
	trusts "{\"InsecureRegistryCIDRs\": [\"$address/32\"]}"
	run -0 timeout 60 "$flow" publish "$registry/a/b"
	trusts "{\"IndexConfigs\": {\"$registry\": {\"Secure\": false}}}"
	run -0 timeout 60 "$flow" -f "oci://$registry/a/b" config -q
}
