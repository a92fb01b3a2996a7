/* Connections to sockets in the file system. */
#ifndef ENGINE_UNIX_SOCKET_H
#define ENGINE_UNIX_SOCKET_H

/* Connects to the socket at `path`, at once or not at all; the connection never waits (O_NONBLOCK). Returns
 * the descriptor, the caller's to close, or -1 (errno; EAGAIN: the listener's backlog is full). */
int unix_socket_connect(const char *path);

#endif
