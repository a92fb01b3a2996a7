/* The graph: edges, order, cycles, selection, probes, drawings. */
#include "base/text/texts.h"
#include "graph_model.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

struct fixture {
	struct arena *arena;
	struct errors errors;
	struct project *project, *applications;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	fixture->arena = arena_create();
	errors_init(&fixture->errors, fixture->arena);
	fixture->project = model_project(fixture->arena, "p");
	fixture->applications = model_project(fixture->arena, "workstation");
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	arena_destroy(fixture->arena);
	free(fixture);
	return 0;
}

static struct dag *build(struct fixture *f, const struct dag_selection *selection)
{
	static const struct dag_selection all = { 0 };
	const struct project **projects = ARENA_ARRAY(f->arena, const struct project *, 2);
	projects[0] = f->project;
	projects[1] = f->applications;
	struct dag *dag = NULL;
	dag_build(f->arena, projects, 2, selection ? selection : &all, &dag, &f->errors);
	return dag;
}

/* All findings as text. */
static const char *findings(struct fixture *f)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	errors_print(out, &f->errors, &(struct error_style){ 0 });
	fclose(out);
	const char *copy = arena_strdup(f->arena, text);
	free(text);
	return copy;
}

static const char *selected(struct fixture *f, const struct dag *dag)
{
	const char *text = "";
	for (size_t i = 0; i < dag->count; i++) {
		if (dag->sorted[i]->selected)
			text = arena_printf(f->arena, "%s%s%s ", text, dag->sorted[i]->service->key,
				dag->sorted[i]->named ? "!" : "");
	}
	return text;
}

static void order_puts_dependencies_first(void **state)
{
	struct fixture *f = *state;
	model_service(f->arena, f->project, "web", "api:healthy cache");
	model_service(f->arena, f->project, "api", "db:healthy");
	model_service(f->arena, f->project, "db", "");
	model_service(f->arena, f->project, "cache", "");
	struct dag *dag = build(f, NULL);
	assert_non_null(dag);
	assert_string_equal(selected(f, dag), "db! api! cache! web! ");
	assert_int_equal(dag_find(dag, "web")->priority, 2);
	assert_int_equal(dag_find(dag, "db")->priority, 0);
	assert_int_equal(dag_find(dag, "db")->ndependents, 1);
	assert_ptr_equal(dag_vertex(dag, f->project->services[1]), dag_find(dag, "api"));
}

static void two_reasons_for_one_dependency_become_the_stronger(void **state)
{
	struct fixture *f = *state;
	struct service *web = model_service(f->arena, f->project, "web", "db:started:optional");
	struct service *db = model_service(f->arena, f->project, "db", "");
	model_flow_needs(f->arena, web, "db");
	model_flow(f->arena, db)->healthcheck = ARENA_NEW(f->arena, struct probe);
	db->flow->healthcheck->kind = PROBE_TCP;
	struct dag *dag = build(f, NULL);
	struct dag_vertex *vertex = dag_find(dag, "web");
	assert_int_equal(vertex->nedges, 1);
	assert_int_equal(vertex->edges[0].condition, CONDITION_HEALTHY);
	assert_true(vertex->edges[0].required);
	assert_int_equal(dag_find(dag, "db")->ndependents, 1);
}

