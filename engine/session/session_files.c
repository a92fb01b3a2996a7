/* Directories that the engine reads by difference: it gets the list of what is there and asks for the files
 * that are new to it. (github.com/moby/buildkit, session/filesync; github.com/tonistiigi/fsutil)
 *
 * Packet 1 type, 2 stat, 3 ID, 4 data; Stat 1 path, 2 mode, 5 size, 6 modTime, 7 linkname. Entries are
 * numbered from 0 in the order in which they are listed. */
#include "engine/session/session_inside.h"

#include "base/heap.h"
#include "base/utf8.h"
#include "engine/archive/dir_walk.h"
#include "engine/session/file_filter.h"
#include "engine/session/proto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK        ((size_t)32 << 10) /* of a file, in one packet */
#define LIST_PIECE   ((size_t)32 << 10) /* of the list, before something else has its turn */
#define ENTRIES_MOST 10000000
#define LINK_MOST    4096
#define SECONDS_MOST 9000000000 /* beyond, ns do not fit */

enum packet { PACKET_STAT, PACKET_REQUEST, PACKET_DATA, PACKET_FINISH, PACKET_ERROR };

/* Permission bits are as they are; the rest is Go's fs.FileMode. */
enum {
	MODE_DIR = 1u << 31,
	MODE_LINK = 1 << 27,
	MODE_FIFO = 1 << 25,
	MODE_SETUID = 1 << 23,
	MODE_SETGID = 1 << 22,
	MODE_STICKY = 1 << 20
};

/* A regular file of the list. */
struct listed_file {
	const char *path;                 /* in the directory; NULL: it is none, or was asked for */
	const struct session_file *given; /* in place of one there */
};

struct files_call {
	struct grpc_call *call;
	const struct session_dir *dir;
	struct arena *arena; /* paths */
	struct file_filter *filter;
	struct dir_walk *walk;
	size_t given;                /* of the dir's own files that are listed */
	struct dir_walk_entry ahead; /* of the walk, not listed yet */
	bool is_ahead;
	bool is_listed;
	struct listed_file *entries;
	size_t nentries;
	uint32_t *asked; /* entries to be sent, in order */
	size_t nasked, next;
	int fd;                            /* of the file being sent, -1: none */
	const struct session_file *memory; /* or this one, from `at` on */
	size_t at;
	uint32_t id; /* its entry */
};

/* Packets */

static void send_packet(struct grpc_call *call, enum packet type, uint32_t id, const void *bytes, size_t len)
{
	auto_buf struct buf packet;
	buf_init(&packet, CHUNK + 64);
	proto_put_number(&packet, 1, type);
	proto_put_number(&packet, 3, id);
	if (len)
		proto_put_bytes(&packet, 4, bytes, len);
	grpc_send(call, buf_text(&packet), packet.len);
}

static void send_stat(struct files_call *files, const char *path, uint32_t mode, int64_t size, int64_t time,
	const char *link)
{
	auto_buf struct buf stat, packet;
	buf_init(&stat, (size_t)1 << 20);
	buf_init(&packet, (size_t)1 << 20);
	proto_put_text(&stat, 1, path);
	proto_put_number(&stat, 2, mode);
	proto_put_number(&stat, 5, (uint64_t)size);
	proto_put_number(&stat, 6, (uint64_t)time);
	proto_put_text(&stat, 7, link);
	proto_put_bytes(&packet, 2, buf_text(&stat), stat.len);
	grpc_send(files->call, buf_text(&packet), packet.len);
}

static struct listed_file *new_entry(struct files_call *files)
{
	return ARENA_PUSH(files->arena, files->entries, files->nentries);
}

/* What is wrong here ends the build. */
static void files_fail(struct files_call *files, const char *text)
{
	struct session *session = session_of(files->call);
	session->failed = true;
	if (text)
		error_add(session->offer.errors, ERROR_BUILD, NULL, NULL, "%s", text);
	send_packet(files->call, PACKET_ERROR, 0, "a file cannot be read", 21);
	grpc_end(files->call, GRPC_UNKNOWN, "a file cannot be read");
}

/* The list */

static uint32_t go_mode(mode_t mode)
{
	uint32_t type = S_ISDIR(mode) ? MODE_DIR : S_ISLNK(mode) ? MODE_LINK : S_ISFIFO(mode) ? MODE_FIFO : 0;
	return type | (mode & 0777) | (mode & S_ISUID ? MODE_SETUID : 0) |
	       (mode & S_ISGID ? MODE_SETGID : 0) | (mode & S_ISVTX ? MODE_STICKY : 0);
}

/* Texts of protobuf are. */
static bool is_utf8(const char *text)
{
	for (size_t size = 1; *text && size; text += size)
		size = utf8_decode(text, SIZE_MAX, NULL);
	return !*text;
}

