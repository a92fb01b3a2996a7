#include "cmd/line/output.h"

#include "base/quote.h"
#include "engine/archive/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TERMINAL_MOST ((size_t)1 << 28) /* bytes; as harmless text four times as many at most */

int output_fill_closed(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
			open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return -1;
	return 0;
}

/* Writes all of it, or keeps why it cannot. Standard output is the stream that has that name now: a command
 * with a loop hears signals while it waits for the reader. */
static void write_all(struct output *output, const char *bytes, size_t len)
{
	if (output->failure || !len)
		return;
	if (output->file ? descriptor_write(output->new_file.fd, bytes, len) < 0
			 : fwrite(bytes, 1, len, stdout) < len || fflush(stdout) != 0)
		output->failure = errno;
}

/* As fopencookie(3) wants: 0 is a failure. */
static ssize_t output_write(void *cookie, const char *bytes, size_t len)
{
	struct output *output = cookie;
	if (!output->terminal)
		write_all(output, bytes, len);
	else if (!buf_append(&output->text, bytes, len))
		output->failure = EFBIG;
	return output->failure ? 0 : (ssize_t)len;
}

int output_open(struct output *output)
{
	*output = (struct output){ .terminal = isatty(STDOUT_FILENO) };
	buf_init(&output->text, TERMINAL_MOST);
	output->stream = fopencookie(output, "w", (cookie_io_functions_t){ .write = output_write });
	return output->stream ? 0 : -1;
}

int output_redirect(struct output *output, const char *file, struct errors *errors)
{
	if (new_file_open(errors->arena, &output->new_file, file) < 0)
		return error_add(
			errors, ERROR_SYSTEM, NULL, NULL, "cannot write %s: %s", file, strerror(errno));
	output->file = file;
	output->terminal = false;
	return 0;
}

/* What is kept for the terminal; `over` what it shows. */
static void write_kept(struct output *output, bool over)
{
	auto_buf struct buf plain, screen;
	buf_init(&plain, 4 * TERMINAL_MOST);
	buf_init(&screen, 5 * TERMINAL_MOST);
	quote_plain(&plain, buf_text(&output->text));
	buf_puts(&screen, over ? "\033[H" : "");
	for (const char *line = buf_text(&plain), *end; over && (end = strchr(line, '\n')); line = end + 1) {
		buf_append(&screen, line, (size_t)(end - line));
		buf_puts(&screen, "\033[K\n");
	}
	buf_puts(&screen, over ? "\033[J" : buf_text(&plain));
	write_all(output, buf_text(&screen), screen.len);
	buf_reset(&output->text);
}

void output_flush(struct output *output)
{
	fflush(output->stream);
	write_kept(output, false);
}

void output_redraw(struct output *output)
{
	fflush(output->stream);
	write_kept(output, output->terminal);
}

int output_close(struct output *output)
{
	fclose(output->stream);
	write_kept(output, false);
	buf_finish(&output->text);
	if (output->file && new_file_end(&output->new_file, output->failure != 0) != 0 && !output->failure)
		output->failure = errno;
	return output->failure;
}
