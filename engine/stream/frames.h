/* Decoder of the engine's multiplexed streams: output of containers and of commands run in them. */
#ifndef ENGINE_FRAMES_H
#define ENGINE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

/* A stream under way; zeroed at its begin. A frame is [stream][0 0 0][length, 4 bytes big endian][payload]
 * (Engine API, ContainerAttach); a stream that begins unlike one is raw: a terminal's. */
struct frames {
	unsigned char head[8];
	unsigned have;
	size_t left;
	bool raw;   /* no frames: everything is stdout */
	bool stop;  /* set by a callback: drop the rest of what was fed */
	bool first; /* while `payload` is called: these are the first bytes of a frame */
	bool begun; /* a whole head was seen */
	bool bad;   /* something else stood where a head has to be; the rest is dropped */
};

/* Decodes `len` bytes, cut anywhere; calls `payload` with pieces of them as they lie, nothing is copied. */
void frames_feed(struct frames *frames, const char *bytes, size_t len,
	void (*payload)(void *arg, bool standard_error, const char *bytes, size_t len), void *arg);

/* At the end of the stream: what was too short to tell is raw, and given to `payload`. Returns whether all
 * came; false: it ends within a frame, or held what is none. */
bool frames_end(struct frames *frames,
	void (*payload)(void *arg, bool standard_error, const char *bytes, size_t len), void *arg);

#endif
