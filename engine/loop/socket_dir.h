/* A directory that only this user can enter, for a socket in it; gone with whoever made it. */
#ifndef ENGINE_SOCKET_DIR_H
#define ENGINE_SOCKET_DIR_H

#include "base/error.h"
#include "base/map.h"

/* `socket` is the path of the socket, for the owner to bind; empty while there is no directory. */
struct socket_dir {
	char path[80], socket[96];
	int fd; /* holds the lock that tells the others that we live */
};

/* Makes docker-flow-KIND-XXXXXX in TMPDIR of the environment (name → text; NULL: none) where it can be made
 * and is short enough for a socket's address (unix(7): 108 bytes), else in /tmp. Directories of this kind
 * whose makers were killed are removed with their sockets. Returns 0, or -1 with a finding. */
int socket_dir_make(
	struct socket_dir *dir, const struct map *os_env, const char *kind, struct errors *errors);

/* Removes the socket and the directory; nothing where there is none. */
void socket_dir_remove(struct socket_dir *dir);

#endif
