# Keys of an attached up, and the line below its output that says so.
bats_require_minimum_version 1.5.0
load helper

# on SIZE COMMAND…: on a terminal that can move its cursor, without colours
on() { NO_COLOR=1 TERM=xterm terminal "$@"; }

# talks: compose.yaml of a web that says so when it runs
talks() { compose <<<'services: {web: {image: busybox, init: true, command: [sh, -c, "echo begun; exec sleep 1000"]}}'; }

@test "a line below the output names the keys; d leaves the containers alone, with status 0" {
	talks
	run -0 on 24x80 "$FLOW" up <<-'STEPS'
		wait | begun
		wait [d] detach  [Ctrl-C] stop
		type d
	STEPS
	has "left: the containers run on"
	[[ $output != *"[w]"* ]]
	[ "$(state web-1)" = running ]
	# once it runs, and with colours
	TERM=xterm NO_COLOR='' run -0 terminal 24x80 "$FLOW" up <<-'STEPS'
		wait detach
		type d
	STEPS
	has $'\e[7m d \e[0m detach'
}

@test "each line of a container takes the place of the menu, which goes below it" {
	compose <<<'services: {web: {image: busybox, init: true, command: [sh, -c, "while [ ! -e /go ]; do sleep .1; done; echo one; echo two; exec sleep 1000"]}}'
	run -0 on 24x80 "$FLOW" up <<-STEPS
		wait [d] detach
		run docker exec $PROJECT-web-1 touch /go
		wait | two
		wait [d] detach
		type \\r
		wait [d] detach
		type d
	STEPS
	lines=$(sed 's/\x1b\[K//g' <<<"$output")
	# every menu has been written over: what stands behind the last return to the begin of a line
	[[ $output == *$'stop\r\r\e[K'* ]]
	[[ $output != *'stop'*([^$'\r'])'| two'* ]]
	[[ $lines == *$'\rweb-1  | one'* ]]
	# Enter makes an empty line
	[[ $lines == *$'\r\r\r\n'* ]]
}

@test "Ctrl-C, TERM and HUP stop everything, QUIT leaves it; each gives the terminal back" {
	talks
	run -130 on 24x80 "$FLOW" up <<-'STEPS'
		wait [d] detach
		type \x03
	STEPS
	has "stopping; Ctrl-C again kills"
	[ "$(state web-1)" = exited ]
	for name in TERM HUP; do
		run "-$((128 + $(kill -l "$name")))" on 24x80 "$FLOW" up <<-STEPS
			wait [d] detach
			signal $name
		STEPS
		[ "$(state web-1)" = exited ]
	done
	for name in QUIT USR1; do
		run "-$((128 + $(kill -l "$name")))" on 24x80 "$FLOW" up <<-STEPS
			wait [d] detach
			signal $name
		STEPS
		[ "$(state web-1)" = running ]
	done
	run -131 on 24x80 "$FLOW" up <<-'STEPS'
		wait [d] detach
		type \x1c
	STEPS
}

@test "the end of all, and a failure, give the terminal back" {
	compose <<<'services: {web: {image: busybox, init: true, command: [sh, -c, "while [ ! -e /go ]; do sleep .1; done; exit 3"]}}'
	run -1 on 24x80 "$FLOW" up <<-STEPS
		wait [d] detach
		run docker exec $PROJECT-web-1 touch /go
	STEPS
	has "exited with code 3"
	run -3 on 24x80 "$FLOW" up --force-recreate --exit-code-from web <<-STEPS
		wait [d] detach
		run docker exec $PROJECT-web-1 touch /go
	STEPS
}

@test "Ctrl-Z gives the terminal to the shell, and takes it again; a window of another size" {
	talks
	run -0 on 24x80 "$FLOW" up <<-'STEPS'
		wait [Ctrl-C] stop
		type \x1a
		stopped
		restored
		signal CONT
		wait [Ctrl-C] stop
		size 24x30
		wait [d] detach
		signal STOP
		stopped
		signal CONT
		wait [d] detach
		type d
	STEPS
	# 30 columns have room for the whole line without w, 20 have not
	run -0 on 24x20 "$FLOW" up <<-'STEPS'
		wait [d] detach
		type d
	STEPS
	[[ $output != *"Ctrl-C]"* ]]
}