static void d3_container_named_instead_of_its_service(void **state)
{
	struct fixture *f = *state;
	struct service *side = model_service(f->arena, f->project, "side", "");
	struct service *app = model_service(f->arena, f->project, "app", "");
	struct service *old = model_service(f->arena, f->project, "old", "");
	model_service(f->arena, f->project, "vpn", "")->container_name = "vpn";
	model_service(f->arena, f->project, "db-x", "");
	const char *from[] = { arena_printf(f->arena, "container:%s-db-x-2:ro", f->project->name) };
	const char *links[] = { "vpn:v" };
	side->ipc = side->pid = "container:vpn";
	app->network_mode = "container:elsewhere";
	app->volumes_from = from;
	app->nvolumes_from = 1;
	old->external_links = links;
	old->nexternal_links = 1;
	struct dag *dag = build(f, NULL);
	assert_non_null(dag);
	assert_int_equal(dag_find(dag, "side")->nedges, 1);
	const struct dag_edge *edge = &dag_find(dag, "side")->edges[0];
	assert_ptr_equal(edge->to, dag_find(dag, "vpn"));
	assert_string_equal(edge->container, "vpn");
	assert_true(edge->required && edge->restart && edge->condition == CONDITION_STARTED);
	assert_int_equal(dag_find(dag, "app")->nedges, 1);
	assert_ptr_equal(dag_find(dag, "app")->edges[0].to, dag_find(dag, "db-x"));
	assert_false(dag_find(dag, "app")->edges[0].restart);
	assert_int_equal(dag_find(dag, "old")->nedges, 0);
	old->network_mode = "bridge";
	assert_int_equal(dag_find(build(f, NULL), "old")->nedges, 1);
	f->project->services[3]->ipc = "container:vpn"; /* its own name is no reason to wait */
	assert_non_null(build(f, NULL));
	f->project->services[3]->pid = arena_printf(f->arena, "container:%s-side-1", f->project->name);
	assert_null(build(f, NULL));
	assert_non_null(strstr(findings(f), "dependency cycle: side -> vpn -> side"));
}

static void cycle_is_named_with_the_place_of_each_edge(void **state)
{
	struct fixture *f = *state;
	model_service(f->arena, f->project, "x", "c");
	model_service(f->arena, f->project, "a", "b");
	model_service(f->arena, f->project, "b", "c:healthy");
	model_service(f->arena, f->project, "c", "a");
	assert_null(build(f, NULL));
	assert_int_equal(error_status(&f->errors), 2);
	const char *text = findings(f);
	assert_non_null(strstr(text, "dependency cycle: a -> b -> c -> a"));
	assert_non_null(strstr(text, "compose.yaml:13:9: a -> b (depends_on)"));
	assert_non_null(strstr(text, "compose.yaml:23:9: b -> c (depends_on)"));
	assert_non_null(strstr(text, "compose.yaml:33:9: c -> a (depends_on)"));
	assert_int_equal(f->errors.count, 1);
}

static void a_service_that_waits_for_itself_is_a_cycle(void **state)
{
	struct fixture *f = *state;
	model_service(f->arena, f->project, "a", "a");
	assert_null(build(f, NULL));
	assert_non_null(strstr(findings(f), "dependency cycle: a -> a"));
}

static void a_cycle_of_ten_thousand_is_found_without_recursion(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 10000; i++)
		model_service(f->arena, f->project, arena_printf(f->arena, "s%d", i),
			arena_printf(f->arena, "s%d", (i + 1) % 10000));
	assert_null(build(f, NULL));
	assert_non_null(strstr(f->errors.first->message, "dependency cycle: s0 -> s1 -> s2 -> "));
	assert_non_null(strstr(f->errors.first->message, "-> s9999 -> s0"));
}

static void unknown_dependency_names_the_nearest(void **state)
{
	struct fixture *f = *state;
	model_service(f->arena, f->project, "web", "postgras");
	model_service(f->arena, f->project, "postgres", "");
	assert_null(build(f, NULL));
	const char *text = findings(f);
	assert_non_null(
		strstr(text, "compose.yaml:3:9: error: services.web.depends_on: depends on \"postgras\""));
	assert_non_null(strstr(text, "did you mean \"postgres\"?"));
}

static void disabled_dependency_says_which_profile(void **state)
{
	struct fixture *f = *state;
	static const char *profiles[] = { "debug" };
	model_service(f->arena, f->project, "web", "tool");
	struct service *tool = model_service(f->arena, f->project, "tool", "");
	tool->disabled = true;
	tool->profiles = profiles;
	tool->nprofiles = 1;
	assert_null(build(f, NULL));
	assert_non_null(strstr(findings(f), "--profile debug"));
}

