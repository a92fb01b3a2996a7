# Services chosen by +svc, svc+, globs and --except.
bats_require_minimum_version 1.5.0
load helper

states() { docker ps -a --filter "label=com.docker.compose.project=$PROJECT" --format '{{.Names}} {{.State}}' | sed "s/^$PROJECT-//" | sort | paste -sd, ; }

@test "what is up or down the stream, and what is excepted, of each kind of command" {
	compose <<-'YAML'
		x-run: &run {image: busybox, init: true, command: [sh, -c, "hostname; exec sleep 1000"], stop_grace_period: 0s}
		services:
		  web: {<<: *run, hostname: web, depends_on: [api]}
		  api: {<<: *run, hostname: api, depends_on: [db]}
		  db: {<<: *run, hostname: db}
		  side: {<<: *run, hostname: side}
	YAML
	flow up -d
	run -0 flow ps --services --except side +api
	[ "$output" = $'api\ndb' ]
	run -0 flow logs --no-log-prefix 'a*' side
	[ "$(sort <<<"$output" | xargs)" = "api side" ]
	flow stop api+
	[ "$(states)" = "api-1 exited,db-1 running,side-1 running,web-1 exited" ]
	mv compose.yaml file
	flow start +api
	[ "$(states)" = "api-1 running,db-1 running,side-1 running,web-1 exited" ]
	run -2 flow start +nosuch
	has "no such service: nosuch"
	flow stop --except db
	[ "$(states)" = "api-1 exited,db-1 running,side-1 exited,web-1 exited" ]
	mv file compose.yaml
	flow up -d
	before=$(docker inspect -f '{{.State.StartedAt}}' "$PROJECT-web-1")
	flow restart --except +web
	[ "$(docker inspect -f '{{.State.StartedAt}}' "$PROJECT-web-1")" = "$before" ]
	flow down db --except web
	[ "$(names)" = "side-1 web-1" ]
	flow up -d --except api
	[ "$(names)" = "db-1 side-1 web-1" ]
}

@test "what its profile switches off is left alone, but by its name and by down" {
	compose <<-'YAML'
		x-run: &run {image: busybox, init: true, network_mode: none, command: sleep 1000, stop_grace_period: 0s}
		services:
		  web: *run
		  debug: {<<: *run, profiles: [debug]}
	YAML
	flow --profile debug up -d
	for words in "kill -s CONT" restart pause unpause stop start kill "rm -fs"; do
		flow $words
		is debug-1 running || { echo "$words"; return 1; }
	done
	flow up -d
	flow stop debug
	[ "$(states)" = "debug-1 exited,web-1 running" ]
	flow --profile debug start
	[ "$(states)" = "debug-1 running,web-1 running" ]
	flow down
	[ -z "$(names)" ]
}

@test "what is excepted and broken is a warning, as with --no-deps" {
	compose <<-'YAML'
		services:
		  slow: {image: busybox, network_mode: none, command: "false"}
		  job: {image: busybox, init: true, network_mode: none, command: sleep 1000, depends_on: {slow: {condition: service_completed_successfully}}}
	YAML
	run -1 flow up -d
	run -0 flow up -d --except slow
	has "warning: services.job.depends_on" "container $PROJECT-slow-1 exited (1), and job needs it"
	is job-1 running
	run -0 flow up -d --no-deps --scale job=2 job
	run -1 flow exec -T --index 9 job true
	has "those that run: 1, 2;" "scale job=N makes more"
	run -0 flow up -d --no-deps job
	run -1 flow exec -T slow true
	has "run --rm slow … needs none that runs"
	# it is told before it happens
	run -0 --separate-stderr bash -c '"$0" --progress plain rm -fs job 2>&1' "$FLOW"
	[[ $output == "Going to remove $PROJECT-job-1"* ]]
}
