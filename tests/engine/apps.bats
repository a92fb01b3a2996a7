# Applications of a registry: upstream first, shared by projects, kept while someone needs them.
bats_require_minimum_version 1.5.0
load helper

# The images of applications run as they are.
setup_file() {
	docker run --name flow-test-app busybox sh -c 'mkdir -p /www/_internal_ && echo ok >/www/_internal_/healthcheck'
	docker commit --change 'CMD ["sh", "-c", "trap \"exit 0\" TERM; sleep 0.5; httpd -p 9000 -h /www; while :; do sleep 0.05; done"]' flow-test-app flow-test/app:latest
	docker rm flow-test-app
}

teardown_file() { docker rmi flow-test/app:latest; }

registry() {
	ALSO_PROJECTS=$PROJECT-apps
	cat >registry.yml <<-'YAML'
		- id: front
		  image: flow-test/app
		  ports: [{healthcheck: {host: vm, port: 47321}, external: 47321, internal: 9000}]
		  dependencies: [cart, users]
		- id: cart
		  image: flow-test/app
		  ports: [{healthcheck: {host: vm, port: 47322}, external: 47322, internal: 9000}]
		  dependencies: [store]
		- id: users
		  image: flow-test/app
		  ports: [{healthcheck: {host: vm, port: 47323}, external: 47323, internal: 9000}]
		  dependencies: [store]
		- id: store
		  image: flow-test/app
		  ports: [{healthcheck: {host: vm, port: 47324}, external: 47324, internal: 9000}]
		  dependencies: []
	YAML
	compose <<-YAML
		x-flow: {registry: [./registry.yml], applications: {project: $PROJECT-apps}}
		services:
		  web: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [cart]}}
	YAML
}
# app ID: its container; apps: those that run
app() { echo "$PROJECT-apps-$1-1"; }
apps() { docker ps --filter "label=com.docker.compose.project=$PROJECT-apps" --format '{{.Names}}' | sed -E "s/^$PROJECT-apps-(.*)-1$/\1/" | sort | paste -sd' '; }
app_started() { since_epoch "$(docker inspect -f '{{.State.StartedAt}}' "$(app "$1")")"; }

@test "up --app starts the application after everything upstream of it" {
	registry
	flow up -d --app cart
	[ "$(apps)" = "cart store" ]
	[ "$(app_started store)" -lt "$(app_started cart)" ]
	[ -z "$(names)" ]
	curl -sf --retry 20 --retry-all-errors --retry-delay 1 http://127.0.0.1:47322/_internal_/healthcheck
	before=$(app_started store)
	flow up -d --app front
	[ "$(apps)" = "cart front store users" ]
	[ "$(app_started store)" = "$before" ]
	for id in cart users; do [ "$(app_started $id)" -lt "$(app_started front)" ]; done
	run -0 flow plan --exit-code --app front
}

@test "a service reaches the application by its name and port, and another project shares it" {
	registry
	flow up -d
	[ "$(apps)" = "cart store" ]
	[ "$(docker exec "$PROJECT-web-1" wget -qO- http://cart:9000/_internal_/healthcheck)" = ok ]
	cart=$(docker inspect -f '{{.Id}}' "$(app cart)")
	run -0 flow plan --exit-code
	mkdir other
	cp compose.yaml registry.yml other
	ALSO_PROJECTS="$PROJECT-apps $PROJECT-other"
	(cd other && flow -p "$PROJECT-other" up -d)
	[ "$(docker inspect -f '{{.Id}}' "$(app cart)")" = "$cart" ]
	flow down
	[ "$(apps)" = "cart store" ]
	run -1 flow down --app cart
	has cart "$PROJECT-other"
	[ "$(apps)" = "cart store" ]
	flow -p "$PROJECT-other" down
	flow down --app cart
	[ -z "$(apps)" ]
}

@test "down --app takes the upstream that only it needs" {
	registry
	flow up -d --app front
	run -1 flow down --app store
	has store
	[ "$(apps)" = "cart front store users" ]
	flow down --app front
	[ -z "$(apps)" ]
	flow up -d --app cart --app users
	flow down --app cart
	[ "$(apps)" = "store users" ]
	flow down --app users
	[ -z "$(apps)" ]
}

@test "a registry alone, without a compose file" {
	registry
	rm compose.yaml
	ALSO_PROJECTS=workstation
	flow up -d --app store
	[ "$(docker inspect -f '{{.State.Status}}' workstation-store-1)" = running ]
	run -0 flow registry ls
	has front cart users store
	run -0 flow registry show cart
	has store 47322
	flow down --app store
	run docker inspect workstation-store-1
	[ "$status" -ne 0 ]
}

@test "a service with the name of an application stands in for it" {
	registry
	cat >>compose.yaml <<-'YAML'
		  store: {image: busybox, init: true, command: sleep 1000}
	YAML
	flow up -d
	[ "$(apps)" = cart ]
	[ "$(names)" = "store-1 web-1" ]
}

@test "run of an application: its command, entrypoint and environment are those that are asked for" {
	registry
	[ "$(flow run --rm -T --no-deps -e A=b --entrypoint "echo x" cart y z)" = 'x y z' ]
	run -4 flow run --rm -T --no-deps -e A=4 store sh -c 'exit $A'
}

@test "an unknown application: the nearest name" {
	registry
	run -2 flow up -d --app cartt
	has cartt cart
	sed -i 's/\[cart\]/[carrt]/' compose.yaml
	run -2 flow up -d
	has carrt cart
}

@test "an application that never gets healthy stops what needs it" {
	registry
	sed -i '/id: store/,$ s/47324}/47324, path: \/nowhere}/' registry.yml
	timeout 6 "$FLOW" up -d >log 2>&1 || true
	[ -z "$(names)" ]
	[ "$(apps)" = store ]
}

@test "what x-flow.ports names is published for a service, too" {
	compose <<-'YAML'
		services:
		  web:
		    image: busybox
		    init: true
		    command: httpd -f -p 80
		    x-flow: {ports: [{internal: 80, external: 47359}]}
	YAML
	flow up -d
	[ "$(flow port web 80)" = 0.0.0.0:47359 ]
	run -0 flow plan --exit-code
	sed -i 's/47359/47360/' compose.yaml
	flow up -d
	[ "$(flow port web 80)" = 0.0.0.0:47360 ]
	flow run --rm -T web true
	run -1 flow run --rm -T --service-ports web true
	has 'port 47360 is already in use'
	docker run -d --name "$PROJECT-other" -p 47361:80 busybox sleep 1000
	sed -i 's/47360/47361/' compose.yaml
	run -1 flow up -d
	has 'compose.yaml:6:' 'services.web.x-flow.ports[0]: cannot replace container' 'port 47361 is already in use'
	[ "$(flow port web 80)" = 0.0.0.0:47360 ]
}

@test "what docker compose has made gets the ports of x-flow, once" {
	need_peer
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000, x-flow: {ports: [{internal: 80, external: 47362}]}}
	YAML
	peer up -d
	run -0 flow plan
	has 'port 47362 of x-flow.ports not published'
	flow up -d
	[ "$(flow port web 80)" = 0.0.0.0:47362 ]
	run -0 flow plan --exit-code
	peer up -d
	[ "$(flow port web 80)" = 0.0.0.0:47362 ]
}
