/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal stays in canonical mode: its own editing is what screen readers and
 * braille lines know. What has been typed of a line is then the kernel's secret
 * until Enter; it is taken out only when something must be printed in between, and
 * printed again behind the next prompt, so that nobody types into the dark.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "console/linear_private.h"
#include "data/intl.h"
#include "data/text.h"

static void take(struct linear *l, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (l->in_length == sizeof l->in - 1) {
			/* No command is that long; a whole line is never cut. */
			l->in_long = true;
			l->in_length = 0;
		}
		l->in[l->in_length++] = bytes[i];
	}
}

void linear_read(struct linear *l)
{
	char bytes[sizeof l->in];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof l->in - 1 - l->in_length);

	if (n > 0)
		take(l, bytes, (size_t)n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		l->in_ended = true;
}

char *linear_next_line(struct linear *l)
{
	static char line[sizeof l->in];
	char *end = memchr(l->in, '\n', l->in_length);
	size_t length = end != NULL ? (size_t)(end - l->in) : l->in_length;

	if (end == NULL && l->in_length == sizeof l->in - 1) {
		l->in_long = true;
		l->in_length = 0;
		return NULL;
	}
	/* The last line of a pipe may lack its newline. */
	if (end == NULL && !(l->in_ended && !l->terminal && l->in_length > 0))
		return NULL;
	memcpy(line, l->in, length);
	line[length] = '\0';
	l->in_length -= length + (end != NULL);
	memmove(l->in, l->in + length + (end != NULL), l->in_length);
	l->prompted = false;
	if (l->in_long) {
		l->in_long = false;
		fputs(_("The line was too long and was not taken.\n"), l->out);
		return linear_next_line(l);
	}
	/* A NUL or a carriage return of a pipe ends the text. */
	line[strcspn(line, "\r")] = '\0';
	return line;
}

void linear_drop_typed(struct linear *l)
{
	l->in_length = 0;
	l->in_long = false;
	if (l->terminal)
		tcflush(STDIN_FILENO, TCIFLUSH);
}

/* Takes out what the terminal holds of an unfinished line. */
static void take_typed(struct linear *l)
{
	struct termios before, now;
	char bytes[sizeof l->in];

	/* In the background these would stop us. */
	if (tcgetpgrp(STDIN_FILENO) != getpgrp() || tcgetattr(STDIN_FILENO, &before) != 0 ||
	    !(before.c_lflag & ICANON))
		return;
	now = before;
	now.c_lflag &= ~(tcflag_t)ICANON;
	now.c_cc[VMIN] = 0;
	now.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &now) != 0)
		return;
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes - 1 - l->in_length);

	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	if (n > 0)
		take(l, bytes, (size_t)n);
}

void linear_interrupt(struct linear *l)
{
	if (!l->prompted)
		return;
	take_typed(l);
	/* Enter has been pressed meanwhile: the terminal has its new line. */
	if (memchr(l->in, '\n', l->in_length) == NULL)
		fputc('\n', l->out);
	l->prompted = false;
}

void linear_prompt(struct linear *l)
{
	char typed[sizeof l->in];

	if (!l->terminal || !l->greeted || l->prompted || l->pending != 0 ||
	    memchr(l->in, '\n', l->in_length) != NULL)
		return;
	text_clean(typed, sizeof typed, l->in, l->in_length);
	if (l->question == LINEAR_YES)
		fprintf(l->out, "%s ", _("yes?"));
	else if (l->question == LINEAR_NAME)
		fprintf(l->out, "%s ", _("its name?"));
	else if (l->model->host.name[0] != '\0')
		fprintf(l->out, "steward %s> ", l->model->host.name);
	else
		fputs("steward> ", l->out);
	fputs(typed, l->out);
	fflush(l->out);
	l->prompted = true;
}
