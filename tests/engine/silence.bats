# An engine, or what is between it and us, from which nothing comes any more: no command waits for ever.
bats_require_minimum_version 1.5.0
load helper

# silent FAULT: the engine through the proxy, and a second of silence is too much
silent() {
	proxied "$1"
	export COMPOSE_HTTP_TIMEOUT=1
}

# quick COMMAND…: within 20 seconds
quick() { timeout -k 5 20 "$@"; }

@test "B2 a subscription to events whose answer never comes is asked again, and says so" {
	one_service
	proxied 500@never
	flow up -d
	number=$(grep -m1 /events requests | cut -d' ' -f1)
	flow down -t 0
	DOCKER_HOST=$ENGINE
	rm p.sock
	silent "silence@$number"
	run -0 quick "$FLOW" up -d
	has "the engine's events were interrupted" "looking at what was missed"
	DOCKER_HOST=$ENGINE is web-1 running
}

@test "B2 events that stop: what was missed is found" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    healthcheck: {test: [CMD, test, -e, /ready], interval: 1s, retries: 1000}
		    x-flow: {healthcheck: {container: true, early: false}}
		  web: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [db]}}
	YAML
	silent stall@/events
	begin log up -d
	DOCKER_HOST=$ENGINE
	until_true is db-1 running
	docker exec "$PROJECT-db-1" touch /ready
	ends 0
	DOCKER_HOST=$ENGINE is web-1 running
}

@test "B2 an engine that answers nothing any more is given up" {
	one_service
	proxied 500@never # to be built
	"$BATS_TEST_DIRNAME/../../build/tests/faultproxy" --fault deaf@4+ silent.sock "${ENGINE#unix://}" 3>&- &
	until [ -S silent.sock ]; do kill -0 $!; done
	export DOCKER_HOST=unix://$PWD/silent.sock COMPOSE_HTTP_TIMEOUT=1
	from=$SECONDS
	run -1 quick "$FLOW" up -d
	[ $((SECONDS - from)) -lt 20 ]
	has "the engine takes connections, but has not answered for"
	DOCKER_HOST=$ENGINE flow up -d
	[ "$(DOCKER_HOST=$ENGINE names)" = web-1 ]
}

@test "B2 a stop whose answer never comes is looked up" {
	one_service
	flow up -d
	silent silence@/stop
	run -0 quick "$FLOW" down -t 1
	[ -z "$(DOCKER_HOST=$ENGINE names)" ]
}
