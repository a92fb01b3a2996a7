# Configs and secrets that are uploaded: whose they are, what is read for them.
bats_require_minimum_version 1.5.0
load helper

@test "D6 D4 uploaded files belong to the service's user, by number or by the image's names, and are of today" {
	docker run --name "$PROJECT-base" --label "com.docker.compose.project=$PROJECT" busybox sh -c \
		'mkdir -p /etc; echo app:x:11:12::/:/bin/sh >/etc/passwd; echo staff:x:33: >/etc/group'
	docker commit "$PROJECT-base" "$PROJECT-names" >/dev/null
	docker commit -c 'USER app' "$PROJECT-base" "$PROJECT-user" >/dev/null
	docker rm "$PROJECT-base" >/dev/null
	compose <<-YAML
		x-it: &it {image: $PROJECT-names, init: true, command: sleep 1000, secrets: [{source: token, mode: 0400}], configs: [{source: note, target: /note}]}
		services:
		  numbers: {<<: *it, user: "1234:4321"}
		  number: {<<: *it, user: "11"}
		  name: {<<: *it, user: "app:staff"}
		  image: {<<: *it, image: $PROJECT-user}
		  root: {<<: *it}
		  own: {<<: *it, user: "1234:4321", secrets: [{source: token, uid: "5", gid: "6"}]}
		secrets: {token: {environment: TOKEN}}
		configs: {note: {content: x}}
	YAML
	before=$(date +%s)
	TOKEN=abc flow up -d
	for wanted in numbers=1234:4321 number=11:12 name=11:33 image=11:12 root=0:0; do
		name=$PROJECT-${wanted%=*}-1
		[ "$(docker exec "$name" stat -c %u:%g /run/secrets/token /note | uniq)" = "${wanted#*=}" ]
		[ "$(docker exec "$name" cat /run/secrets/token)" = abc ]
		[ "$(docker exec "$name" stat -c %Y /run/secrets/token)" -ge "$before" ]
	done
	[ "$(docker exec "$PROJECT-own-1" stat -c %u:%g:%a /run/secrets/token)" = 5:6:444 ]
	flow down
	docker rmi "$PROJECT-user" "$PROJECT-names" >/dev/null
}

@test "B5 a pipe is uploaded whole, to every container; what does not end is refused before anything" {
	mkfifo pipe
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000, scale: 2, secrets: [token], x-flow: {files: upload}}
		secrets: {token: {file: ./pipe}}
	YAML
	head -c 200000 /dev/zero | tr '\0' x >pipe 3>&- &
	flow up -d
	for number in 1 2; do
		[ "$(docker exec "$PROJECT-web-$number" sh -c 'tr -d x </run/secrets/token | wc -c; wc -c </run/secrets/token' | xargs)" = "0 200000" ]
	done
	flow down
	sed -i 's|./pipe|/dev/zero|' compose.yaml
	for command in plan "up -d"; do
		run flow $command
		[ "$status" -eq 2 ]
		[[ $output == *"compose.yaml:2:"*"services.web.secrets: read /dev/zero: the file is too large"*"hint: at most 16 MiB are read"* ]]
	done
	[ -z "$(docker network ls -q --filter "label=com.docker.compose.project=$PROJECT")" ]
}

@test "C6 an empty content of a config is an empty file, an empty variable makes none" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000, configs: [empty, unset]}
		configs: {empty: {content: ""}, unset: {environment: NOTHING}}
	YAML
	NOTHING='' flow up -d
	[ "$(docker exec "$PROJECT-web-1" stat -c '%F %s' /empty)" = "regular empty file 0" ]
	run docker exec "$PROJECT-web-1" stat /unset
	[ "$status" -ne 0 ]
}

@test "A3 the label of inputs has no digest of a secret that guesses could be tested against" {
	compose <<-YAML
		services:
		  web: {image: busybox, init: true, command: sleep 1000, secrets: [token]}
		secrets: {token: {environment: TOKEN}}
	YAML
	TOKEN=1234 flow up -d
	label=$(docker inspect -f '{{index .Config.Labels "docker-flow.inputs"}}' "$PROJECT-web-1")
	guess=$(printf '%d:%s;18:/run/secrets/token;1234' "${#PROJECT}" "$PROJECT" | sha256sum | cut -c1-8)
	[[ $label =~ \;file:/run/secrets/token=[0-9a-f]{4}\.[0-9a-f]{8}$ && $label != *"$guess"* ]]
	TOKEN=1234 run -0 flow plan
	[ "$output" = 'nothing to do' ]
	TOKEN=1235 run -0 flow plan
	has 'inputs changed (file /run/secrets/token)'
}

