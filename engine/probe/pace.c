#include "engine/probe/pace.h"

static int64_t value_or(struct opt_int given, int64_t fallback)
{
	return given.set ? given.value : fallback;
}

void pace_init(struct pace *pace, const struct probe *probe, struct pace_growth growth, int64_t now)
{
	static const struct probe none;
	if (!probe)
		probe = &none;
	*pace = (struct pace){
		.interval = value_or(probe->interval, PACE_INTERVAL),
		.timeout = value_or(probe->timeout, PACE_TIMEOUT),
		.start_period = value_or(probe->start_period, 0),
		.retries = value_or(probe->retries, PACE_RETRIES),
		.growth = growth,
	};
	if (pace->interval < PACE_FLOOR)
		pace->interval = PACE_FLOOR;
	if (pace->timeout <= 0)
		pace->timeout = PACE_TIMEOUT;
	if (pace->retries < 1)
		pace->retries = 1;
	pace->counted = now + pace->start_period;
}

void pace_quicken(struct pace *pace)
{
	pace->delay = 0;
}

bool pace_failed(struct pace *pace, int64_t now, int64_t spent)
{
	if (now - pace->counted < pace->interval)
		return false;
	int64_t past = now - pace->counted;
	if (past > spent)
		past = spent;
	int64_t times = past / pace->interval;
	pace->failures += times > 1 ? times : 1;
	pace->counted = now;
	return pace->failures >= pace->retries;
}

int64_t pace_next(struct pace *pace)
{
	int64_t delay = pace->delay ? pace->delay + pace->delay / pace->growth.divisor : pace->growth.first;
	if (delay > pace->interval)
		delay = pace->interval;
	pace->delay = delay;
	return delay;
}

int64_t pace_left(const struct pace *pace, int64_t now)
{
	/* The multiplication cannot overflow for sane values; insane ones mean "for ever". */
	int64_t more, end;
	if (__builtin_mul_overflow(pace->retries - pace->failures, pace->interval, &more) ||
		__builtin_add_overflow(pace->counted, more, &end))
		end = INT64_MAX;
	return end > now ? end - now : 0;
}
