/* Removals that the engine refuses since others use what is to go. */
#include "ops_case.h"

/* What others use is asked about once: foreign containers keep it, one of the run's own has come since. */
static void test_removal_of_what_is_used(void **state)
{
	static const struct {
		enum op op;
		int status;
		const char *refusal, *filter, *label, *kept;
		bool yields, conflict;
	} cases[] = {
		{ OP_NETWORK_REMOVE, 403, "network a has active endpoints", "%22network%22", "other",
			"container stranger of project other uses it", true, false },
		{ OP_NETWORK_REMOVE, 403, "network a has active endpoints", "%22network%22", "other", NULL,
			false, false },
		{ OP_NETWORK_REMOVE, 403, "network a has active endpoints", "%22network%22", "shop", NULL,
			true, true },
		{ OP_NETWORK_REMOVE, 403, "network a has active endpoints", "%22network%22", NULL, NULL, true,
			true },
		{ OP_VOLUME_REMOVE, 409, "remove v: volume is in use - [c9]", "%22volume%22", "other",
			"container stranger of project other uses it", true, false },
		{ OP_IMAGE_REMOVE, 409, "conflict: container c9 is using its referenced image",
			"%22ancestor%22", "other", "container stranger of project other uses it", true,
			false },
	};
	static const char *const projects[] = { "shop" };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(cases[i].op);
		step.ending.yields = cases[i].yields;
		step.service = NULL;
		call.projects = projects;
		call.nprojects = 1;
		errors_init(&errors, arena);
		assert_int_equal(answer(cases[i].status,
					 arena_printf(arena, "{\"message\":\"%s\"}", cases[i].refusal)),
			OP_FAIL);
		assert_int_equal(call.phase, OP_BLAME);
		assert_int_equal(errors.count, 0);
		struct request *question = ask();
		assert_string_equal(question->path, "/containers/json");
		assert_non_null(strstr(question->query, cases[i].filter));
		buf_printf(&question->answer,
			"[{\"Id\":\"c9\",\"State\":\"running\",\"Status\":\"Up\",\"Names\":[\"/stranger\"],"
			"\"Labels\":{\"com.docker.compose.project\":\"%s\"}}]",
			cases[i].label ? cases[i].label : "");
		question->status = cases[i].label ? 200 : 500;
		assert_int_equal(op_got(&call, question), OP_FAIL);
		assert_int_equal(users_keep(&call), cases[i].kept != NULL);
		op_explain(&call, question);
		http_free(question);
		assert_int_equal(step.conflict, cases[i].conflict);
		if (cases[i].kept)
			assert_string_equal(step.kept, cases[i].kept);
		else
			assert_non_null(strstr(errors.first->hint,
				cases[i].label ? "container stranger" : "docker network inspect"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_removal_of_what_is_used, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
