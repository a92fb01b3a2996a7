/* The round of queries, against an engine of canned answers. */
#include "engine/observe/observe.h"
#include "engine_case.h"

static char asked[2048]; /* for containers, the last time */
static unsigned spoils;  /* how many of the first requests are answered with a 500 */

static void answer(struct peer *peer, char *request)
{
	request[strcspn(request, "\r")] = '\0';
	if (strstr(request, "/containers/"))
		snprintf(asked, sizeof asked, "%.2000s", request);
	if (spoils) {
		spoils--;
		reply_json(peer, 500, "{\"message\":\"not now\"}");
	} else if (strstr(request, "/volumes")) {
		reply_json(peer, 200, "{\"Volumes\":[]}");
	} else if (strstr(request, "/networks")) {
		reply_json(peer, 200, "[]");
	} else {
		reply_json(peer, 200,
			"[{\"Id\":\"a\",\"Names\":[\"/a\"],\"State\":\"running\",\"Status\":\"Up\",\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.oneoff\":\"False\"}},"
			"{\"Id\":\"b\",\"Names\":[\"/b\"],\"State\":\"running\",\"Status\":\"Up\",\"Labels\":{\"com.docker.compose.project\":\"other\",\"com.docker.compose.oneoff\":\"False\"}}]");
	}
}

static int set_up(void **state)
{
	engine_set_up(state, 51);
	spoils = 0;
	return 0;
}

static struct observed *look(const char *const *projects, size_t count)
{
	const struct observe_query query = { .projects = projects, .nprojects = count };
	struct observed *seen = NULL;
	return observe(arena, &engine, &query, &seen, &errors) == 0 ? seen : NULL;
}

/* The engine joins labels by "and": of several projects it is asked for all there are. */
static void test_projects(void **state)
{
	static const char *const projects[] = { "shop", "workstation" };
	(void)state;
	assert_int_equal(look(projects, 1)->ncontainers, 1);
	assert_non_null(strstr(asked, "all=1&filters="));
	assert_non_null(strstr(asked, "com.docker.compose.project%3Dshop%22"));
	const struct observed *seen = look(projects, 2);
	assert_non_null(strstr(asked, "com.docker.compose.project%22"));
	assert_int_equal(seen->ncontainers, 1);
	assert_string_equal(seen->containers[0]->id, "a");
}

/* Names that would not fit into a request are not asked for by name: all are listed, and ours picked. */
static void b5_a_filter_too_long_for_a_request(void **state)
{
	enum { LEN = 200 << 10 };
	char *name = arena_alloc(arena, LEN + 1);
	const char *const names[] = { "shop_default", name };
	(void)state;
	memset(name, 'x', LEN);
	assert_string_equal(observe_name_filter(arena, names, 1), "{\"name\":[\"^shop_default$\"]}");
	assert_null(observe_name_filter(arena, names, 2));
}

static void test_repeats(void **state)
{
	static const char *const projects[] = { "shop" };
	(void)state;
	spoils = 3;
	assert_non_null(look(projects, 1));
	spoils = 4;
	assert_null(look(projects, 1));
	assert_non_null(strstr(errors.first->message, "cannot list the containers of the engine: not now"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_projects, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(b5_a_filter_too_long_for_a_request, set_up, engine_tear_down),
		cmocka_unit_test_setup_teardown(test_repeats, set_up, engine_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
