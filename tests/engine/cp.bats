# Files between here and containers.
bats_require_minimum_version 1.5.0
load helper

# web: a web that sleeps is there
web() {
	one_service
	flow up -d 2>/dev/null
}

# inside COMMAND: what a shell in web-1 says
inside() { docker exec -u 0 "$PROJECT-web-1" sh -c "$1"; }

@test "a file and a directory, there and back: names, modes and times are kept" {
	web
	mkdir -p tree/deep
	echo text >tree/deep/file
	echo umlaut >tree/ä
	ln -s deep/file tree/link
	chmod 640 tree/deep/file
	touch -d 2001-02-03T04:05:06Z tree/deep/file
	run -0 --separate-stderr flow cp tree web:/tmp/new
	[ -z "$output$stderr" ]
	[ "$(inside 'cat /tmp/new/deep/file; readlink /tmp/new/link; stat -c "%a %Y" /tmp/new/deep/file')" = $'text\ndeep/file\n640 981173106' ]
	# the name of what is there
	flow cp tree web:/tmp/new
	inside 'test -f /tmp/new/tree/ä'
	flow cp tree/. web:/tmp/new
	inside 'test -f /tmp/new/ä'
	flow cp web:/tmp/new/tree back
	diff -r tree back
	[ "$(stat -c '%a %Y' back/deep/file)" = "640 981173106" ]
	[ "$(readlink back/link)" = deep/file ]
	mkdir here
	flow cp web:/tmp/new/ä here
	flow cp web:/tmp/new/tree/. here
	flow cp web:/tmp/new/ä renamed
	[ "$(cat here/ä renamed here/deep/file)" = $'umlaut\numlaut\ntext' ]
}

@test "every container of the service gets it, --index one of them; from the first it comes" {
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, scale: 2}}'
	flow up -d 2>/dev/null
	echo x >file
	flow cp file web:/tmp/all
	flow cp --index 2 file web:/tmp/second
	docker exec "$PROJECT-web-2" test -f /tmp/all -a -f /tmp/second
	inside 'test -f /tmp/all -a ! -e /tmp/second'
	flow cp --index 2 web:/tmp/second got
	run -1 flow cp web:/tmp/second none
	has "Could not find the file /tmp/second"
	run -1 flow cp --index 3 file web:/tmp
	has 'service "web" is not running container #3'
	# an archive from a pipe, which can be read once
	tar c file | flow cp - web:/tmp/
	docker exec "$PROJECT-web-2" test -f /tmp/file
	inside 'test -f /tmp/file'
}

@test "--all: the containers of run, too; one that does not run takes files as well" {
	web
	flow run -d web sleep 1000 2>/dev/null
	once=$(docker ps -q --filter label=com.docker.compose.oneoff=True)
	docker stop -t 0 "$PROJECT-web-1" >/dev/null
	echo x >file
	flow cp file web:/tmp/one
	flow cp --all file web:/tmp/every
	docker exec "$once" test ! -e /tmp/one -a -f /tmp/every
	flow cp web:/tmp/one got
	flow cp web:/tmp/every got
}

@test "--archive: in, the container's user; out, the owners" {
	[ "$ENGINE_VERSION" != 20 ] || skip "engine 20.10 does not find a user that is not in the image"
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, user: "55:66"}}'
	flow up -d 2>/dev/null
	echo x >file
	chown 1234:1235 file
	flow cp file web:/tmp/plain
	flow cp -a file web:/tmp/archive
	[ "$(inside 'stat -c %u:%g /tmp/plain /tmp/archive')" = $'1234:1235\n55:66' ]
	flow cp web:/tmp/archive plain
	flow cp --archive web:/tmp/archive archive
	[ "$(stat -c %u:%g plain archive)" = $'0:0\n55:66' ]
}