@test "A3 below a read-only root a secret is in a volume that goes with its container, whoever it belongs to" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, read_only: true, command: sleep 1000, secrets: [token], volumes: [/kept]}
		secrets: {token: {environment: TOKEN}}
	YAML
	export TOKEN=abc
	# volumes: how many hold a file of that name
	holding() { docker volume ls -q --filter dangling=true | xargs -I{} docker run --rm --network none -v {}:/v busybox ls /v | grep -c token || true; }
	before=$(holding)
	flow up -d --scale web=2
	flow up -d --force-recreate --scale web=2
	[ "$(docker exec "$PROJECT-web-2" cat /run/secrets/token)" = abc ]
	TOKEN=def flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /run/secrets/token)" = def ]
	flow rm -fs
	flow run web true
	flow up -d
	flow down --remove-orphans
	[ "$(holding)" = "$before" ]
	# an anonymous volume of the file stays, as ever
	flow up -d
	kept=$(docker inspect -f '{{range .Mounts}}{{if eq .Destination "/kept"}}{{.Name}}{{end}}{{end}}' "$PROJECT-web-1")
	flow down
	docker volume inspect "$kept" >/dev/null
	# an image that was made of such a container has its labels: they mean nothing there
	flow up -d
	docker commit "$PROJECT-web-1" "$PROJECT-image" >/dev/null
	flow down
	compose <<-YAML
		services:
		  web: {image: $PROJECT-image, volumes: [/run/secrets], environment: [TOKEN], init: true, command: sleep 1000}
	YAML
	flow up -d
	docker exec "$PROJECT-web-1" sh -c 'echo >/run/secrets/mine'
	TOKEN=other flow up -d
	docker exec "$PROJECT-web-1" test -f /run/secrets/mine
	flow down -v
	docker rmi "$PROJECT-image" >/dev/null
	# whoever has its volumes, too, takes them along
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, read_only: true, command: sleep 1000, secrets: [token], x-flow: {replace: start-first}}
		  too: {image: busybox, init: true, command: sleep 1000, volumes_from: [web]}
		secrets: {token: {environment: TOKEN}}
	YAML
	flow up -d
	TOKEN=def flow up -d
	[ "$(docker exec "$PROJECT-too-1" cat /run/secrets/token)" = def ]
	flow down
	[ "$(holding)" = "$before" ]
	# somebody else's use of it counts more
	flow up -d
	docker run -d --name "$PROJECT-other" --volumes-from "$PROJECT-web-1" busybox sleep 1000
	flow down
	[ "$(docker exec "$PROJECT-other" cat /run/secrets/token)" = abc ]
}

@test "B5 a config that cannot reach its place below a read-only root is refused before anything is made" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, read_only: true, command: sleep 1000, configs: [note]}
		configs: {note: {content: x}}
	YAML
	run -2 flow up -d
	has 'compose.yaml:2:' 'services.web.configs: config note cannot be uploaded to /note: the root of the container is read-only' 'a `target` in a directory'
	[ -z "$(docker network ls -q --filter "name=^${PROJECT}_")" ]
}

@test "D6 a container that docker compose could not give a secret is made anew" {
	need_peer
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, read_only: true, command: sleep 1000, secrets: [token]}
		secrets: {token: {environment: TOKEN}}
	YAML
	export TOKEN=abc
	peer create
	run -0 flow plan
	has 'never run, and made by another tool without room for its configs and secrets'
	flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /run/secrets/token)" = abc ]
	flow down
}

@test "A3 what an image or another service has above an upload is nobody's volume for uploads, and its data stays" {
	printf 'FROM busybox\nVOLUME /data/ /other\n' | DOCKER_BUILDKIT=0 docker build -q -t "$PROJECT-data" - >/dev/null
	compose <<-YAML
		x-sleeper: &sleeper {image: $PROJECT-data, init: true, command: sleep 1000, network_mode: none, environment: {N: "\${N:-1}"}}
		services:
		  web:
		    <<: *sleeper
		    read_only: true
		    configs: [{source: c, target: /data/c}, {source: c, target: /other/sub/c}, {source: c, target: /own/c}]
		  borrower:
		    <<: *sleeper
		    image: busybox
		    read_only: true
		    volumes_from: [lender]
		    configs: [{source: c, target: /shared/sub/c}, {source: c, target: /data/c}]
		  lender: {image: $PROJECT-data, init: true, command: sleep 1000, network_mode: none, volumes: ["shared:/shared"]}
		  plain: *sleeper
		volumes: {shared: }
		configs: {c: {content: hello}}
	YAML
	kept() {
		docker exec "$PROJECT-web-1" cat /data/k /other/sub/k
		docker exec "$PROJECT-borrower-1" cat /shared/sub/k
		docker exec "$PROJECT-plain-1" cat /data/k
	}
	flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /data/c /other/sub/c /own/c)" = hellohellohello ]
	[ "$(docker exec "$PROJECT-borrower-1" cat /shared/sub/c /data/c)" = hellohello ]
	[ "$(field web-1 '{{index .Config.Labels "docker-flow.uploads"}}' | tail -n +2)" = /own ]
	docker exec "$PROJECT-web-1" sh -c 'echo kept | tee /data/k >/other/sub/k'
	docker exec "$PROJECT-borrower-1" sh -c 'echo kept >/shared/sub/k'
	docker exec "$PROJECT-plain-1" sh -c 'echo kept >/data/k'
	docker exec "$PROJECT-lender-1" sh -c 'echo kept >/data/k'
	flow up -d --scale borrower=2 borrower # the lender's image is not asked for
	[ "$(docker exec "$PROJECT-borrower-2" cat /data/k /shared/sub/k)" = $'kept\nkept' ]
	[ "$(flow run --rm borrower cat /data/k /data/c)" = $'kept\nhello' ]
	N=2 flow up -d
	[ "$(kept)" = $'kept\nkept\nkept\nkept' ]
	volumes=$(docker inspect -f '{{range .Mounts}}{{if eq .Type "volume"}}{{if ne .Destination "/own"}}{{.Name}} {{end}}{{end}}{{end}}' "$PROJECT-web-1" "$PROJECT-plain-1" "$PROJECT-lender-1" | sed "s/${PROJECT}_shared //")
	flow down
	# shellcheck disable=SC2086 # names
	docker volume inspect $volumes >/dev/null
	# shellcheck disable=SC2086
	docker volume rm $volumes >/dev/null
	docker rmi "$PROJECT-data" >/dev/null
}