@test "below the docker CLI, too: both are stopped once the terminal is given back, and go on together" {
	talks
	mkdir -p "$DOCKER_CONFIG/cli-plugins"
	ln -sf "$FLOW" "$DOCKER_CONFIG/cli-plugins/docker-flow"
	for times in {1..3}; do
		run -0 on 24x80 bash -mc 'docker flow up; stty -a | grep -o "[ -]icanon"; echo "again"; fg' <<-'STEPS'
			wait [Ctrl-C] stop
			type \x1a
			wait  icanon
			wait again
			wait [Ctrl-C] stop
			type d
		STEPS
		has "left: the containers run on"
	done
	rm "$DOCKER_CONFIG/cli-plugins/docker-flow"
}

@test "w watches the files, and no more; what changes is rebuilt below the same line" {
	mkdir src
	compose <<-'YAML'
		services:
		  web:
		    build: {context: ., dockerfile_inline: "FROM busybox\nCOPY file /file\nCMD cat /file; exec sleep 1000"}
		    init: true
		    develop: {watch: [{path: src, action: sync, target: /app}, {path: file, action: rebuild}]}
	YAML
	echo first >file
	run -0 on 40x90 "$FLOW" up <<-STEPS
		wait | first
		wait [w] watch  [d] detach
		type w
		wait Watch enabled
		wait [w] unwatch
		run echo x >src/new
		run docker exec $PROJECT-web-1 test -f /app/new
		run echo second >file
		wait | second
		wait successfully built
		wait [w] unwatch
		type w
		wait Watch disabled
		wait [w] watch
		type w
		wait Watch enabled
		type d
	STEPS
	[ "$(docker exec "$PROJECT-web-1" cat /file)" = second ]
	# begun by --watch it can be ended
	run -0 on 40x90 "$FLOW" up --watch <<-'STEPS'
		wait [w] unwatch
		type w
		wait Watch disabled
		type d
	STEPS
	# a path that is not there is told, and waited for
	sed -i 's/path: src/path: none/' compose.yaml
	run -0 on 40x90 "$FLOW" up <<-'STEPS'
		wait [w] watch
		type w
		wait is not there: nothing is done before it comes
		wait [w] unwatch
		type d
	STEPS
	docker rmi -f "$PROJECT-web" >/dev/null
}

@test "no menu: --menu=false, COMPOSE_MENU, pipes, the background, a terminal that cannot move its cursor" {
	talks
	flow up -d
	# attached COMMAND…: until the container has said something that nothing has begun before, then Ctrl-C
	attached() {
		run -130 on 24x80 "$@" <<-STEPS
			wait | begun
			run docker exec $PROJECT-web-1 sh -c 'echo again >/proc/1/fd/1'
			wait | again
			type \\x03
		STEPS
		[[ $output != *detach* ]]
	}
	attached "$FLOW" up --force-recreate --menu=false
	COMPOSE_MENU=false attached "$FLOW" up --force-recreate
	COMPOSE_MENU=0 attached "$FLOW" up --force-recreate
	attached "$FLOW" --progress plain up --force-recreate --menu
	COMPOSE_MENU=0 run -0 on 24x80 "$FLOW" up --menu <<-'STEPS'
		wait [d] detach
		type d
	STEPS
	# told once to who has asked for it
	TERM=dumb run -130 terminal 24x80 "$FLOW" up --force-recreate --menu <<-'STEPS'
		wait no menu here
		wait | begun
		type \x03
	STEPS
	has "TERM=dumb"
	TERM=dumb run -130 terminal 24x80 "$FLOW" up --force-recreate <<-'STEPS'
		wait | begun
		type \x03
	STEPS
	[[ $output != *"no menu"* ]]
	# pipes: as ever
	begin log up --menu --force-recreate
	until_true grep -q begun log
	kill -INT "$pid"
	ends 130
	run ! grep -q 'no menu\|detach' log
	# who is in the background is not stopped for the terminal's sake
	NO_COLOR=1 TERM=xterm run -0 terminal 24x80 bash -mc '"$0" up --force-recreate & read -r; kill -INT $!; wait $!; [ $? = 130 ]' "$FLOW" <<-'STEPS'
		wait | begun
		type \r
	STEPS
	[[ $output != *detach* ]]
}