/* Owners are left out, as docker build does: hits in the cache do not depend on who builds. */
static int list_entry(struct files_call *files, const struct dir_walk_entry *entry)
{
	struct session *session = session_of(files->call);
	const struct stat *stat = &entry->stat;
	char link[LINK_MOST] = "";
	if (S_ISLNK(stat->st_mode) &&
		dir_walk_link(files->dir->path, entry, link, sizeof link, session->offer.errors) != 0)
		return -1;
	if (!is_utf8(entry->path) || !is_utf8(link)) {
		error_add(session->offer.errors, ERROR_BUILD, NULL, NULL,
			"%s/%s: its name, or what it links to, is no UTF-8", files->dir->path, entry->path);
		return error_hint(session->offer.errors, "rename it, or name it in .dockerignore");
	}
	struct listed_file *listed = new_entry(files);
	if (S_ISREG(stat->st_mode))
		listed->path = arena_strdup(files->arena, entry->path);
	int64_t seconds = stat->st_mtim.tv_sec, most = SECONDS_MOST;
	seconds = seconds > most ? most : seconds < -most ? -most : seconds;
	send_stat(files, entry->path, go_mode(stat->st_mode), S_ISDIR(stat->st_mode) ? 0 : stat->st_size,
		seconds * 1000000000 + stat->st_mtim.tv_nsec, link);
	return 0;
}

/* Whether the name, without a directory, comes before the path: a directory before what is in it. */
static bool comes_before(const char *name, const char *path)
{
	size_t len = strcspn(path, "/");
	int order = strncmp(name, path, len);
	return order < 0 || (order == 0 && !name[len] && path[len]);
}

/* Lists the file that is given at once, when its turn has come. */
static bool list_given(struct files_call *files)
{
	if (files->given == files->dir->nfiles)
		return false;
	const struct session_file *given = &files->dir->files[files->given];
	if (files->is_ahead && !comes_before(given->name, files->ahead.path))
		return false;
	files->given++;
	if (file_filter_takes(files->filter, given->name)) {
		*new_entry(files) = (struct listed_file){ given->name, given };
		send_stat(files, given->name, 0644, (int64_t)given->len, 0, NULL);
	}
	return true;
}

/* Lists the next one, all in order of name, as the engine compares them. Returns 1, 0 when all are, -1. */
static int list_next(struct files_call *files)
{
	if (files->nentries >= ENTRIES_MOST)
		return error_add(session_of(files->call)->offer.errors, ERROR_BUILD, NULL, NULL,
			"%s has more than %d files: name some in .dockerignore", files->dir->path,
			ENTRIES_MOST);
	if (!files->is_ahead) {
		int result = files->walk ? dir_walk_next(files->walk, &files->ahead) : 0;
		if (result < 0)
			return -1;
		files->is_ahead = result == 1;
	}
	if (list_given(files))
		return 1;
	if (!files->is_ahead)
		return 0;
	files->is_ahead = false;
	return list_entry(files, &files->ahead) == 0 ? 1 : -1;
}

/* A part of the list; an empty packet ends it. */
static void send_list(struct files_call *files)
{
	int result = 1;
	while (result == 1 && grpc_pending(files->call) < LIST_PIECE)
		result = list_next(files);
	if (result < 0) {
		files_fail(files, NULL);
	} else if (result == 0) {
		files->is_listed = true;
		send_packet(files->call, PACKET_STAT, 0, NULL, 0);
	}
}

/* The files */

static int open_next(struct files_call *files)
{
	files->id = files->asked[files->next++];
	struct listed_file *file = &files->entries[files->id];
	files->memory = file->given;
	files->at = 0;
	if (file->given)
		return 0;
	const char *path = arena_printf(files->arena, "%s/%s", files->dir->path, file->path);
	files->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (files->fd >= 0)
		return 0;
	files_fail(files, arena_printf(files->arena, "cannot read %s: %s", path, strerror(errno)));
	return error_hint(
		session_of(files->call)->offer.errors, "make it readable, or name it in .dockerignore");
}

static ssize_t read_piece(struct files_call *files, char *to)
{
	if (!files->memory)
		return read(files->fd, to, CHUNK);
	size_t len = files->memory->len - files->at;
	len = len < CHUNK ? len : CHUNK;
	memcpy(to, files->memory->bytes + files->at, len);
	files->at += len;
	return (ssize_t)len;
}

