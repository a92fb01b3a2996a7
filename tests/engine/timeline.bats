# What `up` records of its runs, and `timeline` makes of it.
bats_require_minimum_version 1.5.0
load helper

runs() { find "$XDG_STATE_HOME/docker-flow/runs" -type f -name "$PROJECT.*.json"; }

# db is ready after a second, web waits for it
slow_stack() {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sh -c 'sleep 1; touch /ready; exec sleep 1000'
		    x-flow: {healthcheck: {exec: [test, -e, /ready], interval: 100ms}}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YAML
}

@test "up records what its steps have taken: the way that it took, and what to fix first" {
	slow_stack
	run -1 flow timeline
	has "no run of project $PROJECT is recorded in $XDG_STATE_HOME/docker-flow/runs" "up\` records what it takes"
	flow --progress quiet up -d
	[ "$(runs | wc -l)" = 1 ]
	[ "$(stat -c %a "$(runs)" "$XDG_STATE_HOME/docker-flow/runs" | paste -sd' ')" = "600 700" ]
	run -0 flow timeline
	[[ ${lines[0]} =~ ^"up of $PROJECT: "[0-9.]+" s"$ ]]
	has "gate db (healthy)" ". db took "
	flow timeline --format json >run.json
	[ "$(jq -r '.project + " " + .command + " \(.ok)"' run.json)" = "$PROJECT up true" ]
	# the path goes through the gate, without a hole, to the start of web; a look at what has started takes its time on a slow machine
	jq -e '[.path[] | select(.kind != "after") | .words] | index("gate db (healthy)") and (.[-1] == "container '"$PROJECT"'-web-1 start")' run.json
	jq -e '[.path | range(length - 1) as $i | .[$i + 1].began - .[$i].ended] | all(. < 0.02 and . > -0.000002)' run.json
	# as the engine says: web begins when the gate is over, and after it has its times
	jq -e '(.steps[] | select(.object == "gate")) as $gate | (.steps[] | select(.name == "'"$PROJECT"'-web-1" and .verb == "start")) as $web |
		$web.began >= $gate.ended and $gate.ended - $gate.began > 0.5 and $gate.check == "exec" and $web.ended <= .took' run.json
}

@test "timeline draws in every format; --list and --run choose" {
	slow_stack
	flow --progress quiet up -d db
	flow --progress quiet up -d
	run -0 flow timeline --list
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} =~ ^" 1  "[0-9]{4}-.*"  up of $PROJECT: " ]]
	[ "$(flow timeline --list --format json | jq -r 'map("\(.run) \(.command) \(.ok)") | join(",")')" = "1 up true,2 up true" ]
	flow timeline --format json | jq -e '[.steps[].name] | any(. == "'"$PROJECT"'-web-1")'
	flow timeline --format json --run 2 | jq -e '[.steps[].name] | all(. != "'"$PROJECT"'-web-1")'
	run -2 flow timeline --run 3
	has "--run 3: there are 2, 1 is the latest"
	run -2 flow timeline --list --format svg
	run -2 flow timeline --list --run 1
	flow timeline --format svg >run.svg
	flow timeline --format html >run.html
	python3 -c 'import xml.dom.minidom as x; x.parse("run.svg")'
	[[ $(<run.html) == "<!DOCTYPE html>"*"What to fix first"*"<svg "*"</html>" ]]
	# trace events: each with a begin and a length, on a named row
	flow timeline --format trace --run 2 | jq -e '.traceEvents | map(select(.ph == "X")) |
		length > 2 and all((.ts | type) == "number" and (.dur | type) == "number" and .tid >= 1)'
	flow timeline --format trace | jq -e '[.traceEvents[] | select(.name == "thread_name").args.name] | any(. == "container '"$PROJECT"'-web-1")'
}

