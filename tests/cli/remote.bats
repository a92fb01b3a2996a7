# Files of web servers: include, extends, -f and registries by URL.
bats_require_minimum_version 1.5.0
load helper
load web

setup() {
	beside_the_web
	mkdir web
	serve web <<-'PY'
		class Handler(Answer):
		    def log_message(self, *args):
		        with open("log", "a") as log: log.write(self.requestline + "\n")
		    def do_GET(self):
		        path = self.path.split("?")[0]
		        if path == "/moved": return self.answer(302, b"", [("Location", "/far.yaml")])
		        if path == "/page": return self.answer(200, b"<html>", [("Content-Type", "text/html; charset=utf-8")])
		        if path == "/busy" and os.path.exists("busy"): return self.answer(503, b"busy")
		        if path == "/busy": return self.answer(200, b"{services: {busy: {image: b}}}")
		        if path.startswith("/hang"): return self.hang()
		        if path == "/big": return self.answer(200, b"#" * (17 << 20))
		        if path == "/login" and not self.has_login(b"me:pa55word"): return self.answer(401, b"")
		        if path == "/login": return self.answer(200, b"{services: {guarded: {image: g}}}")
		        super().do_GET()
	PY
	echo '{services: {far: {image: "far:${TAG:-1}"}}}' >web/far.yaml
}

images() { jq -r '[.services[].image] | join(" ")'; }

@test "a cache that is out of reach is none" {
	echo "{include: ['$url/far.yaml']}" >compose.yaml
	: >file
	XDG_CACHE_HOME=$PWD/file run -0 --separate-stderr "$flow" config --format json
	[ "$(images <<<"$output")" = far:1 ]
	[ -z "$stderr" ]
}

@test "include, extends and -f read a file from a web server" {
	echo "{include: ['$url/far.yaml'], services: {near: {extends: {service: far, file: '$url/moved'}, image: near}}}" >compose.yaml
	TAG=2 run -0 --separate-stderr "$flow" config --format json
	[ "$(images <<<"$output")" = "far:2 near" ]
	[ -z "$stderr" ]
	run -0 "$flow" -f "$url/far.yaml" config --format json
	[ "$(images <<<"$output")" = far:1 ]
	[ "$(jq -r .name <<<"$output")" = "$(basename "$PWD" | tr A-Z a-z | tr -dc a-z0-9_-)" ]
	echo '{services: {far: {command: x}}}' >more.yaml
	COMPOSE_PATH_SEPARATOR=, COMPOSE_FILE=$url/far.yaml,more.yaml run -0 "$flow" config --format json
	[ "$(jq -r '.services.far.command[0]' <<<"$output")" = x ]
}

@test "without the network the last copy is used, and said so; a pinned one needs no network" {
	digest=$(sha256sum web/far.yaml | cut -d' ' -f1)
	echo "{include: ['$url/far.yaml']}" >compose.yaml
	echo "{include: ['$url/far.yaml#sha256=$digest']}" >pinned.yaml
	"$flow" config -q && "$flow" -f pinned.yaml config -q
	[ "$(grep -c far.yaml web/log)" = 2 ]
	"$flow" -f pinned.yaml config -q
	[ "$(grep -c far.yaml web/log)" = 2 ]
	echo '{services: {far: {image: new}}}' >web/far.yaml
	run -0 "$flow" config --format json
	[ "$(images <<<"$output")" = new ]
	rm -r cache/docker-flow/http
	run -2 "$flow" -f pinned.yaml config
	[[ $output == *"pinned.yaml:1:12: "*"$url/far.yaml has changed: its digest is now sha256=$(sha256sum web/far.yaml | cut -d' ' -f1)"*hint:* ]]
	"$flow" config -q
	stop_serving
	run -0 --separate-stderr "$flow" config
	[[ $output == *"image: new"* ]]
	[[ $stderr == *"warning: $url/far.yaml cannot be read ("*"): the copy of 20"*" is used"* ]]
	rm -r cache
	run -2 "$flow" config
	[[ $output == *"compose.yaml:1:12: "*"include: $url/far.yaml cannot be read: "*hint:* ]]
	echo "{include: ['$url/far.yaml#main']}" >compose.yaml
	run -2 "$flow" config
	[[ $output == *"#sha256="* ]]
}

