/* Sessions of builds, asked as the engine asks: by our own client of gRPC, through a process that joins the
 * two upgraded connections. */
#include "engine/connect/config.h"
#include "engine/http/http_endpoint.h"
#include "engine/session/grpc.h"
#include "engine/session/proto.h"
#include "engine/session/session.h"
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What an answer has told. */
struct asked {
	struct grpc_call *call;
	struct buf messages; /* one after the other */
	size_t count;
	int status;
	char words[200];
	bool gone;
	/* files */
	bool wants;       /* each regular file is asked for */
	struct buf paths; /* "MODE path → link\n" */
	struct buf bytes; /* of files, "path=…\n" */
	char names[100][64];
	unsigned modes[100];
	size_t entries, waiting;
	size_t large; /* bytes of a file that is too large to be kept: each tells its place */
	bool listed;
};

static struct arena *arena;
static struct errors errors;
static struct endpoint endpoint;
static struct engine engine;
static struct config config;
static struct session *session;
static struct grpc *client;
static pid_t joiner;
static char dir[] = "/tmp/test_session.XXXXXX", path[64];
static bool served, opened;
static const char *over;

/* The process between */

static void read_head(int fd)
{
	char last[4] = "";
	while (memcmp(last, "\r\n\r\n", 4) != 0) {
		memmove(last, last + 1, 3);
		if (read(fd, last + 3, 1) != 1)
			_exit(1);
	}
	const char answer[] = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
	if (write(fd, answer, strlen(answer)) != (ssize_t)strlen(answer))
		_exit(1);
}

static void join(int listener)
{
	static char bytes[65536];
	struct pollfd ends[2];
	for (size_t i = 0; i < 2; i++) {
		ends[i] = (struct pollfd){ .fd = accept(listener, NULL, NULL), .events = POLLIN };
		read_head(ends[i].fd);
	}
	for (;;) {
		poll(ends, 2, -1);
		for (size_t i = 0; i < 2; i++) {
			ssize_t n = ends[i].revents ? read(ends[i].fd, bytes, sizeof bytes) : -1;
			if (n == 0)
				_exit(0);
			for (ssize_t sent = 0, m; sent < n; sent += m)
				if ((m = write(ends[1 - i].fd, bytes + sent, (size_t)(n - sent))) <= 0)
					_exit(0);
		}
	}
}

static void start_joiner(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(path, sizeof path, "%s/socket", dir);
	memcpy(address.sun_path, path, sizeof path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 2), 0);
	joiner = fork();
	if (joiner == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		join(listener);
	}
	close(listener);
}

/* Both sides */

static void on_session(void *arg, const char *why)
{
	(void)arg;
	served = !why;
}

static void on_opened(void *arg)
{
	(void)arg;
	opened = true;
}

static void on_ended(void *arg, const char *why)
{
	(void)arg;
	over = arena_strdup(arena, why);
}

static int set_up(void **state)
{
	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	assert_non_null(mkdtemp(dir));
	start_joiner();
	arena = arena_create();
	errors_init(&errors, arena);
	endpoint = (struct endpoint){ .host = "unix:///test", .socket = path, .url = "http://docker" };
	config = (struct config){ 0 };
	map_init(&config.cred_helpers, arena);
	engine = (struct engine){ .arena = arena, .loop = loop_create(), .config = &config };
	engine.http = http_create(engine.loop, &endpoint);
	served = opened = false;
	over = NULL;
	return 0;
}

/* Opens both ends with this offer. */
static void begin(struct session_offer offer)
{
	const struct grpc_options options = { .opened = on_opened, .ended = on_ended };
	offer.told = on_session;
	offer.errors = &errors;
	session = session_open(&engine, &offer, &errors);
	assert_non_null(session);
	assert_int_equal(strlen(session_id(session)), 26);
	struct request *request = http_request(engine.http);
	request->method = "POST";
	request->path = "/grpc";
	client = grpc_open(request, &options, &errors);
	assert_non_null(client);
	while (!served || !opened)
		loop_turn(engine.loop, -1);
}

static int tear_down(void **state)
{
	(void)state;
	grpc_close(client);
	session_close(session);
	client = NULL;
	session = NULL;
	http_destroy(engine.http);
	loop_destroy(engine.loop);
	arena_destroy(arena);
	kill(joiner, SIGKILL);
	waitpid(joiner, NULL, 0);
	unlink(path);
	char *const argv[] = { "rm", "-rf", dir, NULL };
	pid_t remover = fork();
	if (remover == 0) {
		execvp("rm", argv);
		_exit(1);
	}
	waitpid(remover, NULL, 0);
	return 0;
}

