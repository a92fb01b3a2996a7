/* Where in a Dockerfile a build has failed. */
#include "engine/build/build_place.h"
#include "arena_case.h"

static const char several[] =
	"# syntax=x\nARG V=1\nFROM golang:1 AS build\nWORKDIR /src\nRUN make \\\n  # fast\n  all\n"
	"\nFROM busybox\nRUN exit 3\nCOPY --from=build /src/$V /out\nENV A=b\nRUN exit 3\n";

static void c10_failures_have_the_line_of_the_dockerfile(void **state)
{
	(void)state;
	static const struct {
		const char *step, *why;
		unsigned line;
	} cases[] = {
		{ "[build 3/3] RUN make   all", "exit code: 2", 5 },
		{ "[stage-1 2/4] RUN exit 3", "", 10 },
		{ "[stage-1 4/4] RUN exit 3", "", 13 },
		{ "[linux/amd64 stage-1 3/4] COPY --from=build /src/1 /out", "", 11 },
		{ "[build 2/3] WORKDIR /src", "", 4 },
		{ "[internal] load metadata for docker.io/library/golang:1", "not found", 3 },
		{ "[internal] load metadata for docker.io/library/busybox:latest", "not found", 9 },
		{ "[internal] load build context", "", 0 },
		{ "exporting to image", "", 0 },
		{ NULL, "failed: dockerfile parse error on line 12: unknown instruction: NV", 12 },
		{ NULL, "dockerfile parse error line 7: x", 7 },
		{ NULL, "failed", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(build_place(arena, several, cases[i].step, cases[i].why), cases[i].line);
	assert_int_equal(build_place(arena, "FROM x\r\nRUN a \\\r\n b", "[2/2] RUN a  b", ""), 2);
	assert_int_equal(build_place(arena, "", "[2/2] RUN a", ""), 0);
	assert_int_equal(build_place(arena, "FROM x\nRUN \\", "[2/2] RUN ", ""), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_set_up, arena_tear_down)
	const struct CMUnitTest tests[] = { TEST(c10_failures_have_the_line_of_the_dockerfile) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
