/* Contents of configs and secrets: what is no regular file is read once, to its end. */
#include "engine/payload/service_files.h"
#include "folder_case.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct engine engine;
static struct project project;
static struct service service;
static struct file_source source, *sources[] = { &source };
static struct file_ref ref, *refs[] = { &ref };
static struct service_file file;

static int set_up(void **state)
{
	folder_set_up(state);
	engine = (struct engine){ .arena = arena };
	project = (struct project){ .name = "shop", .secrets = sources, .nsecrets = 1 };
	service = (struct service){ .key = "web", .project = &project, .secrets = refs, .nsecrets = 1 };
	source = (struct file_source){ .key = "token" };
	ref = (struct file_ref){ .source = "token", .at = { .file = "c.yaml", .line = 3, .col = 4 } };
	file = (struct service_file){ .ref = &ref, .source = &source, .secret = true, .upload = true };
	return 0;
}

/* A process that writes `len` bytes into a pipe of the folder, in small pieces. */
static pid_t make_writer(size_t len)
{
	source.file = arena_printf(arena, "%s/pipe", dir);
	assert_int_equal(mkfifo(source.file, 0600), 0);
	pid_t pid = fork();
	if (pid == 0) {
		FILE *pipe = fopen(source.file, "w");
		for (size_t i = 0; pipe && i < len; i++)
			putc('a' + (int)(i % 26), pipe);
		_exit(!pipe || fclose(pipe) != 0);
	}
	return pid;
}

static void b5_a_pipe_is_read_to_its_end_for_all_who_ask(void **state)
{
	(void)state;
	enum { LEN = 300000 };
	const char *content = NULL;
	struct inputs_file *inputs;
	size_t len = 0, count;
	int status;
	pid_t writer = make_writer(LEN);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			service_file_content(&engine, arena, &service, &file, &content, &len, &errors), 0);
		assert_int_equal(len, LEN);
		assert_int_equal(content[LEN - 1], 'a' + (LEN - 1) % 26);
	}
	assert_int_equal(service_files_inputs(&engine, arena, &service, false, &inputs, &count, &errors), 0);
	assert_int_equal(inputs[0].len, LEN);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
}

static void b5_what_is_bound_is_left_to_the_engine(void **state)
{
	(void)state;
	struct inputs_file *inputs;
	size_t count;
	source.file = arena_printf(arena, "%s/pipe", dir);
	assert_int_equal(mkfifo(source.file, 0600), 0);
	assert_int_equal(service_files_inputs(&engine, arena, &service, true, &inputs, &count, &errors), 0);
	assert_null(inputs[0].content);
	assert_false(inputs[0].absent);
}

static void b5_an_end_that_does_not_come_is_an_error_at_the_place(void **state)
{
	(void)state;
	struct inputs_file *inputs;
	size_t count;
	source.file = "/dev/zero";
	assert_int_equal(service_files_inputs(&engine, arena, &service, false, &inputs, &count, &errors), -1);
	assert_int_equal(errors.last->at.line, 3);
	assert_string_equal(errors.last->path, "services.web.secrets");
	assert_non_null(strstr(errors.last->message, source.file));
	assert_non_null(errors.last->hint);
}

static void b5_files_without_a_size_are_read_to_their_end(void **state)
{
	(void)state;
	const char *content = NULL;
	size_t len = 0;
	source.file = "/proc/self/status";
	assert_int_equal(service_file_content(&engine, arena, &service, &file, &content, &len, &errors), 0);
	assert_non_null(strstr(content, "nonvoluntary_ctxt_switches"));
}

/* Whose an uploaded file is, is known before anything is changed; a bind has the owner of its source. */
static void c6_owners_by_name_of_what_is_uploaded(void **state)
{
	(void)state;
	static const char *const words[] = { "root", "-1", "1x", "12345678901", " 1" };
	struct service_file *files;
	size_t count;
	source.file = "/token";
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		ref.uid = i % 2 ? NULL : words[i];
		ref.gid = i % 2 ? words[i] : NULL;
		errors_init(&errors, arena);
		assert_int_equal(service_files(arena, &service, true, &files, &count, &errors), 0);
		assert_int_equal(service_files(arena, &service, false, &files, &count, &errors), -1);
		assert_string_equal(errors.last->message,
			arena_printf(arena, "%s of secret token is a number, not \"%s\"",
				i % 2 ? "gid" : "uid", words[i]));
		assert_int_equal(errors.last->at.line, 3);
		assert_string_equal(errors.last->path, "services.web.secrets");
	}
	ref.uid = "1000";
	ref.gid = "";
	assert_int_equal(service_files(arena, &service, false, &files, &count, &errors), 0);
}

/* Who listens on the socket is asked once, however many containers there are. */
static void test_the_socket_is_asked_once(void **state)
{
	(void)state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s/sock", dir);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 2), 0);
	engine.local = true;
	engine.endpoint.socket = address.sun_path;
	bool shared = service_files_shared(&engine);
	assert_int_equal(shared, service_files_shared(&engine));
	int first = accept(fd, NULL, NULL);
	assert_true(first >= 0);
	assert_int_equal(accept(fd, NULL, NULL), -1);
	close(first);
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, folder_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(b5_a_pipe_is_read_to_its_end_for_all_who_ask),
		TEST(b5_what_is_bound_is_left_to_the_engine),
		TEST(b5_an_end_that_does_not_come_is_an_error_at_the_place),
		TEST(b5_files_without_a_size_are_read_to_their_end),
		TEST(c6_owners_by_name_of_what_is_uploaded),
		TEST(test_the_socket_is_asked_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