@test "--follow-link: what it leads to; else the link" {
	web
	echo x >file
	ln -s file link
	flow cp link web:/tmp/link
	flow cp -L link web:/tmp/followed
	[ "$(inside 'readlink /tmp/link; cat /tmp/followed')" = $'file\nx' ]
	inside 'mkdir /tmp/dir; echo y >/tmp/dir/y; ln -s /tmp/dir /tmp/to'
	flow cp web:/tmp/to asis
	[ "$(readlink asis)" = /tmp/dir ]
	mkdir into
	flow cp --follow-link web:/tmp/to into
	[ "$(cat into/to/y)" = y ]
	# a target that is a link is where it leads
	flow cp file web:/tmp/to
	inside 'test -f /tmp/dir/file'
}

@test "-: an archive, in and out" {
	web
	mkdir tree
	echo x >tree/file
	tar c tree | flow cp - web:/tmp
	flow cp web:/tmp/tree - >out.tar
	[ "$(tar xOf out.tar tree/file)" = x ]
	run -1 flow cp - web:/tmp/tree/file <out.tar
	has "must be a directory"
	run -1 flow cp - web:/tmp <<<"no archive"
	run -2 terminal 24x80 "$FLOW" cp web:/tmp/tree - </dev/null
	has "is a terminal"
}

@test "what cannot be copied is told, and nothing is done" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000}
		  shut: {image: busybox, init: true, command: sleep 1000, read_only: true}
		  none: {image: busybox, profiles: [never]}
	YAML
	flow up -d 2>/dev/null
	mkdir tree
	echo x >file
	run -1 flow cp nosuch web:/tmp
	has "nosuch: No such file or directory"
	run -2 flow cp file nope:/tmp
	has "no such service: nope"
	run -1 flow cp file none:/tmp
	has 'no container found for service "none"'
	run -1 flow cp file web:/nosuch/file
	has "Could not find the file /nosuch"
	run -1 flow cp file web:/tmp/nosuch/
	has "no such directory"
	inside 'touch /tmp/there'
	run -1 flow cp file web:/tmp/there/below
	has "error: lstat /tmp/there/below: not a directory"
	run -1 flow cp tree web:/tmp/there
	has "cannot copy directory"
	run -1 flow cp file shut:/tmp
	has "read-only"
	run -1 flow cp web:/nosuch .
	has "Could not find the file /nosuch"
	run -1 flow cp web:/tmp file
	has "cannot copy directory"
	run -1 flow cp web:/etc/passwd nosuch/x
	has 'invalid output path: directory' 'does not exist'
	run -1 flow cp web:/etc/passwd /dev/null
	has "must be a directory or a regular file"
	run -2 flow cp web:/a web:/b
	has "copying between services is not supported"
	run -2 flow cp a b
	has "unknown copy direction"
	[ "$(ls)" = $'compose.yaml\nfile\ntree' ]
	# a colon behind a dot is a name
	run -1 flow cp ./web:x web:/tmp
	has "./web:x: No such file"
	run -0 flow --dry-run cp file web:/tmp/dry
	has "$PROJECT-web-1" "copy file to /tmp/dry"
	inside 'test ! -e /tmp/dry'
}

@test "links that lie here are not followed, and those that come are only made" {
	web
	mkdir outside target
	ln -s "$PWD/outside" target/sub
	inside "mkdir -p /tmp/d/sub; echo x >/tmp/d/sub/file; ln -s $PWD/outside /tmp/d/link; mknod /tmp/d/dev c 1 3"
	run -1 flow cp web:/tmp/d/. target
	has "cannot overwrite" "target/sub with a directory"
	[ -z "$(ls outside)" ]
	run -0 flow cp web:/tmp/d fresh
	has 'left out "fresh/dev"'
	[ -L fresh/link ]
	[ ! -e fresh/dev ]
}

