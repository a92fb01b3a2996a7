/* Sessions of builds, asked as the engine asks: secrets, logins, what is not served. */
#include "tests/unit/session_bed.h"

static void got_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct asked *asked = call->state;
	asked->count++;
	buf_append(&asked->messages, bytes, len);
}

/* Asks with one message of one text, and waits for the end. */
static struct asked *ask(const char *method_path, const char *text)
{
	struct asked *asked = ARENA_NEW(arena, struct asked);
	struct grpc_method *method = ARENA_NEW(arena, struct grpc_method);
	auto_buf struct buf message;
	*method = (struct grpc_method){ .path = method_path, .message = got_message, .gone = got_end };
	buf_init(&message, 1000);
	buf_init(&asked->messages, 1000000);
	proto_put_text(&message, 1, text);
	assert_non_null(grpc_make(client, method, NULL, &message, asked));
	while (!asked->gone && !over)
		loop_turn(engine.loop, -1);
	assert_true(asked->gone);
	return asked;
}

/* The text of the field of an answer, which is freed. */
static const char *field_of(struct asked *asked, unsigned number)
{
	struct proto_message message = proto_message(arena, buf_text(&asked->messages), asked->messages.len);
	struct proto_field field;
	const char *text = NULL;
	while (proto_next(&message, &field))
		if (field.number == number)
			text = proto_text(&message, &field);
	buf_finish(&asked->messages);
	return text;
}

static void test_secrets(void **state)
{
	(void)state;
	const char *file = arena_printf(arena, "%s/secret", dir);
	FILE *out = fopen(file, "w");
	fputs("of a file", out);
	fclose(out);
	const struct session_secret secrets[] = {
		{ .id = "file", .path = file },
		{ .id = "value", .value = "of the environment" },
		{ .id = "gone", .path = arena_printf(arena, "%s/nothing", dir) },
	};
	begin((struct session_offer){ .secrets = secrets, .nsecrets = 3 });
	const char get[] = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
	struct asked *asked = ask(get, "file");
	assert_int_equal(asked->status, GRPC_OK);
	assert_string_equal(field_of(asked, 1), "of a file");
	assert_string_equal(field_of(ask(get, "value"), 1), "of the environment");
	assert_false(session_failed(session));
	asked = ask(get, "50% ü\n");
	assert_int_equal(asked->status, GRPC_NOT_FOUND);
	assert_string_equal(asked->words, "secret 50% ü\n: not found");
	assert_null(field_of(asked, 1));
	asked = ask(get, "gone");
	assert_int_equal(asked->status, GRPC_UNKNOWN);
	assert_null(field_of(asked, 1));
	assert_true(session_failed(session));
	assert_int_equal(errors.count, 1);
}

static void test_what_is_not_served(void **state)
{
	(void)state;
	begin((struct session_offer){ 0 });
	struct asked *asked = ask("/moby.filesync.v1.Auth/VerifyTokenAuthority", "x");
	assert_int_equal(asked->status, GRPC_UNIMPLEMENTED);
	buf_finish(&asked->messages);
	asked = ask("/grpc.health.v1.Health/Check", "");
	assert_int_equal(asked->status, GRPC_OK);
	assert_memory_equal(buf_text(&asked->messages), "\x08\x01", 2);
	buf_finish(&asked->messages);
	asked = ask("/moby.sshforward.v1.SSH/CheckAgent", "");
	assert_int_equal(asked->status, GRPC_NOT_FOUND);
	buf_finish(&asked->messages);
	assert_null(over);
}

static void test_logins(void **state)
{
	(void)state;
	struct config_auth auths[] = {
		{ .server = "127.0.0.1:5000", .username = "anna", .password = "word" },
		{ .server = "https://index.docker.io/v1/", .identity_token = "token" },
	};
	begin((struct session_offer){ 0 });
	config.auths = auths;
	config.nauths = 2;
	const char get[] = "/moby.filesync.v1.Auth/Credentials";
	struct asked *asked = ask(get, "127.0.0.1:5000");
	buf_append(&asked->messages, "", 0);
	struct asked copy = *asked;
	buf_init(&copy.messages, 1000);
	buf_append(&copy.messages, buf_text(&asked->messages), asked->messages.len);
	assert_string_equal(field_of(asked, 1), "anna");
	assert_string_equal(field_of(&copy, 2), "word");
	assert_string_equal(field_of(ask(get, "registry-1.docker.io"), 2), "token");
	asked = ask(get, "elsewhere");
	assert_int_equal(asked->status, GRPC_OK);
	assert_null(field_of(asked, 1));
}

static void test_an_end_of_the_connection(void **state)
{
	(void)state;
	begin((struct session_offer){ 0 });
	kill(joiner, SIGKILL);
	while (served)
		loop_turn(engine.loop, -1);
	while (!over)
		loop_turn(engine.loop, -1);
	assert_true(strstr(over, "connection") != NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_secrets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_not_served, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_logins, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_an_end_of_the_connection, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
