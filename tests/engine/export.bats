# A container as an archive, and as an image.
bats_require_minimum_version 1.5.0
load helper

# two: two containers of web, each with a file of its own
two() {
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, scale: 2}, off: {image: busybox}}'
	flow up -d web 2>/dev/null
	docker exec "$PROJECT-web-1" sh -c 'echo 1 >/mine'
	docker exec "$PROJECT-web-2" sh -c 'echo 2 >/mine'
}

@test "export: to standard output, --output, --index" {
	two
	flow export web | tar xO mine >out
	[ "$(cat out)" = 1 ]
	echo before >file.tar
	run -0 flow export --index 2 -o file.tar web
	[ -z "$output" ]
	[ "$(tar xOf file.tar mine)" = 2 ]
	[ "$(stat -c %a file.tar)" = "$(printf %o $((0666 & ~0$(umask))))" ]
	[ "$(ls)" = $'compose.yaml\nfile.tar\nout' ]
	flow export --output /dev/stdout web | tar t >list
	grep -qx mine list
	run -0 flow --dry-run export -o dry.tar web
	has "$PROJECT-web-1" dry.tar
	[ ! -e dry.tar ]
}

@test "export: refusals leave what is there" {
	two
	run -2 terminal 24x80 "$FLOW" export web </dev/null
	has "is a terminal" "--output"
	run -1 flow export off
	has 'service "off" is not running'
	run -1 flow export --index 3 web
	has 'service "web" is not running container #3'
	run -2 flow export nope
	has "no such service: nope"
	run -1 flow export -o nosuch/x.tar web
	has "nosuch/x.tar"
	mkdir dir
	run -1 flow export -o dir web
	has "Is a directory"
}

@test "export: one that breaks off leaves the file as it was" {
	two
	proxied 'half@/export'
	echo before >file.tar
	run -1 flow export -o file.tar web
	[ "$(cat file.tar)" = before ]
	[ "$(ls *.tar*)" = file.tar ]
}

@test "commit: name, author, message, instructions, --index, --pause" {
	two
	run -0 --separate-stderr flow commit -a "Ada <ada@x>" -m "why it is" -c 'CMD ["sleep", "7"]' -c 'ENV A="b c"' web "$PROJECT:one"
	[ "$output" = "$(docker image inspect -f '{{.Id}}' "$PROJECT:one")" ]
	[ "$(docker image inspect -f '{{.Author}}|{{.Comment}}|{{.Config.Cmd}}|{{index .Config.Env 0}}{{index .Config.Env 1}}' "$output")" = \
		"Ada <ada@x>|why it is|[sleep 7]|$(docker image inspect -f '{{index .Config.Env 0}}{{index .Config.Env 1}}' "$output")" ]
	docker image inspect -f '{{.Config.Env}}' "$output" | grep -q 'A=b c'
	[ "$(docker run --rm "$PROJECT:one" cat /mine)" = 1 ]
	run -0 --separate-stderr flow commit --index 2 web
	[ "$(docker run --rm "$output" cat /mine)" = 2 ]
	docker rmi "$output" "$PROJECT:one" >/dev/null
	since=$(date +%s.%N)
	flow commit --pause=false web "$PROJECT:two" >/dev/null
	[ -z "$(docker events --since "$since" --until "$(date +%s.%N)" --filter event=pause --format '{{.Action}}')" ]
	flow commit -p web "$PROJECT:two" >/dev/null
	[ "$(docker events --since "$since" --until "$(date +%s.%N)" --filter event=pause --format '{{.Action}}')" = pause ]
	run -0 flow --dry-run commit web "$PROJECT:dry"
	has "$PROJECT:dry" "$PROJECT-web-1"
	run -1 docker image inspect "$PROJECT:dry"
	docker rmi "$PROJECT:two" >/dev/null
}

@test "commit: what is refused" {
	two
	run -1 flow commit off
	has 'service "off" is not running'
	run -2 flow commit nope
	has "no such service: nope"
	run -2 flow commit web BAD:::
	has "invalid reference format"
	run -1 flow commit -c 'NOPE x' web
	has " is not a valid change command"
}
