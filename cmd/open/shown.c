#include "cmd/open/shown.h"
#include "cmd/line/report.h"
#include "cmd/screen/show.h"

int shown_run(struct ctx *ctx, struct drive *drive, int (*run)(struct drive *drive))
{
	report_warnings(ctx);
	if (!drive->sink)
		drive->sink = show_create(ctx, ctx->cmd->name, NULL, 0);
	int result = run(drive);
	drive_close(drive);
	ctx->interrupted = drive->interrupted;
	if (drive->interrupted)
		drive_tell_left(drive);
	drive->sink->interrupted = drive->interrupted != 0;
	event_end(drive->sink, result == 0 || drive->interrupted);
	return result;
}
