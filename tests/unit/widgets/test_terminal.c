/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal on a pseudo terminal: a small program that does one thing for
 * each key, below a small shell that knows jobs. Every wait is for bytes.
 */
#include "drawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "widgets/copy.h"
#include "widgets/terminal.h"

#define PATIENCE_MS 20000
#define ROWS 10
#define COLS 40

/* ---- The program ---- */

struct program {
	struct terminal *terminal;
	struct canvas *canvas;
	const char *command; /* of the one that is started */
	int status;          /* a byte for each key */
	int frames;
	bool leave;
};

static void answer(const struct program *p, char byte)
{
	if (write(p->status, &byte, 1) != 1)
		_exit(9);
}

static void show(struct program *p, int rows)
{
	p->frames++;
	for (int row = 0; row < rows; row++)
		area_print(canvas_area(p->canvas), row, 0, STYLE_NORMAL, "frame %d row %d",
		    p->frames, row);
	terminal_show(p->terminal, p->canvas, false);
}

static void run(const struct program *p)
{
	int status;

	terminal_leave(p->terminal);
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", p->command, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	terminal_return(p->terminal);
}

/* One that makes itself the foreground, and is gone. */
static void usurp(const struct program *p)
{
	terminal_leave(p->terminal);
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		tcsetpgrp(STDIN_FILENO, getpgrp());
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	terminal_return(p->terminal);
}

static void copy(struct program *p, size_t length)
{
	static const char codes[] = {
		[TERMINAL_COPIED] = 'C',
		[TERMINAL_NOTHING] = 'N',
		[TERMINAL_TOO_LONG] = 'L',
		[TERMINAL_UNABLE] = 'U',
		[TERMINAL_BUSY] = 'B',
	};
	char *bytes = calloc(1, length + 1);

	memset(bytes, 'x', length);
	answer(p, codes[terminal_copy(p->terminal, bytes, length)]);
	free(bytes);
}

static void drain(const struct program *p)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	while (!terminal_takes(p->terminal))
		poll(&output, 1, PATIENCE_MS);
}

static void act(void *arg, const struct key *key)
{
	struct program *p = arg;
	char code = key->code == PRESS_CHARACTER ? (char)key->character : 'E';

	switch (code) {
	case 'd':
		show(p, ROWS);
		break;
	case 'o':
		show(p, 1);
		break;
	case 'm':
		if (write(STDOUT_FILENO, "<mark>", 6) != 6)
			_exit(8);
		break;
	case 'l':
		run(p);
		terminal_show(p->terminal, p->canvas, false); /* nothing changed */
		break;
	case 'u':
		usurp(p);
		show(p, ROWS);
		break;
	case 'p':
		terminal_palette(p->terminal, PALETTE_CONTRAST);
		terminal_show(p->terminal, p->canvas, false);
		break;
	case 't':
		answer(p, terminal_takes(p->terminal) ? 'T' : 'F');
		return;
	case 'c':
		copy(p, 5);
		return;
	case 'b':
		copy(p, COPY_MAX);
		return;
	case 'L':
		copy(p, COPY_MAX + 1);
		return;
	case 'n':
		copy(p, 0);
		return;
	case 'D':
		drain(p);
		break;
	case 's':
		answer(p, terminal_signs(p->terminal) == SIGNS_PLAIN ? 'P' : 'R');
		return;
	case 'q':
		p->leave = true;
		break;
	default:
		break;
	}
	answer(p, code);
}