@test "timeline finds the project as the others do, without an engine" {
	compose <<-'YAML'
		name: other-name
		services: {web: {image: busybox, init: true, command: sleep 1000}}
	YAML
	ALSO_PROJECTS=other-name
	unset COMPOSE_PROJECT_NAME
	flow --progress quiet up -d
	DOCKER_HOST=unix://$PWD/none.sock run -0 flow timeline
	has "up of other-name: "
	cd /
	DOCKER_HOST=unix:///none.sock run -0 flow -p other-name timeline
	DOCKER_HOST=unix:///none.sock run -1 flow -p another timeline
	has "no run of project another"
}

@test "an up with nothing to do writes nothing, and asks no more" {
	one_service
	flow --progress quiet up -d
	before=$(find "$XDG_STATE_HOME" -printf '%p %T@\n')
	FLOW_TRACE=trace run -0 flow up -d
	[ "$(find "$XDG_STATE_HOME" -printf '%p %T@\n')" = "$before" ]
	[ "$(requests trace)" -le 3 ]
	rm -r "$XDG_STATE_HOME"
	run -0 flow up -d
	[ ! -e "$XDG_STATE_HOME" ]
	run -0 flow --dry-run up -d --force-recreate
	[ ! -e "$XDG_STATE_HOME" ]
}

@test "what cannot be recorded is no failure of up" {
	one_service
	touch file
	XDG_STATE_HOME=$PWD/file FLOW_TRACE=trace run -0 flow --progress plain up -d
	[[ $output != *file* && $output != *record* ]]
	grep -q '"what":"record".*Not a directory' trace
	XDG_STATE_HOME=/proc/self run -0 flow --progress quiet up -d --force-recreate
	[ -z "$output" ]
	env -u XDG_STATE_HOME HOME=/proc/self "$FLOW" --progress quiet up -d --force-recreate
}

@test "a run that fails, and one that is interrupted, are recorded, too" {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    x-flow: {healthcheck: {exec: [test, -e, /ready], interval: 100ms, retries: 3}}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}
	YAML
	run -1 flow --progress quiet up -d
	run -0 flow timeline
	has "up of $PROJECT: " ", 1 failed" "failed: gate db (healthy): " "not begun: container $PROJECT-web-1 start"
	flow timeline --format json | jq -e '(.ok | not) and ([.steps[] | select(.state == "failed")] | length == 1)'
	[[ $(flow timeline --format svg) == *" failed</text>"* ]]
	one_that_waits
	begin log up -d
	until_true grep -q 'Gate db  Waiting' log
	kill -INT "$pid"
	ends 130
	flow timeline --format json | jq -e '.ok | not'
	[ "$(flow timeline --list | wc -l)" = 2 ]
}

@test "up with output is recorded while it is attached; scale and create by their names" {
	one_service
	begin log up
	until_true test -d "$XDG_STATE_HOME/docker-flow/runs"
	until_true flow timeline
	kill -INT "$pid"
	ends 130
	flow --progress quiet scale web=2
	[[ $(flow timeline) == "scale of $PROJECT: "* ]]
	flow --progress quiet create --force-recreate
	[[ $(flow timeline) == "create of $PROJECT: "* ]]
}

@test "a record that others have spoilt is an error that names it" {
	one_service
	flow --progress quiet up -d
	echo '{"project":' >"$(runs)"
	run -1 flow timeline
	has "$(runs)" "not JSON"
	echo '{"project":1}' >"$(runs)"
	run -1 flow timeline
	has "$(runs)" "project is a number"
	run -0 flow timeline --list
	[ -z "$output" ]
}

# collector ARGUMENT…: one that writes to ./spans; ENDPOINT is where
collector() {
	beside collector.log python3 "$BATS_TEST_DIRNAME/collector.py" spans port "$@"
	until_true test -e port
	ENDPOINT=http://127.0.0.1:$(<port)
}