static void disabled_optional_dependency_is_left_out(void **state)
{
	struct fixture *f = *state;
	model_service(f->arena, f->project, "web", "tool:started:optional");
	model_service(f->arena, f->project, "tool", "")->disabled = true;
	struct dag *dag = build(f, NULL);
	assert_non_null(dag);
	assert_int_equal(dag->count, 1);
	assert_int_equal(dag_find(dag, "web")->nedges, 0);
}

static void names_and_patterns_select_with_what_they_need(void **state)
{
	struct fixture *f = *state;
	model_service(f->arena, f->project, "web-1", "db");
	model_service(f->arena, f->project, "web-2", "cache");
	model_service(f->arena, f->project, "db", "");
	model_service(f->arena, f->project, "cache", "");
	model_service(f->arena, f->project, "other", "web-1");
	static const char *one[] = { "web-1" }, *many[] = { "web-*" }, *none[] = { "wbe-1" };
	assert_string_equal(selected(f, build(f, &(struct dag_selection){ .services = one, .nservices = 1 })),
		"db web-1! ");
	assert_string_equal(
		selected(f, build(f, &(struct dag_selection){ .services = many, .nservices = 1 })),
		"db web-1! cache web-2! ");
	assert_string_equal(selected(f, build(f,
						&(struct dag_selection){
							.services = one, .nservices = 1, .no_deps = true })),
		"web-1! ");
	assert_null(build(f, &(struct dag_selection){ .services = none, .nservices = 1 }));
	assert_int_equal(error_status(&f->errors), 2);
	assert_non_null(strstr(findings(f), "no such service: wbe-1\n  hint: did you mean \"web-1\"?"));
}

/* What `up` with these words, a blank between them, and --except with those would be about. */
static const char *streams(struct fixture *f, const char *services, const char *excepts)
{
	struct texts in = texts_split(f->arena, services, ' '), out = texts_split(f->arena, excepts, ' ');
	const struct dag *dag = build(f, &(struct dag_selection){ .services = in.items,
						 .nservices = *services ? in.count : 0,
						 .excepts = out.items,
						 .nexcepts = *excepts ? out.count : 0,
						 .no_deps = true });
	return dag ? selected(f, dag) : "";
}

static void words_select_what_is_up_and_down_the_stream(void **state)
{
	struct fixture *f = *state;
	model_service(f->arena, f->project, "web", "api");
	model_service(f->arena, f->project, "api", "db cache");
	model_service(f->arena, f->project, "worker", "db");
	model_service(f->arena, f->project, "db", "");
	model_service(f->arena, f->project, "cache", "");
	assert_string_equal(streams(f, "+api", ""), "db! cache! api! ");
	assert_string_equal(streams(f, "api+", ""), "api! web! ");
	assert_string_equal(streams(f, "+api+", ""), "db! cache! api! web! ");
	assert_string_equal(streams(f, "db+", ""), "db! api! web! worker! ");
	assert_string_equal(streams(f, "+w*", "db"), "cache! api! web! worker! ");
	assert_string_equal(streams(f, "", "cache+"), "db! worker! ");
	assert_string_equal(streams(f, "web worker", "w*r"), "web! ");
	assert_int_equal(f->errors.count, 0);
	assert_string_equal(streams(f, "web", "w*"), "");
	assert_non_null(strstr(findings(f), "--except leaves no service"));
	assert_string_equal(streams(f, "+apo", "cahce"), "");
	assert_non_null(strstr(findings(f), "no such service: apo\n  hint: did you mean \"api\"?"));
	assert_non_null(strstr(findings(f), "no such service: cahce\n  hint: did you mean \"cache\"?"));
}