static void program(const char *command, int status)
{
	enum terminal_problem problem;
	char note[160];
	struct program p = { .status = status, .command = command };

	setlocale(LC_ALL, "C.UTF-8");
	p.terminal = terminal_open(&problem, note, sizeof note);
	if (p.terminal == NULL)
		_exit(7);
	p.canvas = canvas_new(ROWS, COLS, terminal_ascii(p.terminal));
	answer(&p, '!');
	while (!p.leave) {
		struct pollfd fds[] = {
			{ .fd = terminal_input(p.terminal), .events = POLLIN },
			{ .fd = terminal_signal(p.terminal), .events = POLLIN },
		};

		poll(fds, 2, terminal_wait(p.terminal));
		if (fds[1].revents && terminal_events(p.terminal) & TERMINAL_END)
			_exit(6);
		if (!fds[0].revents)
			terminal_tick(p.terminal, act, &p);
		else if (!terminal_read(p.terminal, act, &p))
			_exit(5);
	}
	terminal_close(p.terminal);
	canvas_free(p.canvas);
	_exit(0);
}

/* ---- The shell ---- */

static void foreground(pid_t group)
{
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(STDIN_FILENO, group);
}

static void shell(const char *command, int status, int go)
{
	int outcome;
	pid_t job = fork();

	if (job == 0) {
		setpgid(0, 0);
		foreground(getpgrp());
		signal(SIGTTOU, SIG_DFL);
		close(go);
		program(command, status);
	}
	while (waitpid(job, &outcome, WUNTRACED) == job && WIFSTOPPED(outcome)) {
		char byte;

		foreground(getpgrp());
		if (write(status, "S", 1) != 1 || read(go, &byte, 1) != 1)
			_exit(3);
		foreground(job);
		kill(-job, SIGCONT);
	}
	_exit(WIFEXITED(outcome) ? WEXITSTATUS(outcome) : 100 + WTERMSIG(outcome));
}

/* ---- The person in front of it ---- */

struct session {
	pid_t pid;
	int master, status, go;
	char *seen; /* all that came, NUL behind it */
	size_t length, room;
};

static void collect(struct session *s)
{
	if (s->room - s->length < 4097)
		s->seen = realloc(s->seen, s->room += 65536);
	ssize_t n = read(s->master, s->seen + s->length, 4096);

	s->length += n > 0 ? (size_t)n : 0;
	s->seen[s->length] = '\0';
}

/* The next byte of the program or the shell; reading what it draws meanwhile
 * when listens says so. */
static char status_byte(struct session *s, bool listens)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = s->status, .events = POLLIN },
			{ .fd = listens ? s->master : -1, .events = POLLIN },
		};
		char byte;

		if (poll(fds, 2, PATIENCE_MS) <= 0)
			fail_msg("nothing came; seen: %s", s->seen);
		if (fds[1].revents & POLLIN)
			collect(s);
		else if (fds[0].revents)
			return read(s->status, &byte, 1) == 1 ? byte : '\0';
	}
}

/* Reads until text has been seen from byte from on; returns where. */
static size_t expect(struct session *s, const char *text, size_t from)
{
	for (;;) {
		struct pollfd fd = { .fd = s->master, .events = POLLIN };
		char *found = strstr(s->seen + from, text);

		if (found != NULL)
			return (size_t)(found - s->seen);
		if (poll(&fd, 1, PATIENCE_MS) <= 0)
			fail_msg("%s was not seen in %s", text, s->seen + from);
		collect(s);
	}
}

static void send_bytes(struct session *s, const char *bytes)
{
	assert_int_equal(write(s->master, bytes, strlen(bytes)), strlen(bytes));
}

static char hit(struct session *s, const char *bytes)
{
	send_bytes(s, bytes);
	return status_byte(s, true);
}

/* Everything that was drawn so far has been seen; returns where it ends. */
static size_t mark(struct session *s)
{
	size_t from = s->length;

	assert_int_equal(hit(s, "m"), 'm');
	return expect(s, "<mark>", from > 5 ? from - 5 : 0) + 6;
}

