# An engine, or what stands in its place, that answers in other types than it should: nothing of it is believed.
bats_require_minimum_version 1.5.0
load helper

setup() {
	alone
	command -v python3 >/dev/null || skip "python3 plays the engine"
	mkdir -p "$BATS_TEST_TMPDIR/shop" && cd "$BATS_TEST_TMPDIR/shop" || return
	export DOCKER_HOST=unix://$PWD/engine.sock HOME=$BATS_TEST_TMPDIR
	echo 'services: {web: {image: busybox, command: sleep 9}}' >compose.yaml
	python3 "$BATS_TEST_DIRNAME/answers.py" 3>&- &
	engine=$!
	until [ -S engine.sock ]; do kill -0 "$engine"; done
}

teardown() {
	[ -z "${engine:-}" ] || kill "$engine" || true
}

# says REQUEST STATUS BODY: from now on that is the answer, as JSON text
says() { jq -cn --arg request "$1" --argjson status "$2" --argjson body "$3" '{($request): [$status, $body]}' >answers.json; }

@test "A6 an answer of another type to a list is an error that names request and type, and nothing is changed" {
	while IFS='|' read -r request body what; do
		says "GET $request" 200 "$body"
		: >asked
		for command in plan 'down --volumes' 'up -d' ps; do
			# shellcheck disable=SC2086 # words
			[ "$command$request" != ps/networks ] || continue
			run -1 timeout 20 "$flow" $command
			[[ $output == *"$request"*"$what"* ]] || { echo "$command, $request $body: $output"; false; }
			run ! grep -E '^(DELETE|POST|PUT)' asked
		done
	done <<-'EOF'
		/containers/json|null|the answer is null, not a list
		/containers/json|5|the answer is a number, not a list
		/containers/json|"\"[]\""|the answer is a text, not a list
		/containers/json|{"message":"no"}|the answer is an object, not a list
		/containers/json|""|breaks off
		/containers/json|"[{\"Id\":"|breaks off
		/containers/json|"<html></html>"|is not JSON
		/containers/json|[null]|the answer is null, not an object
		/containers/json|[[]]|the answer is a list, not an object
		/containers/json|[{}]|Id is missing, not an id
		/containers/json|[{"Id":"../../images/x?a=b#c","State":"running","Status":"Up"}]|Id is "../../images/x?a=b#c", not an id
		/containers/json|[{"Id":"a","State":5,"Status":"Up"}]|State is a number, not a text
		/containers/json|[{"Id":"a","State":"running","Status":"Up","Names":[]}]|a has no name
		/containers/json|[{"Id":"a","State":"running","Status":"Up","Names":["/x"],"Labels":{"com.docker.compose.project":"shop","com.docker.compose.oneoff":"False"}},{"Id":"a","State":"running","Status":"Up","Names":["/y"],"Labels":{"com.docker.compose.project":"shop","com.docker.compose.oneoff":"False"}}]|has two containers of the id a
		/containers/json|[{"Id":"a","State":"running","Status":"Up","Names":["/x"],"Labels":{"com.docker.compose.project":"shop","com.docker.compose.oneoff":"False"}},{"Id":"b","State":"running","Status":"Up","Names":["/x"],"Labels":{"com.docker.compose.project":"shop","com.docker.compose.oneoff":"False"}}]|has two containers of the name x
		/networks|[{"Id":"d","Name":"shop_default","Labels":{"com.docker.compose.project":"shop"}},{"Id":"d","Name":"shop_default","Labels":{"com.docker.compose.project":"shop"}}]|has two networks of the id d
		/networks|null|the answer is null, not a list
		/networks|{"message":"no"}|the answer is an object, not a list
		/networks|[{"Id":"","Name":"shop_default"}]|Id is an empty text, not an id
	EOF
}

@test "what pull, kill and build would do is said, and not done; what no engine builds is refused" {
	echo 'services: {web: {image: "busybox:1", command: sleep 9}}' >compose.yaml
	says "GET /images/busybox:1/json" 200 '{"Id":"sha256:bb","Config":{}}'
	run -0 "$flow" --dry-run pull
	[[ $output == *busybox:1*pull* ]]
	run -0 "$flow" --dry-run pull --policy missing
	[[ $output == *"nothing to do"* ]]
	run -0 "$flow" --dry-run kill
	[[ $output == *shop-web-1*kill* ]]
	run -2 "$flow" build --check
	[[ $output == *"--check: not done"* ]]
	run ! grep -E '^(DELETE|POST|PUT)' asked
}

@test "A6 a container whose id is none was not created" {
	for body in '{"Id":""}' '{"Id":5}' '{"message":"made"}' null '[]' '""' '{"Id":"../../x"}'; do
		jq -cn --argjson body "$body" '{"GET /containers/json": [200, []], "POST /containers/create": [201, $body], "GET /containers/shop-web-1/json": [404, {message: "No such container"}]}' >answers.json
		: >asked
		run -1 timeout 20 "$flow" up -d
		[[ $output == *"POST /containers/create"* ]] || { echo "$body: $output"; false; }
		run ! grep -E '^DELETE|/start' asked
	done
}

