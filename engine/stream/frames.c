#include "engine/stream/frames.h"

#include <string.h>

/* Takes bytes of the next head; returns how many. */
static size_t take_head(struct frames *frames, const char *bytes, size_t len)
{
	size_t want = sizeof frames->head - frames->have;
	size_t take = len < want ? len : want;
	memcpy(frames->head + frames->have, bytes, take);
	frames->have += (unsigned)take;
	if (frames->have < sizeof frames->head)
		return take;
	const unsigned char *head = frames->head;
	bool plausible = head[0] <= 3 && !head[1] && !head[2] && !head[3];
	frames->raw = !plausible && !frames->begun;
	frames->bad = !plausible && frames->begun;
	frames->begun = true;
	frames->left = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7];
	frames->first = true;
	if (!frames->left)
		frames->have = 0;
	return take;
}

void frames_feed(struct frames *frames, const char *bytes, size_t len,
	void (*payload)(void *arg, bool standard_error, const char *bytes, size_t len), void *arg)
{
	while (len && !frames->stop && !frames->bad) {
		if (frames->raw) {
			payload(arg, false, bytes, len);
			return;
		}
		if (frames->have < sizeof frames->head) {
			size_t took = take_head(frames, bytes, len);
			bytes += took;
			len -= took;
			if (frames->raw)
				payload(arg, false, (const char *)frames->head, sizeof frames->head);
			continue;
		}
		size_t take = len < frames->left ? len : frames->left;
		frames->left -= take;
		if (!frames->left)
			frames->have = 0;
		payload(arg, frames->head[0] >= 2, bytes, take);
		frames->first = false;
		bytes += take;
		len -= take;
	}
}

bool frames_end(struct frames *frames,
	void (*payload)(void *arg, bool standard_error, const char *bytes, size_t len), void *arg)
{
	if (!frames->begun && !frames->raw && frames->have && !frames->stop)
		payload(arg, false, (const char *)frames->head, frames->have);
	return frames->stop || frames->raw || !frames->begun || (!frames->have && !frames->bad);
}