/* It is left out even where others need it, and what only it needs goes with it. */
static void an_excepted_service_is_no_dependency_either(void **state)
{
	struct fixture *f = *state;
	static const char *one[] = { "web" }, *out[] = { "api" };
	model_service(f->arena, f->project, "web", "api cache");
	model_service(f->arena, f->project, "api", "db");
	model_service(f->arena, f->project, "db", "");
	model_service(f->arena, f->project, "cache", "");
	const struct dag *dag = build(
		f, &(struct dag_selection){ .services = one, .nservices = 1, .excepts = out, .nexcepts = 1 });
	assert_string_equal(selected(f, dag), "cache web! ");
}

static void applications_are_one_graph_with_the_file(void **state)
{
	struct fixture *f = *state;
	struct service *web = model_service(f->arena, f->project, "web", "");
	model_service(f->arena, f->project, "mail", "");
	model_flow_needs(f->arena, web, "cart");
	struct service *cart = model_service(f->arena, f->applications, "cart", "");
	model_flow_needs(f->arena, cart, "cart-db");
	model_flow_needs(f->arena, cart, "mail");
	struct service *db = model_service(f->arena, f->applications, "cart-db", "");
	struct service *mail = model_service(f->arena, f->applications, "mail", "");
	model_service(f->arena, f->applications, "unused", "")->application = true;
	cart->application = db->application = mail->application = true;
	struct dag *dag = build(f, NULL);
	/* the file's mail replaces the application of that name; what nobody needs stays out */
	assert_string_equal(selected(f, dag), "cart-db mail! cart web! ");
	assert_ptr_equal(dag_find(dag, "mail")->service, f->project->services[1]);
	static const char *ids[] = { "cart" };
	dag = build(f, &(struct dag_selection){ .applications = ids, .napplications = 1 });
	assert_string_equal(selected(f, dag), "cart-db mail cart! ");
}

static void without_a_file_all_applications_are_meant(void **state)
{
	struct fixture *f = *state;
	model_service(f->arena, f->applications, "cart", "")->application = true;
	assert_string_equal(selected(f, build(f, NULL)), "cart! ");
}

static void flow_dependency_waits_for_health_when_there_is_a_check(void **state)
{
	struct fixture *f = *state;
	struct service *web = model_service(f->arena, f->project, "web", "");
	struct service *checked = model_service(f->arena, f->project, "checked", "");
	struct service *plain = model_service(f->arena, f->project, "plain", "");
	struct service *none = model_service(f->arena, f->project, "none", "");
	static const char *test[] = { "CMD", "true" };
	checked->healthcheck = ARENA_NEW(f->arena, struct healthcheck);
	checked->healthcheck->test = test;
	checked->healthcheck->ntest = 2;
	model_flow(f->arena, none)->healthcheck = ARENA_NEW(f->arena, struct probe);
	none->flow->healthcheck->kind = PROBE_NONE;
	model_flow_needs(f->arena, web, "checked");
	model_flow_needs(f->arena, web, "plain");
	model_flow_needs(f->arena, web, "none");
	const struct dag_vertex *vertex = dag_find(build(f, NULL), "web");
	assert_int_equal(vertex->edges[0].condition, CONDITION_HEALTHY);
	assert_int_equal(vertex->edges[1].condition, CONDITION_STARTED);
	assert_true(vertex->edges[1].if_checked);
	assert_int_equal(vertex->edges[2].condition, CONDITION_STARTED);
	assert_false(vertex->edges[2].if_checked);
	assert_int_equal(dag_probe(f->arena, plain, true)->kind, PROBE_CONTAINER);
	checked->healthcheck->disable = true;
	assert_int_equal(dag_probe(f->arena, checked, true)->kind, PROBE_UNSET);
}