@test "A3 what was mounted before is no place for uploads: it stays as it was, and goes with nobody" {
	mkdir host
	sleeper='image: busybox, init: true, command: sleep 1000, network_mode: none, read_only: true'
	compose <<<"services: {web: {$sleeper, volumes: [/data, './host:/bound']}}"
	flow up -d
	docker exec "$PROJECT-web-1" sh -c 'echo kept >/data/k'
	volume=$(field web-1 '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}{{end}}{{end}}')
	for n in 1 2; do
		compose <<<"{services: {web: {$sleeper, environment: {N: '$n'}, configs: [{source: c, target: /data/c}, {source: c, target: /bound/c}]}}, configs: {c: {content: hello}}}"
		flow up -d
		[ "$(docker exec "$PROJECT-web-1" cat /data/c /bound/c)" = hellohello ]
		[ "$(field web-1 '{{range .Mounts}}{{.Type}} {{.Destination}} {{end}}' | xargs -n2 | sort | xargs)" = "volume /bound volume /data" ]
		[ -z "$(ls host)" ]
	done
	flow down
	[ "$(docker run --rm -v "$volume:/data" busybox cat /data/k)" = kept ]
	docker volume rm "$volume" >/dev/null
}

@test "B5 a config under a tmpfs or in a volume that is read-only is told at its place, once" {
	try() { compose <<<"{services: {web: {image: busybox, init: true, command: sleep 1000, network_mode: none, $1, configs: [{source: c, target: /data/c}]}}, volumes: {v: }, configs: {c: {content: hello}}}"; }
	for root in 'read_only: true' 'read_only: false'; do
		try "$root, volumes: [{type: volume, source: v, target: /data, read_only: true}]"
		run -2 flow up -d
		has "compose.yaml:1:" "services.web.configs: config c cannot be uploaded to /data/c: /data is mounted read-only" "hint:"
		[ -z "$(ids)" ]
	done
	try 'read_only: true, tmpfs: [/data]'
	run -2 flow up -d
	has "config c cannot be uploaded to /data/c: /data is a tmpfs" "in a directory below"
	try 'tmpfs: [/data/]'
	run -0 flow up -d
	has "warning: services.web.configs: /data/c is not seen in the container: the tmpfs /data is mounted over it" "in a directory below"
	[ "$(grep -c warning: <<<"$output")" = 1 ]
	[ -z "$(field web-1 '{{range .Mounts}}{{.Type}} {{end}}')" ]
}

@test "A3 what a container of others lends is not hidden by a volume for uploads" {
	docker run -d --name "$PROJECT-outer" -v /data busybox sh -c 'echo kept >/data/k; exec sleep 1000' >/dev/null
	until_true docker exec "$PROJECT-outer" test -s /data/k
	compose <<<"{services: {web: {image: busybox, init: true, command: sleep 1000, network_mode: none, read_only: true, volumes_from: ['container:$PROJECT-outer'], configs: [{source: c, target: /data/c}]}}, configs: {c: {content: hello}}}"
	flow up -d
	[ "$(docker exec "$PROJECT-web-1" cat /data/k /data/c)" = $'kept\nhello' ]
	flow up -d --force-recreate
	[ "$(flow run --rm web cat /data/k /data/c)" = $'kept\nhello' ]
	flow down
	[ "$(docker exec "$PROJECT-outer" cat /data/k)" = kept ]
	docker rm -fv "$PROJECT-outer" >/dev/null
}
