/* Sessions of builds: files by difference. */
#include "tests/unit/session_bed.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_large_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_directory_that_is_not_offered, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