/* The next piece of a file; one without bytes ends it. */
static void send_piece(struct files_call *files)
{
	char bytes[CHUNK];
	if (files->fd < 0 && !files->memory && open_next(files) != 0)
		return;
	ssize_t len = read_piece(files, bytes);
	if (len < 0 && errno == EINTR)
		return send_piece(files);
	if (len < 0) {
		files_fail(files, arena_printf(files->arena, "cannot read %s/%s: %s", files->dir->path,
					  files->entries[files->id].path, strerror(errno)));
		return;
	}
	send_packet(files->call, PACKET_DATA, files->id, bytes, (size_t)len);
	if (len)
		return;
	if (files->fd >= 0)
		close(files->fd);
	files->fd = -1;
	files->memory = NULL;
}

/* List and files take turns: the engine compares while the list grows. */
static void files_more(struct grpc_call *call)
{
	struct files_call *files = call->state;
	if (files && !files->is_listed)
		send_list(files);
	if (files && (files->fd >= 0 || files->memory || files->next < files->nasked))
		send_piece(files);
}

/* What the engine wants: files by their numbers, or nothing more. */
static void files_message(struct grpc_call *call, const char *bytes, size_t len)
{
	struct files_call *files = call->state;
	struct fields {
		int64_t type, id;
		struct proto_field data;
	} packet = { 0 };
	static const struct proto_row rows[] = {
		{ 1, PROTO_INTEGER, offsetof(struct fields, type) },
		{ 3, PROTO_INTEGER, offsetof(struct fields, id) },
		{ 4, PROTO_RAW, offsetof(struct fields, data) },
		{ 0 },
	};
	struct proto_message message = proto_message(grpc_arena(call), bytes, len);
	if (!files || !proto_read(&message, rows, &packet))
		return;
	if (packet.type == PACKET_FINISH) {
		send_packet(call, PACKET_FINISH, 0, NULL, 0);
		grpc_end(call, GRPC_OK, NULL);
	}
	if (packet.type == PACKET_ERROR) /* the engine says it once more, as the build's failure */
		grpc_end(call, GRPC_UNKNOWN, "given up");
	bool known = packet.type == PACKET_REQUEST && packet.id >= 0 && (size_t)packet.id < files->nentries;
	if (!known || !files->entries[packet.id].path || files->nasked >= files->nentries)
		return;
	*ARENA_PUSH(files->arena, files->asked, files->nasked) = (uint32_t)packet.id;
	grpc_wake(call);
}

static const struct session_dir *find_dir(const struct session *session, const char *name)
{
	for (size_t i = 0; name && i < session->offer.ndirs; i++)
		if (strcmp(session->offer.dirs[i].name, name) == 0)
			return &session->offer.dirs[i];
	return NULL;
}

static enum dir_walk_verdict judge(void *arg, const char *path, const struct stat *stat)
{
	struct files_call *files = arg;
	bool known = S_ISDIR(stat->st_mode) || S_ISREG(stat->st_mode) || S_ISLNK(stat->st_mode) ||
		     S_ISFIFO(stat->st_mode);
	for (size_t i = 0; i < files->dir->nfiles; i++)
		if (strcmp(files->dir->files[i].name, path) == 0)
			return DIR_WALK_LEAVE;
	bool taken = file_filter_takes(files->filter, path);
	if (taken && !known)
		error_warn(session_of(files->call)->offer.errors, NULL, NULL,
			"left out %s/%s: a device or a socket", files->dir->path, path);
	if (!known)
		return DIR_WALK_LEAVE;
	if (taken)
		return DIR_WALK_TAKE;
	return S_ISDIR(stat->st_mode) && file_filter_below(files->filter, path) ? DIR_WALK_BELOW
										: DIR_WALK_LEAVE;
}

static void files_begin(struct grpc_call *call)
{
	struct session *session = session_of(call);
	size_t at = 0;
	const struct session_dir *dir = find_dir(session, grpc_metadata(call, "dir-name", &at));
	if (!dir) {
		grpc_end(call, GRPC_NOT_FOUND, "no access allowed to this directory");
		return;
	}
	struct files_call *files = call->state = HEAP_NEW(struct files_call);
	*files = (struct files_call){ .call = call, .dir = dir, .arena = arena_create(), .fd = -1 };
	files->filter = file_filter_create(files->arena, call, dir->path, session->offer.errors);
	const struct dir_walk_options options = { .dir = dir->path, .judge = judge, .arg = files };
	if (files->filter && dir->path)
		files->walk = dir_walk_open(&options, session->offer.errors);
	if (!files->filter || (dir->path && !files->walk))
		files_fail(files, NULL);
}

static void files_freed(struct grpc_call *call)
{
	struct files_call *files = call->state;
	if (!files)
		return;
	dir_walk_close(files->walk);
	if (files->fd >= 0)
		close(files->fd);
	arena_destroy(files->arena);
	free(files);
}

const struct grpc_method session_files = {
	.path = "/moby.filesync.v1.FileSync/DiffCopy",
	.begin = files_begin,
	.message = files_message,
	.more = files_more,
	.freed = files_freed,
};