static void begin(struct session *s, const char *term, const char *command)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLS };
	int status[2], go[2];

	*s = (struct session){ .seen = calloc(1, 1) };
	assert_int_equal(pipe2(status, O_CLOEXEC), 0);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	s->pid = forkpty(&s->master, NULL, NULL, &size);
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		setenv("TERM", term, 1);
		setenv("ESCDELAY", "300", 1);
		unsetenv("TMUX");
		unsetenv("STY");
		unsetenv("NO_COLOR");
		unsetenv("TERM_PROGRAM");
		close(status[0]);
		close(go[1]);
		shell(command, status[1], go[0]);
	}
	close(status[1]);
	close(go[0]);
	s->status = status[0];
	s->go = go[1];
	assert_int_equal(status_byte(s, true), '!');
}

static void finish(struct session *s)
{
	int outcome;

	assert_int_equal(hit(s, "q"), 'q');
	/* The end of the program closes the pipe. */
	assert_int_equal(status_byte(s, true), '\0');
	assert_int_equal(waitpid(s->pid, &outcome, 0), s->pid);
	assert_true(WIFEXITED(outcome));
	assert_int_equal(WEXITSTATUS(outcome), 0);
	close(s->master);
	close(s->status);
	close(s->go);
	free(s->seen);
}

/* ---- Synchronized output ---- */

/* Nobody waits for the terminal to say that it can; from then on it is used,
 * however the line splits what it says. */
static void test_synchronized(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", NULL);
	expect(&s, "\033[?2026$p", 0);
	assert_int_equal(hit(&s, "d"), 'd');
	size_t from = mark(&s);

	expect(&s, "frame 1 row 9", 0);
	assert_null(strstr(s.seen, "\033[?2026h"));
	for (const char *at = "\033[?2026;2$y"; *at != '\0'; at++)
		assert_int_equal(write(s.master, at, 1), 1);
	assert_int_equal(hit(&s, "d"), 'd');
	size_t end = mark(&s);
	const char *on = strstr(s.seen + from, "\033[?2026h");
	const char *off = strstr(s.seen + from, "\033[?2026l");

	assert_non_null(on);
	assert_non_null(off);
	assert_true(on < off && off < s.seen + end);
	/* A single row is not worth it. */
	assert_int_equal(hit(&s, "o"), 'o');
	mark(&s);
	assert_null(strstr(s.seen + end, "\033[?2026h"));
	finish(&s);
}

/* One that says that it does not know, and one that is not asked. */
static void test_not_synchronized(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", NULL);
	send_bytes(&s, "\033[?2026;0$y");
	assert_int_equal(hit(&s, "d"), 'd');
	mark(&s);
	assert_null(strstr(s.seen, "\033[?2026h"));
	finish(&s);
	begin(&s, "linux", NULL);
	assert_int_equal(hit(&s, "d"), 'd');
	mark(&s);
	assert_null(strstr(s.seen, "$p"));
	finish(&s);
}

/* ---- Copying ---- */

static void test_copy(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", NULL);
	assert_int_equal(hit(&s, "c"), 'C');
	expect(&s, "\033]52;c;eHh4eHg=\007", 0);
	assert_int_equal(hit(&s, "n"), 'N');
	assert_int_equal(hit(&s, "L"), 'L');
	finish(&s);
	begin(&s, "screen-256color", NULL);
	assert_int_equal(hit(&s, "c"), 'C');
	expect(&s, "\033]52;c;eHh4eHg=\007\033P\033]52;c;eHh4eHg=\007\033\\", 0);
	finish(&s);
	begin(&s, "linux", NULL);
	assert_int_equal(hit(&s, "c"), 'U');
	finish(&s);
	begin(&s, "vt100", NULL);
	assert_int_equal(hit(&s, "c"), 'U');
	finish(&s);
}

/* The most that can be copied, on a line that takes nothing: keys are answered
 * all the same, frames are left out until it is through, and it comes whole. */
