/* Versions as Semantic Versioning 2.0.0 has them, and as tags of images and of git write them: with or
 * without a v in front. */
#ifndef BASE_SEMVER_H
#define BASE_SEMVER_H

#include <stdbool.h>

/* Whether the text is a version: MAJOR.MINOR.PATCH, -PRERELEASE and +BUILD behind it if there are; false for
 * NULL. */
bool semver_valid(const char *text);

/* Whether a valid version is one before a release: 1.0.0-rc.1. */
bool semver_is_prerelease(const char *version);

/* Which of two valid versions is older (section 11 of the specification): below 0 the first, above 0 the
 * second, 0: neither, they may differ in v and build. */
int semver_compare(const char *a, const char *b);

#endif