@test "an answer that is none is told with place, address and hint" {
	for path in none.yaml page big login; do
		echo "{include: ['http://me:secret@127.0.0.1:$port/$path?token=abc']}" >compose.yaml
		run -2 --separate-stderr "$flow" config
		head=${stderr%%$'\n'*}
		[[ $head == "compose.yaml:1:12: error: include: $url/$path "* ]]
		[[ $head != *secret* && $head != *abc* ]]
		[[ $stderr == *hint:* ]]
	done
	[[ $stderr == *"needs a login"* ]]
	echo "{include: ['http://me:\${WORD}@127.0.0.1:$port/login']}" >compose.yaml
	WORD=pa55word run -0 "$flow" config --format json
	[ "$(images <<<"$output")" = g ]
	WORD=pa44word run -2 "$flow" config
	[[ $output != *pa44word* ]]
	# the server has trouble: the copy helps; it knows the file no more: the copy does not
	echo "{include: ['$url/busy']}" >compose.yaml
	"$flow" config -q
	touch web/busy
	run -0 "$flow" config -q
	[[ $output == *"the server answers 503"* ]]
	echo "{include: ['$url/far.yaml']}" >compose.yaml
	"$flow" config -q
	rm web/far.yaml
	run -2 "$flow" config -q
	[[ $output == *"the server answers 404"* ]]
	echo "{include: ['https://127.0.0.1:$port/far.yaml']}" >compose.yaml
	run -2 "$flow" config -q
	[[ $output == *"compose.yaml:1:12: "*https://127.0.0.1*hint:* ]]
}

@test "A3 a login in a URL is not shown: include stack, spelling of the scheme, slashes in the password, proxy" {
	export WORD=pa/55#word
	echo "{include: ['http://me:\${WORD}@127.0.0.1:$port/cycle.yaml']}" >compose.yaml
	cp compose.yaml web/cycle.yaml
	run -2 "$flow" config
	[[ $output != *pa/55* && $output != *55#word* ]]
	echo "{include: ['http://me:pa55word@127.0.0.1:$port/cycle.yaml']}" | tee compose.yaml >web/cycle.yaml
	run -2 "$flow" config
	[[ $output == *"include cycle detected"*"include $url/cycle.yaml"* && $output != *pa55word* ]]
	run -0 "$flow" -f "HTTP://me:pa55word@127.0.0.1:$port/login" config -q
	for name in "htps://me:pa55word@127.0.0.1/x" "HTTP://me:pa55word@127.0.0.1:$port/none?token=pa55word" me:pa55word@host.example/x.git; do
		run -2 "$flow" -f "$name" config
		[[ $output != *pa55word* ]]
	done
	echo "{include: ['http://127.0.0.1:$port/far.yaml']}" >compose.yaml
	http_proxy=hop://me:pa55word@127.0.0.1:1 run -2 "$flow" config
	[[ $output == *"cannot be read"* && $output != *pa55word* ]]
}

@test "a server that is silent is waited for, but not long" {
	echo "{include: ['$url/hang']}" >compose.yaml
	SECONDS=0
	run -2 --separate-stderr timeout 25 "$flow" config
	[ "$SECONDS" -lt 20 ]
	[[ $stderr == *"waiting for $url/hang"*"compose.yaml:1:12: "*"$url/hang cannot be read: "*hint:* ]]
	command -v git >/dev/null || return 0
	echo "{include: ['http://me:secret@127.0.0.1:$port/hang.git']}" >compose.yaml
	timeout 4 "$flow" config 2>err 3>&- || true
	[ "$(head -1 err)" = "docker-flow: waiting for $url/hang.git" ]
}

@test "a file of a web server has no folder: relative paths need a project directory" {
	cat >web/rel.yaml <<-'YAML'
		services:
		  a:
		    build: ./src
		    env_file: a.env
		    volumes: ["./data:/data", "/abs:/abs", "named:/named"]
		volumes: {named: {}}
	YAML
	echo A=1 >a.env
	echo "{include: ['$url/rel.yaml']}" >compose.yaml
	run -2 "$flow" config
	for place in 3:12 4:15 5:15; do [[ $output == *"$url/rel.yaml:$place: "* ]]; done
	[[ $output == *project_directory* ]]
	echo "{include: [{path: '$url/rel.yaml', project_directory: .}]}" >compose.yaml
	run -0 "$flow" config --format json
	[ "$(jq -r '.services.a | .build.context, .environment.A, .volumes[0].source' <<<"$output" | xargs)" = "$PWD/src 1 $PWD/data" ]
	echo "{services: {b: {extends: {service: a, file: '$url/rel.yaml'}}}}" >compose.yaml
	run -2 "$flow" config
	[[ $output == *"$url/rel.yaml:3:12: "* ]]
	echo '{include: [far.yaml]}' >web/rel.yaml
	echo "{include: ['$url/rel.yaml']}" >compose.yaml
	run -2 "$flow" config
	[[ $output == *"$url/rel.yaml:1:12: "*"relative path"* ]]
	echo "{include: ['$url/far.yaml'], services: {b: {extends: {service: far, file: '$url/far.yaml'}}}}" >web/rel.yaml
	run -0 "$flow" config --format json
	[ "$(images <<<"$output")" = "far:1 far:1" ]
	echo "{include: ['$url/rel.yaml'], services: {}}" >web/rel.yaml
	run -2 "$flow" config
	[[ $output == *"include cycle detected"* ]]
}

@test "registries by URL: the same copies, messages and places" {
	echo '- {id: cart, image: cart}' >web/registry.yml
	run -0 "$flow" --registry "$url/registry.yml" registry show cart
	stop_serving
	run -0 "$flow" --registry "$url/registry.yml" registry check
	[[ $output == *"the copy of"* ]]
	run -2 "$flow" --registry "$url/other.yml" registry check
	[[ $output == *"$url/other.yml cannot be read: "*hint:* ]]
}

@test "a file of -f URL that uses variables of this machine: their names are told, --yes says that it may" {
	# there is no engine here: what comes before it is looked at
	export DOCKER_HOST=unix://$PWD/none.sock
	echo "{include: ['$url/far.yaml'], services: {a: {image: a, environment: [WORD, UNSET, 'OWN=\${OTHER-x}']}}}" >web/rel.yaml
	uses="$url/rel.yaml uses variables of this machine: "
	for command in up "up -d" create "run a" "up -d -y" "up --yes" "create --yes" "run --yes a"; do
		# shellcheck disable=SC2086 # words
		TAG=pa55word WORD=s3cret run -1 "$flow" -f "$url/rel.yaml" $command </dev/null
		[[ $output != *pa55word* && $output != *s3cret* ]]
		if [[ $command == *-y* ]]; then
			[[ $output != *"$uses"* ]]
		else
			[[ $output == *"warning: ${uses}TAG, WORD"*"hint: --yes of up, create and run"* ]]
		fi
	done
	# nothing of here is used; the file is ours; nothing is made
	run -1 "$flow" -f "$url/rel.yaml" up -d
	[[ $output != *"$uses"* ]]
	echo "{include: ['$url/far.yaml']}" >compose.yaml
	TAG=2 run -1 "$flow" up -d
	[[ $output != *"uses variables"* ]]
	for command in "up --dry-run" "plan --no-engine" "config -q"; do
		# shellcheck disable=SC2086
		TAG=2 run "$flow" -f "$url/rel.yaml" $command
		[[ $output != *"$uses"* ]]
	done
}

@test "whoever sits at a terminal is asked whether a file of -f URL may have the values of variables" {
	export DOCKER_HOST=unix://$PWD/none.sock TAG=pa55word
	asked() { timeout -k 5 90 python3 "$top/tests/engine/terminal.py" 24x200 "$flow" -f "$url/far.yaml" "$@"; }
	for answer in '\r' 'n\r' 'what\r'; do
		run -1 asked up -d < <(
			echo 'wait uses variables of this machine: TAG. May it have their values? (y/N)'
			echo "type $answer"
		)
		[[ $output == *"nothing was done: the answer was no"* && $output != *none.sock* && $output != *pa55word* ]]
	done
	run -1 asked up -d < <(printf 'wait (y/N)\ntype y\\r\n')
	[[ $output == *none.sock* && $output != *"nothing was done"* ]]
	run -1 asked run far < <(printf 'wait (y/N)\ntype y\\r\n')
	[[ $output == *none.sock* ]]
	run -1 asked up -d --yes </dev/null
	[[ $output == *none.sock* && $output != *"(y/N)"* ]]
}