static void test_copy_slowly(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", NULL);
	mark(&s);
	send_bytes(&s, "b");
	assert_int_equal(status_byte(&s, false), 'C');
	send_bytes(&s, "t");
	assert_int_equal(status_byte(&s, false), 'F');
	send_bytes(&s, "c");
	assert_int_equal(status_byte(&s, false), 'B');
	assert_int_equal(hit(&s, "D"), 'D');
	size_t from = expect(&s, "\033]52;c;", 0) + 7;
	size_t end = expect(&s, "\007", from);

	assert_int_equal(end - from, COPY_MAX / 3 * 4);
	assert_int_equal(hit(&s, "d"), 'd');
	expect(&s, "frame 1 row 9", end);
	finish(&s);
}

/* A frame that does not ask ends the sequence before it is drawn. */
static void test_copy_cancelled(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", NULL);
	mark(&s);
	send_bytes(&s, "b");
	assert_int_equal(status_byte(&s, false), 'C');
	assert_int_equal(hit(&s, "d"), 'd');
	size_t end = expect(&s, "\030\033\\", 0);

	expect(&s, "frame 1 row 9", end);
	assert_null(strchr(s.seen, '\007'));
	finish(&s);
}

static void test_copy_ways(void **state)
{
	static const struct {
		const char *term;
		bool tmux, screen;
		enum copy_way way;
	} rows[] = {
		{ "xterm-256color", false, false, COPY_PLAIN },
		{ "foot", false, false, COPY_PLAIN },
		{ "tmux-256color", false, false, COPY_PLAIN },
		{ "screen", true, false, COPY_PLAIN },
		{ "screen-256color", false, true, COPY_SCREEN },
		{ "xterm", false, true, COPY_SCREEN },
		{ "screen-256color", false, false, COPY_BOTH },
		{ "linux", false, false, COPY_NONE },
		{ "vt220", false, false, COPY_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(copy_way(rows[i].term, rows[i].tmux, rows[i].screen), rows[i].way);
}

static void test_copy_sequences(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *expected;
	} rows[] = {
		/* RFC 4648, section 10, and bytes that are no text. */
		{ "f", 1, "\033]52;c;Zg==\007" },
		{ "fo", 2, "\033]52;c;Zm8=\007" },
		{ "foo", 3, "\033]52;c;Zm9v\007" },
		{ "foobar", 6, "\033]52;c;Zm9vYmFy\007" },
		{ "\377\376\000\001", 4, "\033]52;c;//4AAQ==\007" },
	};
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = copy_sequence(rows[i].bytes, rows[i].length, COPY_PLAIN, &length);

		assert_string_equal(text, rows[i].expected);
		assert_int_equal(length, strlen(text));
		free(text);
	}
	/* screen keeps a few hundred bytes a string; together they are it all. */
	char bytes[1000];

	memset(bytes, 'x', sizeof bytes);
	char *text = copy_sequence(bytes, sizeof bytes, COPY_SCREEN, &length);
	char *plain = copy_sequence(bytes, sizeof bytes, COPY_PLAIN, &length);
	char joined[3000] = "";

	for (const char *at = text; *at != '\0';) {
		const char *end = strstr(at, "\033\\");

		assert_memory_equal(at, "\033P", 2);
		assert_non_null(end);
		assert_in_range(end - at, 3, 500);
		strncat(joined, at + 2, (size_t)(end - at - 2));
		at = end + 2;
	}
	assert_string_equal(joined, plain);
	free(text);
	free(plain);
}

/* ---- Others on the terminal ---- */

static tcflag_t local_modes(const struct session *s)
{
	struct termios modes;

	assert_int_equal(tcgetattr(s->master, &modes), 0);
	return modes.c_lflag;
}

