# Beside docker compose: what one tool has made, the other leaves as it is and can go on with.
bats_require_minimum_version 1.5.0
load helper

# either_adopts: what one has made, an `up` of the other leaves, both ways
either_adopts() {
	local before
	peer up -d
	before=$(ids)
	flow up -d
	[ "$(ids)" = "$before" ]
	flow down -t 0
	flow up -d
	before=$(ids)
	peer up -d
	[ "$(ids)" = "$before" ]
}

@test "label files, the engine's socket and paths of the home directory" {
	need_peer
	mkdir home
	echo a=1 >home/a.labels
	export HOME=$PWD/home
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    network_mode: none
		    label_file: "~/./a.labels"
		    volumes: ["~/x/:/x", "~/../y:/y"]
		  tool:
		    image: busybox
		    init: true
		    command: sleep 1000
		    network_mode: none
		    use_api_socket: true
		    environment: {A: b}
		    cap_add: [sys_time]
	YAML
	either_adopts
	[ "$(docker inspect -f '{{range .Mounts}}{{.Source}} {{end}}' "$PROJECT-web-1" | tr ' ' '\n' | sort | paste -sd' ')" = " $PWD/home/x $PWD/y" ]
}

@test "D1 the credentials beside the engine's socket are docker compose's, byte by byte" {
	need_peer
	mkdir docker
	printf '{"auths": {"r.example": {"auth": "dXNlcjpwYXNz"}, "https://index.docker.io/v1/": {"auth": "YTpi"}, "t.example": {"auth": "", "identitytoken": "tok"}}}' >docker/config.json
	compose <<<'services: {web: {image: busybox, init: true, command: sleep 1000, network_mode: none, use_api_socket: true}}'
	for config in "$PWD/docker" "$PWD/none"; do
		export DOCKER_CONFIG=$config
		peer up -d
		docker cp "$PROJECT-web-1:/run/secrets/docker/config.json" theirs
		peer down -t 0
		flow up -d
		docker cp "$PROJECT-web-1:/run/secrets/docker/config.json" ours
		flow down -t 0
		cmp theirs ours
	done
}

@test "docker compose starts a stack of flow's without its file" {
	need_peer
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: sleep 1000
		    network_mode: none
		    depends_on: {db: {condition: service_started}, off: {condition: service_started, required: false}}
		  db: {image: busybox, init: true, command: sleep 1000, network_mode: none, depends_on: [cache]}
		  cache: {image: busybox, init: true, command: sleep 1000, network_mode: none}
		  off: {image: busybox, network_mode: none, profiles: [never]}
	YAML
	flow up -d web
	mkdir elsewhere
	cd elsewhere
	peer -p "$PROJECT" stop -t 0
	peer -p "$PROJECT" start
	cd ..
	flow down -t 0
	flow up -d --no-deps db
	cd elsewhere
	peer -p "$PROJECT" stop -t 0
	peer -p "$PROJECT" start
	[ "$(docker inspect -f '{{.State.Running}}' "$PROJECT-db-1")" = true ]
}

@test "a container that others name is made before them, and they are remade with it" {
	compose <<-YAML
		services:
		  side: {image: busybox, init: true, command: sleep 1000, network_mode: none, ipc: "container:$PROJECT-vpn", pid: "container:$PROJECT-vpn"}
		  app: {image: busybox, init: true, command: sleep 1000, network_mode: "container:$PROJECT-vpn", volumes_from: ["container:$PROJECT-db-1"]}
		  db: {image: busybox, init: true, command: sleep 1000, network_mode: none, volumes: [/data]}
		  vpn: {image: busybox, init: true, command: sleep 1000, network_mode: none, ipc: shareable, container_name: $PROJECT-vpn}
	YAML
	flow up -d
	run -0 flow up -d
	has "nothing to do"
	sed -i 's/ipc: shareable/&, hostname: changed/' compose.yaml
	flow up -d -t 0
	[ "$(docker inspect -f '{{.State.Running}}' "$PROJECT-side-1" "$PROJECT-app-1" | sort -u)" = true ]
	[ "$(docker inspect -f '{{.HostConfig.IpcMode}}' "$PROJECT-side-1")" = "container:$(docker inspect -f '{{.Id}}' "$PROJECT-vpn")" ]
}
