/* Inside of upgraded connections: their life (hijack.c), and how they are made to hosts (hijack_curl.c). */
#ifndef ENGINE_HIJACK_INSIDE_H
#define ENGINE_HIJACK_INSIDE_H

#include "engine/http/hijack.h"
#include "engine/http/http_curl.h"

#include <sys/types.h>

/* How bytes go through a connection; each function as the system call of its name, without ever waiting. */
struct hijack_wire {
	ssize_t (*receive)(struct hijack *hijack, char *to, size_t room);
	ssize_t (*send)(struct hijack *hijack, const char *bytes, size_t len);
	int (*shut)(struct hijack *hijack); /* ends what we send */
	bool keeps; /* some of what has come may be in there although poll sees nothing */
};

/* Bytes through the descriptor as they are. */
extern const struct hijack_wire hijack_wire_plain;

struct hijack {
	struct transfer *transfer;
	const struct hijack_wire *wire;
	int fd; /* -1: not connected yet */
	struct loop_watch *watch;
	struct loop_timer *again; /* connects once more, or reads what the wire keeps */
	struct buf out;           /* to be sent, from `sent` on */
	size_t sent;
	bool shut, is_shut; /* nothing more will be sent; the other side knows */
	bool deaf;          /* the other side takes nothing any more */
	bool open;          /* accepted: what follows is raw */
	char *room;         /* what is read comes here; NULL until then */
	struct http_wire answer;
	struct curl_loop curl; /* connects to hosts; closed for a unix socket */
};

/* Begins to connect to the host of the endpoint; hijack_connected follows, or the transfer is concluded.
 * Returns 0, or -1 with a finding. (hijack_curl.c) */
int hijack_dial(struct hijack *hijack, struct errors *errors);

/* Takes libcurl's handle away. (hijack_curl.c) */
void hijack_hang_up(struct hijack *hijack);

/* There is a connection: the request goes out. */
void hijack_connected(struct hijack *hijack, int fd, const struct hijack_wire *wire);

#endif