@test "a run goes to the collector that the environment names, as one trace" {
	slow_stack
	collector
	OTEL_EXPORTER_OTLP_ENDPOINT=$ENDPOINT/ OTEL_EXPORTER_OTLP_HEADERS='x-key=a%20b, other=1' OTEL_SERVICE_NAME=ci \
		TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 flow --progress quiet up -d
	until_true test -s spans
	jq -e '.path == "/v1/traces" and .headers["x-key"] == "a b" and .headers.other == "1" and .headers["Content-Type"] == "application/json"' spans
	jq -e '.resource.attributes[] | select(.key == "service.name").value.stringValue == "ci"' spans
	jq -e '.spans[0] | .name == "up '"$PROJECT"'" and .traceId == "0af7651916cd43dd8448eb211c80319c" and .parentSpanId == "b7ad6b7169203331"' spans
	# all steps are parts of the run, and web's start is linked to the gate
	jq -e '.spans as $s | $s[1:] | all(.parentSpanId == $s[0].spanId)' spans
	jq -e '(.spans[] | select(.name == "gate db (healthy)")) as $gate |
		.spans[] | select(.name == "container '"$PROJECT"'-web-1 start") | any(.links[]; .spanId == $gate.spanId)' spans
	# the same, for those who send it themselves
	[ "$(flow timeline --format otlp | jq '.resourceSpans[0].scopeSpans[0].spans | length')" = "$(jq '.spans | length' spans)" ]
	# nothing to do is nothing to send
	OTEL_EXPORTER_OTLP_ENDPOINT=$ENDPOINT flow --progress quiet up -d
	OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=$ENDPOINT/mine OTEL_TRACES_EXPORTER=none flow --progress quiet up -d --force-recreate web
	OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=$ENDPOINT/mine flow --progress quiet up -d --force-recreate web
	until_true grep -q '"/mine"' spans
	[ "$(wc -l <spans)" = 2 ]
}

@test "a collector that is silent, away or refuses neither fails nor slows up" {
	one_service
	collector silent
	began=$SECONDS
	OTEL_EXPORTER_OTLP_TIMEOUT=60000 OTEL_EXPORTER_OTLP_ENDPOINT=$ENDPOINT run -0 flow --progress quiet up -d
	[ -z "$output" ] # and nobody holds what it has been read through
	[ $((SECONDS - began)) -lt 55 ]
	kill "$pid"
	OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 run -0 flow --progress quiet up -d --force-recreate
	OTEL_EXPORTER_OTLP_ENDPOINT=nonsense run -0 flow --progress quiet up -d --force-recreate
	rm port
	collector status 500
	OTEL_EXPORTER_OTLP_ENDPOINT=$ENDPOINT run -0 flow --progress quiet up -d --force-recreate
	until_true test -s spans
	# no lock is held by the child either
	run -0 flow --progress quiet up -d
}

@test "F2 what takes a failure back waited for the failure, and is nobody's advice" {
	probed() {
		compose <<-YAML
			services:
			  api: {image: busybox, init: true, command: "$1", x-flow: {healthcheck: {tcp: {port: 9000}, interval: 200ms, retries: 3}}}
			  c: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [api]}}
		YAML
	}
	probed 'httpd -f -p 9000'
	flow --progress quiet up -d
	probed 'httpd -f -p 9009'
	run -1 flow --progress quiet up -d
	flow timeline --format json >run.json
	# the gate is on the way, before the stop of what had failed
	jq -e '[.path[].words] | index("gate api (healthy)") as $gate | .[$gate + 1] | startswith("container '"$PROJECT"'-api-1 stop")' run.json
	run -0 flow timeline
	has "api was given up after" "container $PROJECT-api-1 is unhealthy"
	[[ $output != *"could have begun"* && $output != *"starts one after another"* ]]
}

@test "F2 what is looked at after the last start is told as what it was" {
	compose <<<'services: {migrate: {image: busybox, init: true, command: "true", restart: "no"}, web: {image: busybox, init: true, command: sleep 1000}}'
	flow --progress quiet up -d migrate
	run -0 flow timeline
	[[ $output != *--wait* ]]
	flow --progress quiet up -d --wait web
	run -0 flow timeline
	has "--wait watched for"
}