static void port_check_gets_its_port_and_flow_timing(void **state)
{
	struct fixture *f = *state;
	struct service *web = model_service(f->arena, f->project, "web", "");
	struct flow_service *flow = model_flow(f->arena, web);
	struct flow_port *port = ARENA_NEW(f->arena, struct flow_port);
	port->internal = 9000;
	port->healthcheck = ARENA_NEW(f->arena, struct probe);
	port->healthcheck->kind = PROBE_HTTP;
	*ARENA_PUSH(f->arena, flow->ports, flow->nports) = port;
	flow->healthcheck = ARENA_NEW(f->arena, struct probe);
	flow->healthcheck->retries = (struct opt_int){ true, 7 };
	const struct probe *probe = dag_probe(f->arena, web, false);
	assert_int_equal(probe->kind, PROBE_HTTP);
	assert_int_equal(probe->port.value, 9000);
	assert_int_equal(probe->retries.value, 7);
}

static const char *draw(struct fixture *f, const struct dag *dag, const char *format)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int result = dag_draw(out, dag, format, &f->errors);
	fclose(out);
	const char *copy = result == 0 ? arena_strdup(f->arena, text) : NULL;
	free(text);
	return copy;
}

static void drawings_show_conditions_and_applications(void **state)
{
	struct fixture *f = *state;
	struct service *web = model_service(f->arena, f->project, "web", "db:healthy job:completed:optional");
	model_service(f->arena, f->project, "job", "db:started:restart");
	model_service(f->arena, f->project, "db", "");
	model_service(f->arena, f->applications, "cart", "")->application = true;
	model_flow_needs(f->arena, web, "cart");
	struct dag *dag = build(f, NULL);
	assert_string_equal(draw(f, dag, "text"),
		"priority 0 (waits for nothing)\n"
		"  db\n"
		"  cart  [application]\n"
		"priority 1\n"
		"  job   waits for db (started, restart)\n"
		"priority 2\n"
		"  web   waits for db (healthy), job (completed, optional), cart (started or healthy)\n");
	const char *dot = draw(f, dag, "dot");
	assert_non_null(strstr(dot, "\t\"web\" -> \"db\" [label=\"healthy\"];\n"));
	assert_non_null(strstr(dot, "\"job\" [label=\"completed, optional\", style=dashed];"));
	assert_non_null(strstr(dot, "\"cart\" [shape=component];"));
	const char *mermaid = draw(f, dag, "mermaid");
	assert_non_null(strstr(mermaid, "flowchart BT\n"));
	assert_non_null(strstr(mermaid, "-.->|\"completed, optional\"|"));
	const char *json = draw(f, dag, "json");
	assert_non_null(
		strstr(json, "{\"name\":\"db\",\"condition\":\"healthy\",\"required\":true,\"restart\":"
			     "false,\"from\":\"depends_on\",\"file\":\"compose.yaml\",\"line\":3}"));
	assert_null(draw(f, dag, "dott"));
	assert_non_null(strstr(findings(f), "did you mean \"dot\"?"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(order_puts_dependencies_first),
		TEST(two_reasons_for_one_dependency_become_the_stronger),
		TEST(d3_container_named_instead_of_its_service),
		TEST(cycle_is_named_with_the_place_of_each_edge),
		TEST(a_service_that_waits_for_itself_is_a_cycle),
		TEST(a_cycle_of_ten_thousand_is_found_without_recursion),
		TEST(unknown_dependency_names_the_nearest),
		TEST(disabled_dependency_says_which_profile),
		TEST(disabled_optional_dependency_is_left_out),
		TEST(names_and_patterns_select_with_what_they_need),
		TEST(words_select_what_is_up_and_down_the_stream),
		TEST(an_excepted_service_is_no_dependency_either),
		TEST(applications_are_one_graph_with_the_file),
		TEST(without_a_file_all_applications_are_meant),
		TEST(flow_dependency_waits_for_health_when_there_is_a_check),
		TEST(port_check_gets_its_port_and_flow_timing),
		TEST(drawings_show_conditions_and_applications),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
