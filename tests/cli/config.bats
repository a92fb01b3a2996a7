# config: what needs more than a folder and an exit status.
bats_require_minimum_version 1.5.0
load helper

setup() {
	alone
	export DOCKER_CONFIG=$BATS_TEST_TMPDIR/none
}

teardown() {
	[ ! -f engine.pid ] || kill "$(cat engine.pid)" || true
}

# An engine that knows the digests of images whose name has no "missing" in it; it writes what it was asked to engine.log.
registry_engine() {
	command -v python3 >/dev/null || skip "python3 plays the engine"
	cat >engine.py <<-'PY'
		import hashlib, http.server, json, socketserver, sys

		class Handler(http.server.BaseHTTPRequestHandler):
		    protocol_version = "HTTP/1.1"
		    def address_string(self): return "unix"
		    def log_message(self, *args):
		        with open("engine.log", "a") as log: log.write(self.requestline + "\n")
		    def do_HEAD(self): self.answer(200, b"", False)
		    def do_GET(self):
		        if "/distribution/" not in self.path: return self.answer(200, b"OK")
		        name = self.path.split("/distribution/")[1][:-len("/json")]
		        if "missing" in name: return self.answer(404, b'{"message":"manifest unknown"}')
		        digest = "sha256:" + hashlib.sha256(name.encode()).hexdigest()
		        self.answer(200, json.dumps({"Descriptor": {"digest": digest}}).encode())
		    def answer(self, status, body, with_body=True):
		        self.send_response(status)
		        self.send_header("Api-Version", "1.47")
		        self.send_header("Content-Length", str(len(body)))
		        self.end_headers()
		        if with_body: self.wfile.write(body)

		class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer): daemon_threads = True
		server = Server("engine.sock", Handler)
		print("ready", flush=True)
		server.serve_forever()
	PY
	mkfifo ready
	python3 engine.py >ready 3>&- &
	echo $! >engine.pid
	read -r _ <ready
	export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/engine.sock
}

digest() { printf '%s@sha256:%s' "$1" "$(printf %s "$1" | sha256sum | cut -d' ' -f1)"; }