/* The screen comes back whole, whatever the other program did. */
static void test_leave(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color",
	    "stty raw -echo; printf '\\033[?25l\\033[2;4r\\033(0\\033[?1003hREADY'; read x; "
	    "kill -9 $$");
	assert_int_equal(hit(&s, "d"), 'd');
	send_bytes(&s, "l");
	size_t ready = expect(&s, "READY", 0);

	/* It has the real terminal: no mouse, no paste marks. */
	assert_non_null(strstr(s.seen, "\033[?2004l"));
	assert_non_null(strstr(s.seen, "\033[?1000l"));
	send_bytes(&s, "\n");
	assert_int_equal(status_byte(&s, true), 'l');
	size_t end = mark(&s);

	assert_false(local_modes(&s) & (ICANON | ECHO));
	for (const char *const *back = (const char *const[]){ "\033[r", "\033(B", "\033[?1003l",
		 "\033[?25h", "\033[?2004h", "\033[?1006h", "\033[?1049h", "frame 1 row 9", NULL };
	     *back != NULL; back++)
		assert_true(expect(&s, *back, ready) < end);
	assert_int_equal(hit(&s, "d"), 'd');
	finish(&s);
}

/* Ctrl-C is meant for it, and so is what was typed and not read. */
static void test_leave_keys(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", "printf READY; read x");
	assert_int_equal(hit(&s, "d"), 'd');
	send_bytes(&s, "l");
	size_t ready = expect(&s, "READY", 0);

	assert_true(local_modes(&s) & ICANON);
	send_bytes(&s, "\003");
	assert_int_equal(status_byte(&s, true), 'l');
	assert_false(local_modes(&s) & ICANON);
	send_bytes(&s, "l");
	expect(&s, "READY", expect(&s, "frame 1", ready));
	/* The q is read by nobody there and must not end us. */
	send_bytes(&s, "line\nq");
	assert_int_equal(status_byte(&s, true), 'l');
	assert_int_equal(hit(&s, "d"), 'd');
	finish(&s);
}

/* Ctrl-Z stops both; the shell has the terminal, and brings both back. */
static void test_leave_stop(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", "printf READY; read x");
	assert_int_equal(hit(&s, "d"), 'd');
	send_bytes(&s, "l");
	size_t ready = expect(&s, "READY", 0);

	send_bytes(&s, "\032");
	assert_int_equal(status_byte(&s, true), 'S');
	assert_int_equal(write(s.go, "g", 1), 1);
	send_bytes(&s, "\n");
	assert_int_equal(status_byte(&s, true), 'l');
	expect(&s, "frame 1 row 9", ready);
	finish(&s);
}

static void test_usurped(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", NULL);
	assert_int_equal(hit(&s, "u"), 'u');
	expect(&s, "frame 1 row 9", 0);
	assert_int_equal(hit(&s, "d"), 'd');
	finish(&s);
}

/* ---- Looks and keys ---- */

static void test_looks(void **state)
{
	struct session s;

	(void)state;
	begin(&s, "xterm-256color", NULL);
	assert_int_equal(hit(&s, "d"), 'd');
	size_t from = mark(&s);

	assert_null(strstr(s.seen, "48;5;16m"));
	assert_int_equal(hit(&s, "p"), 'p');
	mark(&s);
	/* A whole frame in other colours. */
	assert_non_null(strstr(s.seen + from, "48;5;16m"));
	assert_non_null(strstr(s.seen + from, "frame 1 row 9"));
	assert_int_equal(hit(&s, "s"), 'R');
	finish(&s);
	begin(&s, "linux", NULL);
	assert_int_equal(hit(&s, "s"), 'P');
	finish(&s);
}

/* ESCDELAY is what begin() sets it to. */
static void test_escape(void **state)
{
	struct session s;
	struct timespec before, after;

	(void)state;
	begin(&s, "xterm-256color", NULL);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(hit(&s, "\033"), 'E');
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(
	    (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >=
	    250);
	finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_synchronized),
		cmocka_unit_test(test_not_synchronized),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_copy_slowly),
		cmocka_unit_test(test_copy_cancelled),
		cmocka_unit_test(test_copy_ways),
		cmocka_unit_test(test_copy_sequences),
		cmocka_unit_test(test_leave),
		cmocka_unit_test(test_leave_keys),
		cmocka_unit_test(test_leave_stop),
		cmocka_unit_test(test_usurped),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