@test "E2 a copy that fails, or is killed, leaves the file that is there" {
	web
	inside 'head -c 3000000 /dev/urandom >/tmp/big; mkdir /tmp/d; cp /tmp/big /tmp/d'
	mkdir d
	echo mine | tee big >d/big
	# a full disk
	run -1 bash -c 'trap "" XFSZ; ulimit -f 1000; "$FLOW" cp web:/tmp/big big 2>&1'
	has "cannot write" "big: File too large"
	run -1 bash -c 'trap "" XFSZ; ulimit -f 1000; "$FLOW" cp web:/tmp/d/. d 2>&1'
	has "cannot write" "big: File too large"
	[ "$(cat big d/big)" = $'mine\nmine' ]
	[ "$(ls -A d)" = big ]
	# its end, without a word
	proxied stall@/archive
	begin log cp web:/tmp/big big
	until_true test -s .big.docker-flow-1
	kill -9 "$pid"
	ends 137
	DOCKER_HOST=$ENGINE
	[ "$(cat big)" = mine ]
	flow cp web:/tmp/big big
	[ "$(stat -c %s big)" = 3000000 ]
	[ ! -e .big.docker-flow-1 ]
}

@test "E3 an empty path is refused, whichever end it is of" {
	web
	touch file
	run -2 flow cp "" web:/tmp
	has "source can not be empty" "usage: docker-flow cp"
	run -2 flow cp web:/etc/passwd ""
	has "destination can not be empty"
	run -2 flow cp "" ""
	has "source can not be empty"
	for args in 'web: out' 'file web:' '- web:'; do
		run -2 flow cp $args
		has "web:: path cannot be empty"
	done
	[ "$(ls)" = $'compose.yaml\nfile' ]
	inside 'test ! -e /file'
}

@test "E4 devices and sockets are told; a file without a size comes whole" {
	web
	inside 'mknod /tmp/dev c 1 3'
	run -1 flow cp web:/tmp/dev out
	has 'cannot copy "out": it is a device or a socket'
	[ ! -e out ]
	mkdir tree
	echo x >tree/file
	mknod tree/dev c 1 3
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")'
	run -0 flow cp tree web:/tmp
	has "warning: left out $PWD/tree/dev: a device or a socket" "warning: left out $PWD/tree/socket"
	[ "$(inside 'ls /tmp/tree')" = file ]
	flow cp /proc/cpuinfo web:/tmp/cpuinfo
	inside 'grep -q processor /tmp/cpuinfo'
	flow cp /sys/kernel/mm/transparent_hugepage/enabled web:/tmp/sys
	inside 'grep -q never /tmp/sys'
	# one that does not end: the pages that this process could have
	run -1 flow cp /proc/self/pagemap web:/tmp/none
	has "the file is too large" "at most 16 MiB"
	inside 'test ! -e /tmp/none'
}

@test "200 MB and 10 000 files, memory stays flat" {
	web
	cat >measured.py <<-'PYTHON'
		import resource, subprocess, sys
		code = subprocess.run(sys.argv[2:]).returncode
		open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
		sys.exit(code)
	PYTHON
	python3 measured.py least "$FLOW" cp measured.py web:/tmp
	mkdir big many
	head -c 100000000 /dev/urandom >big/one
	cp big/one big/two
	(cd many && seq -f 'file%05g' 10000 | split -l 1 -a 4 -)
	for path in big many; do
		python3 measured.py in "$FLOW" cp $path web:/tmp/$path
		python3 measured.py out "$FLOW" cp web:/tmp/$path back
		diff -rq $path back
		rm -rf back
		[ "$(cat in)" -le $(($(cat least) + 8192)) ] || { cat least in; return 1; }
		[ "$(cat out)" -le $(($(cat least) + 8192)) ] || { cat least out; return 1; }
	done
}

@test "an interrupt of a copy out leaves what was there, and nothing else" {
	one_service
	flow up -d
	flow exec -T web dd if=/dev/zero of=/big bs=1M count=300
	echo old >target
	mkdir into
	mv target into/
	for signal in INT:130 TERM:143 HUP:129; do
		begin log cp web:/big into/target
		until_true eval '[ "$(ls -A into | wc -l)" = 2 ]'
		kill -"${signal%:*}" "$pid"
		ends "${signal#*:}"
		[ ! -s log ]
		[ "$(ls -A into)" = target ]
		[ "$(cat into/target)" = old ]
	done
}