@test "images are fixed by the digests that their registries have" {
	registry_engine
	cat >compose.yaml <<-'YAML'
		name: p
		services:
		  a: {image: nginx}
		  again: {image: "nginx:latest"}
		  b: {image: "quay.io/org/x:1.2"}
		  c: {build: .}
		  d: {image: "org/y:2@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
		  e: {image: "localhost:5000/z"}
		  f: {image: "index.docker.io/z"}
	YAML
	run -0 --separate-stderr "$flow" config --lock-image-digests
	[ "$output" = "services:
  a:
    image: $(digest docker.io/library/nginx:latest)
  again:
    image: $(digest docker.io/library/nginx:latest)
  b:
    image: $(digest quay.io/org/x:1.2)
  c: {}
  d:
    image: docker.io/org/y@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  e:
    image: $(digest localhost:5000/z:latest)
  f:
    image: $(digest docker.io/library/z:latest)" ]
	# each image is asked for once, one with a digest never
	[ "$(grep -c distribution engine.log)" = 4 ]
	run -0 "$flow" config --resolve-image-digests a
	[[ $output == *"name: p"*"image: $(digest docker.io/library/nginx:latest)"*"p_default"* ]]
	[ "$(grep -c distribution engine.log)" = 5 ]
	run -2 "$flow" config --resolve-image-digests --lock-image-digests
}

@test "every image without a digest is named" {
	registry_engine
	echo '{services: {a: {image: missing}, b: {image: "x.io/missing:1"}, c: {image: ok}}}' >compose.yaml
	run -1 --separate-stderr "$flow" config --resolve-image-digests
	[ -z "$output" ]
	[[ $stderr == *"docker.io/library/missing:latest: "*"manifest unknown"* ]]
	[[ $stderr == *"x.io/missing:1: "*"manifest unknown"* ]]
	kill "$(cat engine.pid)" && rm engine.pid engine.sock
	run -1 "$flow" config --resolve-image-digests
}

@test "--portable is a file that stays what it is" {
	cp "$top/testdata/cases/config-portable/compose.yaml" .
	"$flow" config --portable >once.yaml
	"$flow" -f once.yaml config --portable >twice.yaml
	cmp once.yaml twice.yaml
	diff <(TAG=1 "$flow" -f compose.yaml config) <(TAG=1 "$flow" -f once.yaml config)
}

@test "a converted file is the same project, and converting it again changes nothing" {
	cat >fig.yml <<-'YAML'
		db: {image: postgres, log_driver: syslog, volumes: ["data:/data"], volume_driver: local}
		web:
		  build: .
		  dockerfile: other.Dockerfile
		  links: [db]
		  volumes_from: [db, "backup:ro"]
		worker: {image: "x:${TAG:-1}", net: "container:web", ports: [49100:22]}
	YAML
	"$flow" convert fig.yml -o compose.yaml
	[ "$("$flow" convert compose.yaml)" = "$(cat compose.yaml)" ]
	diff <("$flow" -f fig.yml config 2>/dev/null) <("$flow" -f compose.yaml config)
	grep -qF 'x:${TAG:-1}' compose.yaml
	[ "$("$flow" convert - <fig.yml | sed 1d)" = "$(sed 1d compose.yaml)" ]
	run -2 "$flow" convert
	run -2 "$flow" convert nothing.yml
	ln -s "$flow" docker-compose
	run -0 --separate-stderr ./docker-compose -f compose.yaml convert --services
	[[ $output == *db* ]]
}

# A repository at ./origin.git with two versions of sub/compose.yaml; the first is tagged v1.
repository() {
	command -v git >/dev/null || skip "git makes the repository"
	export HOME=$BATS_TEST_TMPDIR XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache GIT_CONFIG_NOSYSTEM=1
	git config --global user.email t@example.org && git config --global user.name t && git config --global init.defaultBranch main
	git init -q origin.git && mkdir origin.git/sub
	echo '{services: {far: {image: "far:1", env_file: far.env}}}' >origin.git/sub/compose.yaml
	echo FAR=yes >origin.git/sub/far.env
	git -C origin.git add . && git -C origin.git commit -qm one && git -C origin.git tag v1
	sed -i s/far:1/far:2/ origin.git/sub/compose.yaml && git -C origin.git commit -qam two
	url=file://$BATS_TEST_TMPDIR/origin.git
}

@test "include and extends read files of repositories, at a branch, a tag or a commit" {
	repository
	echo "{include: ['$url#v1:sub'], services: {near: {extends: {service: far, file: '$url#main:sub/compose.yaml'}}}}" >compose.yaml
	run -0 --separate-stderr "$flow" config --format json
	[ "$(jq -r '.services.far.image, .services.far.environment.FAR, .services.near.image' <<<"$output" | xargs)" = "far:1 yes far:2" ]
	# -f: relative paths start beside the file, the project is named after the directory here
	FAR=no run -0 "$flow" -f "$url#v1:sub" config --format json
	[ "$(jq -r '.services.far.environment.FAR, .name' <<<"$output" | xargs)" = "yes $(basename "$PWD" | tr A-Z a-z | tr -dc a-z0-9_-)" ]
	# a commit in the cache needs no repository any more
	commit=$(git -C origin.git rev-parse v1)
	mv origin.git gone.git
	echo "{include: ['$url#$commit:sub']}" >compose.yaml
	run -0 "$flow" config -q
	echo "{include: ['$url#v1:sub']}" >compose.yaml
	run -2 "$flow" config -q
	[[ $output == *"compose.yaml:1:12: "*"failed to access repository $url"* ]]
	echo "{include: ['$url#v1:../../etc']}" >compose.yaml
	run -2 "$flow" config -q
	[[ $output == *"must lie in the repository"* ]]
	echo "{include: ['gopher://host/project']}" >compose.yaml
	run -2 "$flow" config -q
	[[ $output == *"cannot be read"* ]]
}

@test "B5 a pipe whose writer comes later is waited for, as long as nobody interrupts; one that writes nothing is empty" {
	mkfifo pipe
	for named in -f --env-file; do
		echo 'services: {a: {image: x}}' >compose.yaml
		run -130 timeout --foreground --preserve-status -s INT 1 "$flow" "$named" pipe config -q
		{ read -rt 2 <> <(:) || echo 'services: {a: {image: late}}' | sed "$([ "$named" = -f ] || echo 's/.*/A=late/')" >pipe; } 3>&- &
		echo 'services: {a: {image: "${A:-x}"}}' >compose.yaml
		run -0 timeout 30 "$flow" "$named" pipe config --images
		[ "$output" = late ]
	done
	: >pipe 3>&- &
	run -0 timeout 30 "$flow" --env-file pipe config --images
	[ "$output" = x ]
	run -0 timeout 30 "$flow" --env-file <(:) config --images
	[ "$output" = x ]
	run -2 timeout 30 "$flow" -f pipe config -q
	[[ $output == "pipe: error: read $PWD/pipe: nobody writes into this pipe"*"hint: it was waited for 10 s"* ]]
}

@test "folders and devices in the place of files: an error at once, with hint" {
	mkdir folder
	for key in env_file label_file; do
		echo "services: {a: {image: x, $key: folder}}" >compose.yaml
		run -2 timeout 5 "$flow" config
		[[ $output == "compose.yaml:1:"*"services.a.$key: read $PWD/folder: "*hint:* ]]
	done
	echo 'services: {a: {image: x}}' >compose.yaml
	for file in folder /dev/zero; do
		run -2 timeout 5 "$flow" -f "$file" config
		[[ $output == *"$file: error: read "*hint:* ]]
		run -2 timeout 5 "$flow" --env-file "$file" config
		[[ $output == *"$file: error: read "*hint:* ]]
		echo "include: [$file]" >include.yaml
		run -2 timeout 5 "$flow" -f include.yaml config
		[[ $output == "include.yaml:1:11: error: include: read "*hint:* ]]
		echo "services: {a: {extends: {service: a, file: $file}}}" >extends.yaml
		run -2 timeout 5 "$flow" -f extends.yaml config
		[[ $output == "extends.yaml:1:44: error: services.a.extends.file: read "*hint:* ]]
	done
	run -2 timeout 5 "$flow" -f /dev/null config
	# a pipe that somebody writes into is a file
	run -0 --separate-stderr timeout 5 "$flow" --env-file <(echo A=1) -f <(echo 'services: {a: {image: "x:$A"}}') config --images
	[ "$output" = x:1 ]
}

@test "values of 10 MiB are read, and deep nesting is refused at its place" {
	{ echo 'services: {a: {image: x, labels: {l: "'; head -c 10485760 /dev/zero | tr '\0' x; echo '"}}}'; } >big.yaml
	run -0 bash -c "timeout 10 '$flow' -f big.yaml config --format json | jq '.services.a.labels.l | length'"
	[ "$output" = 10485761 ]
	{ echo 'services: {a: {image: x}}'; printf 'x-a: '; head -c 1000 /dev/zero | tr '\0' '['; head -c 1000 /dev/zero | tr '\0' ']'; } >deep.yaml
	run -2 "$flow" -f deep.yaml config
	[[ $output == "deep.yaml:2:105: error: "*hint:* ]]
}

@test "nothing is obeyed on a terminal, and all is as it is for a script" {
	printf 'services: {a: {image: busybox, command: "${X-c\\e[2J}", profiles: ["q\\e[1m"]}}\n' >compose.yaml
	[ "$("$flow" config --profiles)" = $'q\e[1m' ]
	for words in --profiles --variables "--explain X"; do
		script -qec "'$flow' --profile '*' config $words" /dev/null >screen </dev/null 3>&-
		grep -qF '\x1b[' screen
		! grep -qF $'\e[' screen || { cat -v screen; return 1; }
	done
}
