#include "engine/copy/copy_place.h"

#include "base/text/text.h"
#include "compose/tree/path.h"

#include <string.h>

bool copy_place_inside(const char *path)
{
	const char *slash = strrchr(path, '/');
	return text_is(slash ? slash + 1 : path, ".") || !path[strspn(path, "/")];
}

int copy_place_find(struct arena *arena, const struct copy_end *source, const struct copy_end *target,
	struct copy_place *ret_place, struct errors *errors)
{
	const char *clean = path_clean(arena, target->path);
	size_t len = strlen(target->path);
	bool wants_dir = len && target->path[len - 1] == '/';
	if (target->there && target->dir) {
		const char *base = path_base(path_clean(arena, source->path));
		*ret_place = (struct copy_place){ clean, copy_place_inside(source->path) ? "" : base };
		return 0;
	}
	if (target->there && source->dir)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "cannot copy directory %s to file %s",
			source->path, target->path);
	if (wants_dir && !source->dir)
		return error_add(errors, ERROR_SYSTEM, NULL, NULL, "no such directory: %s", target->path);
	*ret_place = (struct copy_place){ path_dir(arena, clean), path_base(clean) };
	return 0;
}