@test "A6 what looks believes no answer of another type, either" {
	while IFS='|' read -r command request body what; do
		says "GET $request" 200 "$body"
		# shellcheck disable=SC2086 # words
		run -1 timeout 20 "$flow" $command
		[[ $output == *"$what"* ]] || { echo "$command, $request $body: $output"; false; }
	done <<-EOF
		top|/containers/$(printf a%.0s {1..64})/top|null|answer to GET /containers/ID/top: the answer is null, not an object
		top|/containers/$(printf a%.0s {1..64})/top|{"Titles":5,"Processes":[]}|Titles is a number, not a list
		top|/containers/$(printf a%.0s {1..64})/top|{"Titles":[],"Processes":{}}|Processes is an object, not a list
		images|/images/busybox/json|[]|answer to GET /images/NAME/json: the answer is a list, not an object
		images|/images/busybox/json|{"Id":5}|Id is a number, not an id
		volumes|/volumes|{"Volumes":[{"Name":"v","Labels":{"com.docker.compose.project":"shop"}},{"Name":"v","Labels":{"com.docker.compose.project":"shop"}}]}|has two volumes of the name v
		ls|/containers/json|[{"Id":"a","State":"running","Status":"Up","Names":null}]|a has no name
	EOF
}

@test "A6 an upload whose questions are answered by nothing has failed" {
	cat >compose.yaml <<-'YAML'
		services: {web: {image: busybox, secrets: [token], x-flow: {files: upload}}}
		secrets: {token: {environment: HOME}}
	YAML
	echo '{"GET /containers/json": [200, []]}' >answers.json
	run -1 timeout 20 "$flow" up -d
	run ! grep /start asked
}

@test "A6 ids that say what they like are one part of a path, whatever asks" {
	says "GET /images/busybox/json" 200 '{"Id":"x y?z"}'
	jq -c '. + {"GET /containers/json": [200, []]}' answers.json >next && mv next answers.json
	run -1 timeout 20 "$flow" up -d
	[[ $output == *'image busybox: Id is "x y?z", not an id'* ]]
}

@test "C6 what turns out to be invalid when something was changed is status 1, not 2" {
	echo abc >token
	cat >compose.yaml <<-'YAML'
		services: {web: {image: busybox, user: "0", secrets: [token], x-flow: {files: upload}}}
		secrets: {token: {file: ./token}}
	YAML
	echo '{"GET /containers/json": [200, []], "GET /networks": [200, []], "POST /networks/create": [201, {"Id": "d"}, "token"]}' >answers.json
	run -1 timeout 20 "$flow" up -d
	[[ $output == *"open $PWD/token: no such file or directory"* ]]
	grep POST asked
	: >asked
	run -2 timeout 20 "$flow" up -d
	run ! grep -E '^(DELETE|POST|PUT)' asked
}

@test "A8 a list of 40 000 containers takes at most 1 KiB for each" {
	python3 - <<-'PY'
		import json
		def one(i):
		    hexes = "%064x" % i
		    return {"Id": hexes, "Names": ["/shop-web-%d" % i], "State": "running", "Status": "Up %d minutes" % (i % 60), "Image": "busybox:1",
		            "ImageID": "sha256:" + "b" * 64, "Command": "sleep 1000", "Created": 1700000000 + i,
		            "Labels": {"com.docker.compose.project": "shop", "com.docker.compose.service": "web", "com.docker.compose.container-number": str(i),
		                       "com.docker.compose.oneoff": "False", "com.docker.compose.version": "2.40.0", "com.docker.compose.config-hash": "c" * 64,
		                       "com.docker.compose.image": "sha256:" + "b" * 64, "com.docker.compose.depends_on": "", "docker-flow.inputs": "d" * 90,
		                       "com.docker.compose.project.config_files": "/srv/shop/compose.yaml", "com.docker.compose.project.working_dir": "/srv/shop"},
		            "Ports": [], "HostConfig": {"NetworkMode": "shop_default"}, "Mounts": [],
		            "NetworkSettings": {"Networks": {"shop_default": {"NetworkID": "e" * 64, "IPAddress": "10.%d.%d.%d" % (i >> 16, i >> 8 & 255, i & 255)}}}}
		json.dump({"GET /containers/json": [200, [one(i) for i in range(1, 40001)]]}, open("answers.json", "w"))
	PY
	run -0 --separate-stderr python3 - "$flow" <<-'PY'
		import resource, subprocess, sys
		ids = subprocess.run([sys.argv[1], "ps", "-q"], stdout=subprocess.PIPE, check=True).stdout
		print(len(ids.split()), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	PY
	read -r count most <<<"$output"
	[ "$count" = 40000 ] || { echo "$output"; false; }
	[ "$most" -le $((40000 + 12000)) ] || { echo "$most KiB"; false; }
}

@test "an engine that takes no session gets the context as an archive, where that is enough" {
	mkdir app
	touch app/x app/hidden
	echo hidden >app/.dockerignore
	cat >compose.yaml <<-'YAML'
		services:
		  web: {build: {context: app, dockerfile_inline: "FROM busybox"}}
		  other: {build: {context: app, secrets: [key], dockerfile_inline: "FROM busybox"}}
		secrets: {key: {file: compose.yaml}}
	YAML
	for answer in '[404, {"message": "page not found"}]' '[200, ""]' '[501, "no"]'; do
		jq -cn --argjson answer "$answer" '{"POST /session": $answer,
			"POST /build": [200, "{\"aux\": {\"ID\": \"sha256:abcdef\"}}\n"]}' >answers.json
		run -0 timeout 20 "$flow" build web
		[ "$(tar -t <sent | sort | xargs)" = '.docker-flow.Dockerfile .dockerignore x' ]
		: >asked
		run -1 timeout 20 "$flow" build other
		[[ $output == *'the engine takes no build session: '* ]]
		run ! grep 'POST /build' asked
	done
}