static void got_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct asked *asked = call->state;
	asked->count++;
	buf_append(&asked->messages, bytes, len);
}

static void got_end(struct grpc_call *call)
{
	struct asked *asked = call->state;
	asked->status = call->status;
	snprintf(asked->words, sizeof asked->words, "%s", call->words);
	asked->gone = true;
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

/* Files */

static void put_file(const char *name, const char *text, mode_t mode)
{
	const char *file = arena_printf(arena, "%s/tree/%s", dir, name);
	FILE *out = fopen(file, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	chmod(file, mode);
}

static void make_tree(void)
{
	const char *const dirs[] = { "", "/a", "/a/deep", "/a-b", "/used" };
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		assert_int_equal(mkdir(arena_printf(arena, "%s/tree%s", dir, dirs[i]), 0755), 0);
	put_file("a/deep/x", "ex", 0644);
	put_file("a/drop.log", "log", 0644);
	put_file("a-b/y", "", 04755);
	put_file("used/z", "zett", 0600);
	assert_int_equal(symlink("../a/deep/x", arena_printf(arena, "%s/tree/used/link", dir)), 0);
}

static void send_packet(struct grpc_call *call, uint64_t type, uint64_t id)
{
	auto_buf struct buf packet;
	buf_init(&packet, 100);
	proto_put_number(&packet, 1, type);
	proto_put_number(&packet, 3, id);
	grpc_send(call, buf_text(&packet), packet.len);
}

static void got_stat(struct asked *asked, struct proto_message stat)
{
	struct fields {
		const char *path, *link;
		int64_t mode, size;
	} seen = { "", "", 0, 0 };
	static const struct proto_row rows[] = {
		{ 1, PROTO_TEXT, offsetof(struct fields, path) },
		{ 2, PROTO_INTEGER, offsetof(struct fields, mode) },
		{ 5, PROTO_INTEGER, offsetof(struct fields, size) },
		{ 7, PROTO_TEXT, offsetof(struct fields, link) },
		{ 0 },
	};
	assert_true(proto_read(&stat, rows, &seen));
	buf_printf(&asked->paths, "%llx %s%s%s\n", (unsigned long long)seen.mode, seen.path,
		*seen.link ? " -> " : "", seen.link);
	snprintf(asked->names[asked->entries], sizeof *asked->names, "%s", seen.path);
	asked->modes[asked->entries++] = (unsigned)seen.mode;
}

static void got_packet(struct grpc_call *call, const char *bytes, size_t len)
{
	struct asked *asked = call->state;
	struct fields {
		int64_t type, id;
		struct proto_field stat, data;
	} packet = { 0 };
	static const struct proto_row rows[] = {
		{ 1, PROTO_INTEGER, offsetof(struct fields, type) },
		{ 2, PROTO_RAW, offsetof(struct fields, stat) },
		{ 3, PROTO_INTEGER, offsetof(struct fields, id) },
		{ 4, PROTO_RAW, offsetof(struct fields, data) },
		{ 0 },
	};
	struct proto_message message = proto_message(arena, bytes, len);
	assert_true(proto_read(&message, rows, &packet));
	if (packet.type == 0 && packet.stat.bytes) {
		got_stat(asked, proto_inner(&message, &packet.stat));
	} else if (packet.type == 0) {
		asked->listed = true;
		for (size_t i = 0; asked->wants && i < asked->entries; i++) {
			send_packet(call, 1, i); /* of directories and links nothing comes */
			asked->waiting += !(asked->modes[i] & 0xfc000000);
		}
	} else if (packet.type == 2) {
		if (!strcmp(asked->names[packet.id], "large")) {
			for (size_t i = 0; i < packet.data.len; i++)
				if (packet.data.bytes[i] != (asked->large + i) % 251)
					fail_msg("byte %zu is another one", asked->large + i);
			asked->large += packet.data.len;
		} else {
			buf_printf(&asked->bytes, "%s=%.*s\n", asked->names[packet.id], (int)packet.data.len,
				(const char *)packet.data.bytes);
		}
		asked->waiting -= !packet.data.len;
	}
	if (asked->listed && !asked->waiting && packet.type != 3)
		send_packet(call, 3, 0);
}

static void nothing_more(struct grpc_call *call)
{
	(void)call;
}

static const struct grpc_method diff_copy = { .path = "/moby.filesync.v1.FileSync/DiffCopy",
	.message = got_packet,
	.more = nothing_more,
	.gone = got_end };

/* Reads the tree with this metadata besides the name; what was listed and sent is the arena's. */
static struct asked *read_tree(bool wants, const char *const *further)
{
	struct asked *asked = ARENA_NEW(arena, struct asked);
	const char *metadata[20] = { "dir-name", "context" };
	for (size_t i = 0; further && further[i]; i++)
		metadata[2 + i] = further[i];
	buf_init(&asked->paths, 100000);
	buf_init(&asked->bytes, 100000);
	asked->wants = wants;
	asked->call = grpc_make(client, &diff_copy, metadata, NULL, asked);
	while (!asked->gone && !over)
		loop_turn(engine.loop, -1);
	assert_true(asked->gone);
	assert_int_equal(asked->status, GRPC_OK);
	asked->paths.data = asked->paths.data ? asked->paths.data : NULL;
	return asked;
}

static void tree_is(bool wants, const char *const *further, const char *paths, const char *bytes)
{
	struct asked *asked = read_tree(wants, further);
	assert_string_equal(buf_text(&asked->paths), paths);
	if (bytes)
		assert_string_equal(buf_text(&asked->bytes), bytes);
	buf_finish(&asked->paths);
	buf_finish(&asked->bytes);
}

static void test_files(void **state)
{
	(void)state;
	make_tree();
	const struct session_file given = { "Dockerfile", "FROM x", 6 };
	const struct session_dir dirs[] = {
		{ .name = "context",
			.path = arena_printf(arena, "%s/tree", dir),
			.files = &given,
			.nfiles = 1 },
	};
	begin((struct session_offer){ .dirs = dirs, .ndirs = 1 });
	/* a before a-b, though - stands before / */
	tree_is(true, NULL,
		"1a4 Dockerfile\n800001ed a\n800001ed a/deep\n1a4 a/deep/x\n1a4 a/drop.log\n800001ed a-b\n8001ed a-b/y\n"
		"800001ed used\n80001ff used/link -> ../a/deep/x\n180 used/z\n",
		"Dockerfile=FROM x\nDockerfile=\na/deep/x=ex\na/deep/x=\na/drop.log=log\na/drop.log=\na-b/y=\n"
		"used/z=zett\nused/z=\n");
	const char *const excluded[] = { "exclude-patterns", "**/*.log", "exclude-patterns", "a-b",
		"exclude-patterns", "used/*", "exclude-patterns", "!used/z", NULL };
	tree_is(false, excluded,
		"1a4 Dockerfile\n800001ed a\n800001ed a/deep\n1a4 a/deep/x\n800001ed used\n180 used/z\n",
		NULL);
	const char *const followed[] = { "followpaths", "used/link", NULL };
	tree_is(false, followed,
		"800001ed a\n800001ed a/deep\n1a4 a/deep/x\n800001ed used\n80001ff used/link -> ../a/deep/x\n",
		NULL);
	const char *const all[] = { "followpaths", ".", NULL };
	struct asked *asked = read_tree(false, all);
	assert_int_equal(asked->entries, 10);
	buf_finish(&asked->paths);
	buf_finish(&asked->bytes);
	const char *const escaped[] = { "include-patterns", "u%73ed", "include-patterns-encoded", "1", NULL };
	tree_is(false, escaped, "800001ed used\n80001ff used/link -> ../a/deep/x\n180 used/z\n", NULL);
}

/* More than the connection and its buffers take at once. */
static void test_a_large_file(void **state)
{
	enum { LARGE = 30000000 };
	(void)state;
	const char *tree = arena_printf(arena, "%s/tree", dir);
	assert_int_equal(mkdir(tree, 0755), 0);
	FILE *out = fopen(arena_printf(arena, "%s/large", tree), "w");
	for (size_t i = 0; i < LARGE; i++)
		putc((int)(i % 251), out);
	fclose(out);
	const struct session_dir dirs[] = { { .name = "context", .path = tree } };
	begin((struct session_offer){ .dirs = dirs, .ndirs = 1 });
	struct asked *asked = read_tree(true, NULL);
	assert_int_equal(asked->large, LARGE);
	buf_finish(&asked->paths);
	buf_finish(&asked->bytes);
}

static void test_a_directory_that_is_not_offered(void **state)
{
	(void)state;
	const struct session_dir dirs[] = { { .name = "other", .path = dir } };
	begin((struct session_offer){ .dirs = dirs, .ndirs = 1 });
	struct asked *asked = ARENA_NEW(arena, struct asked);
	const char *metadata[] = { "dir-name", "../..", NULL };
	grpc_make(client, &diff_copy, metadata, NULL, asked);
	while (!asked->gone && !over)
		loop_turn(engine.loop, -1);
	assert_int_equal(asked->status, GRPC_NOT_FOUND);
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
		cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_large_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_directory_that_is_not_offered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_an_end_of_the_connection, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
