#include "base/text/svg.h"

#include "base/buf.h"
#include "base/quote.h"

#include <string.h>

void svg_text(FILE *out, const char *text)
{
	auto_buf struct buf plain;
	buf_init(&plain, (size_t)1 << 20);
	quote_plain(&plain, text ? text : "");
	for (const char *at = buf_text(&plain); *at; at++) {
		switch (*at) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*at, out);
		}
	}
}

/* Bytes that follow the first one of a character. */
static bool goes_on(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t svg_length(const char *text)
{
	size_t length = 0;
	for (; *text; text++)
		length += !goes_on(*text);
	return length;
}

/* Where the character of that number begins. */
static const char *character_at(const char *text, size_t number)
{
	for (; *text; text++)
		if (!goes_on(*text) && !number--)
			break;
	return text;
}

const char *svg_cut(struct arena *arena, const char *text, size_t most)
{
	size_t length = svg_length(text), tail = most / 2, head = most - 1 - tail;
	if (length <= most)
		return text;
	return arena_printf(arena, "%.*s\u2026%s", (int)(character_at(text, head) - text), text,
		character_at(text, length - tail));
}

/* What all pictures have in common. */
static const char common[] =
	".bg{fill:#fff}text{font:12px system-ui,sans-serif;fill:#1b1f24}"
	".n{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}"
	".h{font-size:15px;font-weight:600}.q{fill:#57606a}.r{text-anchor:end}.m{text-anchor:middle}"
	"@media (prefers-color-scheme:dark){.bg{fill:#14181d}text{fill:#e6edf3}.q{fill:#9aa4af}}";

void svg_begin(FILE *out, double width, double height, const char *title, const char *style)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
		"role=\"img\">\n<title>",
		width, height, width, height);
	svg_text(out, title);
	fprintf(out, "</title>\n<style>%s%s</style>\n<rect class=\"bg\" width=\"%.0f\" height=\"%.0f\"/>\n",
		common, style, width, height);
}

void svg_end(FILE *out)
{
	fputs("</svg>\n", out);
}

void svg_page_begin(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
		out);
	svg_text(out, title);
	fputs("</title>\n<style>"
	      "body{font:15px/1.5 system-ui,sans-serif;margin:1.5rem;background:#fff;color:#1b1f24}"
	      "h1{font-size:1.3rem}h2{font-size:1.1rem;margin-top:1.6rem}"
	      ".scroll{overflow-x:auto}svg{display:block}"
	      "table{border-collapse:collapse}th,td{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}"
	      "th,td{border-bottom:1px solid #d0d7de}td.r,th.r{text-align:right;font-variant-numeric:tabular-nums}"
	      "code{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:.9em}"
	      "@media (prefers-color-scheme:dark){body{background:#14181d;color:#e6edf3}th,td{border-color:#3d444d}}"
	      "</style>\n</head>\n<body>\n<h1>",
		out);
	svg_text(out, title);
	fputs("</h1>\n", out);
}

void svg_page_end(FILE *out)
{
	fputs("</body>\n</html>\n", out);
}
