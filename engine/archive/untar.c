#include "engine/archive/untar.h"

#include "engine/archive/archive_lib.h"

#include <sys/stat.h>

static const char *read_text(
	const struct archive_lib *lib, struct archive *archive, struct arena *arena, size_t most)
{
	struct archive_entry *entry;
	while (lib->read_next_header(archive, &entry) == ARCHIVE_OK) {
		if (lib->entry_filetype(entry) != S_IFREG)
			continue;
		char *text = arena_alloc(arena, most + 1);
		size_t len = 0;
		la_ssize_t got;
		while (len < most && (got = lib->read_data(archive, text + len, most - len)) > 0)
			len += (size_t)got;
		text[len] = '\0';
		return text;
	}
	return NULL;
}

const char *untar_text(struct arena *arena, const void *bytes, size_t len, size_t most)
{
	struct archive_lib lib;
	struct errors ignored;
	errors_init(&ignored, arena);
	if (archive_lib_open(&lib, &ignored) != 0)
		return NULL;
	struct archive *archive = lib.read_new();
	lib.read_support_format_tar(archive);
	/* A file is no longer than the archive that it is in. */
	const char *text = lib.read_open_memory(archive, bytes, len) == ARCHIVE_OK
				   ? read_text(&lib, archive, arena, most < len ? most : len)
				   : NULL;
	lib.read_free(archive);
	return text;
}
