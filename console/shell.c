/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * system(3) without a shell: the words are a program and its arguments, whatever
 * stands in them.
 */
#include "console/shell.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/intl.h"

/* What is ignored here must not be there. */
static void become(char *const *argv)
{
	static const int numbers[] = { SIGINT, SIGQUIT, SIGTSTP, SIGPIPE, SIGCHLD };
	sigset_t none;

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		signal(numbers[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(argv[0], argv);
	fprintf(stderr, "steward: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void wait_for_enter(void)
{
	char byte = '\0';
	ssize_t n;

	fputs(_("Press Enter to go back to the console."), stdout);
	fflush(stdout);
	do
		n = read(STDIN_FILENO, &byte, 1);
	while ((n == 1 && byte != '\n' && byte != '\r') || (n < 0 && errno == EINTR));
}

int shell_wait(char *const *argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old_int, old_quit;
	int status = -1;

	/* They are the program's while it has the terminal. */
	sigaction(SIGINT, &ignore, &old_int);
	sigaction(SIGQUIT, &ignore, &old_quit);
	pid_t child = fork();

	if (child == 0)
		become(argv);
	if (child < 0)
		fprintf(stderr, "steward: %s: %s\n", argv[0], strerror(errno));
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGQUIT, &old_quit, NULL);
	return status;
}

int shell_run(char *const *argv, bool pause)
{
	int status = shell_wait(argv);

	/* One that was not found is to be read about. */
	if (pause || status == -1 || (WIFEXITED(status) && WEXITSTATUS(status) == 127))
		wait_for_enter();
	return status;
}
