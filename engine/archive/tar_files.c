#include "engine/archive/tar.h"

#include "base/buf.h"

int tar_files(struct arena *arena, const struct tar_file *files, size_t count, const char **ret_bytes,
	size_t *ret_len, struct errors *errors)
{
	struct tar *tar = tar_create(NULL, NULL, NULL, files, count, errors);
	auto_buf struct buf all;
	char bytes[16384];
	ssize_t len = -1;
	buf_init(&all, TAR_FILES_MOST);
	while (tar && (len = tar_read(tar, bytes, sizeof bytes)) > 0 && buf_append(&all, bytes, (size_t)len))
		;
	tar_destroy(tar);
	if (len < 0)
		return -1;
	if (all.overflow)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "files of more than 256 MiB cannot be packed");
	*ret_bytes = arena_strndup(arena, buf_text(&all), all.len);
	*ret_len = all.len;
	return 0;
}
