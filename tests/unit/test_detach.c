/* Keys that detach: which they are, and that all others get through. */
#include "engine/console/detach.h"
#include "unit.h"

#include <string.h>

static void keys_as_docker_writes_them(void **state)
{
	struct arena *arena = arena_create();
	struct errors errors;
	struct detach detach;
	(void)state;
	errors_init(&errors, arena);
	assert_int_equal(detach_read(&detach, DETACH_DEFAULT, "x", &errors), 0);
	assert_int_equal(detach.count, 2);
	assert_memory_equal(detach.keys, "\x10\x11", 2);
	assert_int_equal(
		detach_read(&detach, "ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,DEL,a,Z", "x", &errors), 0);
	assert_int_equal(detach.count, 9);
	assert_memory_equal(detach.keys,
		"\0\x1b\x1c\x1d\x1e\x1f\x7f"
		"aZ",
		9);
	static const char *const wrong[] = { "", "a,", ",a", "ctrl-", "ctrl-A", "ctrl-ab", "ctrl-1", "del",
		"ab", "a,,b", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(detach_read(&detach, wrong[i], "--detach-keys", &errors), -1);
		assert_non_null(strstr(errors.last->message, "--detach-keys: "));
	}
	arena_destroy(arena);
}

/* Types `text` in pieces of `piece` bytes; what got through is in `ret_text`. Returns whether it detached. */
static bool type(const char *keys, const char *text, size_t piece, char *ret_text)
{
	struct arena *arena = arena_create();
	struct errors errors;
	struct detach detach;
	size_t all = 0, len = strlen(text);
	bool detached = false;
	errors_init(&errors, arena);
	assert_int_equal(detach_read(&detach, keys, "x", &errors), 0);
	for (size_t at = 0; at < len && !detached; at += piece) {
		size_t passed;
		detached = detach_pass(
			&detach, text + at, len - at < piece ? len - at : piece, ret_text + all, &passed);
		all += passed;
	}
	ret_text[all] = '\0';
	arena_destroy(arena);
	return detached;
}

static void what_is_typed_gets_through(void **state)
{
	static const struct {
		const char *keys, *typed, *passed;
		bool detached;
	} rows[] = {
		{ "ctrl-p,ctrl-q", "ls\n\x10\x11more", "ls\n", true },
		{ "ctrl-p,ctrl-q",
			"a\x10"
			"b\x11",
			"a\x10"
			"b\x11",
			false },
		{ "ctrl-p,ctrl-q", "\x10\x10\x11", "\x10", true },
		{ "ctrl-p,ctrl-q", "\x11\x10", "\x11", false },
		{ "a,a,b", "aaab", "a", true },
		{ "a,b,a,c", "ababac", "ab", true },
		{ "a,b,a,c", "abax", "abax", false },
		{ "x", "ax", "a", true },
	};
	char passed[100];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t piece = 1; piece < 12; piece++) {
			assert_int_equal(type(rows[i].keys, rows[i].typed, piece, passed), rows[i].detached);
			assert_string_equal(passed, rows[i].passed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_as_docker_writes_them),
		cmocka_unit_test(what_is_typed_gets_through),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
