/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/commands.h"

#include <limits.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/intl.h"
#include "data/text.h"

/*
 * The table, and the few ways to look into it. A command is added here, its
 * run function in one of the run_*.c files, and its words in
 * docs/man/steward.1 (a test compares them); nothing else lists commands.
 */
const struct command command_table[] = {
	{
	    .pattern = "status [<service>]",
	    .help = N_("show what runs, where, and how it is"),
	    .detail = N_("Ends with 5 when a service that should run failed, hangs or is "
			 "quarantined."),
	    .grade = COMMAND_READ,
	    .method = "status",
	    .flags = COMMAND_SERVICE | COMMAND_JSON,
	    .ask = ask_status,
	    .show = show_status,
	    .run = run_status,
	},
	{
	    .pattern = "start <service>...",
	    .label = N_("Start"),
	    .help = N_("start services, now and whenever stewardd starts"),
	    .detail = N_("Returns when the services run, or with the reason why one does not."),
	    .grade = COMMAND_REVERSIBLE,
	    .key = 's',
	    .method = "start",
	    .flags = COMMAND_SERVICE | COMMAND_JSON,
	    .ask = ask_start,
	    .show = show_states,
	},
	{
	    .pattern = "stop <service>... [--drain <seconds>]",
	    .label = N_("Stop..."),
	    .help = N_("stop services; they stay stopped when stewardd starts"),
	    .detail = N_("New clients are refused at once and the port is kept. --drain "
			 "gives the work under way so many seconds to finish."),
	    .grade = COMMAND_DISRUPTS,
	    .key = 'x',
	    .method = "stop",
	    .flags = COMMAND_SERVICE | COMMAND_JSON,
	    .ask = ask_stop,
	    .show = show_states,
	},
	{
	    .pattern = "restart <service>... [--drain <seconds>]",
	    .label = N_("Restart..."),
	    .help = N_("stop services and start them again"),
	    .detail = N_("--drain gives the work under way so many seconds to finish. A "
			 "service that is stopped is started."),
	    .grade = COMMAND_DISRUPTS,
	    .key = 'R',
	    .method = "restart",
	    .flags = COMMAND_SERVICE | COMMAND_JSON | COMMAND_FINAL,
	    .ask = ask_restart,
	    .show = show_states,
	},
	{
	    .pattern = "reload <service>... [--confirm <seconds>]",
	    .label = N_("Reload settings"),
	    .help = N_("read the settings files again and apply them"),
	    .detail = N_("A file with a mistake changes nothing: the old settings stay and "
			 "the mistake is told with file and line. No client is disconnected "
			 "unless a setting that changed needs a restart: that is done "
			 "without a question on the command line; the console asks first. "
			 "--confirm as with set."),
	    .grade = COMMAND_REVERSIBLE,
	    .key = 'r',
	    .method = "reload",
	    .flags = COMMAND_SERVICE | COMMAND_JSON | COMMAND_FINAL,
	    .ask = ask_reload,
	    .show = show_states,
	},
	{
	    .pattern = "resume <service>...",
	    .label = N_("Resume from quarantine"),
	    .help = N_("start services again that crashed too often"),
	    .detail = N_("A service that crashed three times in ten minutes is quarantined: "
			 "it stays down until it is resumed, while the others run."),
	    .grade = COMMAND_REVERSIBLE,
	    .key = 'u',
	    .method = "resume",
	    .flags = COMMAND_SERVICE | COMMAND_JSON | COMMAND_FINAL,
	    .ask = ask_resume,
	    .show = show_states,
	},
	{
	    .pattern = "log [<service>] [--follow] [--level <level>] [--since <time>] "
		       "[--until <time>] [--grep <regex>] [--invert] [--context <count>] "
		       "[--last <count>]",
	    .label = N_("Log"),
	    .help = N_("show the journal, oldest record first"),
	    .detail = N_("--follow goes on with new records until Ctrl-C, also across a "
			 "restart of stewardd. --level shows that level and what is more "
			 "important: error, warning, notice, info, debug. --since takes a "
			 "time (\"2026-01-31\", \"12:30\", RFC 3339), an age (\"90s\", "
			 "\"2h\", \"3d\") or \"boot\", when the machine was started, and "
			 "--until too. --grep is a POSIX extended regular "
			 "expression on subject and text; --invert shows what does not match it, "
			 "and --context so many records around each that is shown, at most 100. "
			 "--last shows only the newest so many, at most 10000; "
			 "without it and --since the newest 100 are shown.\n"
			 "When stewardd is not running, the journal's files are read. With "
			 "--follow --json every record is a line of its own."),
	    .grade = COMMAND_READ,
	    .key = 'l',
	    .method = "log",
	    .flags = COMMAND_SERVICE | COMMAND_JSON | COMMAND_OFFLINE,
	    .ask = ask_log,
	    .show = show_records,
	    .run = run_log,
	},
	{
	    .pattern = "alerts [--history]",
	    .help = N_("show what is amiss, the worst first"),
	    .detail =
		N_("Each with its cause, what it means for people, and the words that help. "
		   "--history shows those that have ended, too.\n"
		   "Ends with 5 when a critical one is active that nobody has acknowledged or "
		   "put to sleep."),
	    .grade = COMMAND_READ,
	    .method = "alerts",
	    .flags = COMMAND_JSON,
	    .ask = ask_alerts,
	    .show = show_alerts,
	    .run = run_alerts,
	},
	{
	    .pattern = "acknowledge <alert>",
	    .help = N_("say that somebody sees to an alert"),
	    .detail = N_("It stays as it is, and nobody is told of it any more, until it ends or "
			 "becomes worse."),
	    .grade = COMMAND_REVERSIBLE,
	    .method = "acknowledge",
	    .flags = COMMAND_JSON,
	    .ask = ask_acknowledge,
	    .show = show_alerts,
	},
	{
	    .pattern = "snooze <alert> <duration>",
	    .help = N_("put an alert to sleep for a time"),
	    .detail = N_("A minute to 30 days: \"30m\", \"8h\", \"2d\"; \"0\" wakes it. One that "
			 "becomes worse wakes by itself."),
	    .grade = COMMAND_REVERSIBLE,
	    .method = "snooze",
	    .flags = COMMAND_JSON,
	    .ask = ask_snooze,
	    .show = show_alerts,
	},
	{
	    .pattern = "alert-test",
	    .help = N_("run the command that is told of alerts, and show what it says"),
	    .detail = N_("The setting host.alert_command names it."),
	    .grade = COMMAND_READ,
	    .method = "alert_test",
	    .flags = COMMAND_JSON,
	    .ask = ask_alert_test,
	    .show = show_alert_test,
	    .run = run_alert_test,
	},
	{
	    .pattern = "who",
	    .help = N_("show who else is attached, from where, and at what"),
	    .grade = COMMAND_READ,
	    .method = "who",
	    .flags = COMMAND_JSON,
	    .ask = ask_who,
	    .show = show_who,
	},
	{
	    .pattern = "list [<service>] [<table>]",
	    .help = N_("show one of a service's tables, or which tables there are"),
	    .grade = COMMAND_READ,
	    .method = "list",
	    .flags = COMMAND_SERVICE | COMMAND_JSON,
	    .ask = ask_list,
	    .show = show_list,
	    .run = run_list,
	},
	{
	    .pattern = "do <service> [<command>]...",
	    .help = N_("tell a service something, or show what it can be told"),
	    .detail = N_("The words after the service are the service's own; `steward do "
			 "SERVICE` shows them."),
	    .grade = COMMAND_READ,
	    .method = "do",
	    .flags = COMMAND_SERVICE | COMMAND_JSON | COMMAND_REST | COMMAND_FINAL,
	    .ask = ask_do,
	    .show = show_do,
	    .run = run_do,
	},
	{
	    .pattern = "get [<setting>]",
	    .help = N_("show settings, and where each value comes from"),
	    .detail = N_("Without a name all of them; with SERVICE those of a service; with "
			 "SERVICE.SETTING everything about one: what it takes, its default "
			 "and what it is for."),
	    .grade = COMMAND_READ,
	    .method = "get",
	    .flags = COMMAND_JSON,
	    .ask = ask_get,
	    .show = show_settings,
	},
	{
	    .pattern = "set <assignment>... [--reset] [--dry-run] [--confirm <seconds>]",
	    .help = N_("change settings: NAME=VALUE, checked and applied at once"),
	    .detail = N_("Several are applied together or not at all. The name ends at the "
			 "first \"=\"; a list is written a,b; \"NAME=\" sets the empty text. "
			 "The values are stored in steward.auto.conf, which is read after "
			 "steward.conf; steward.conf itself is never written.\n"
			 "With --reset names that are given without a value go back to what "
			 "steward.conf or the default says. --dry-run only checks and shows "
			 "what would change.\n"
			 "With --confirm it is a trial: steward looks whether the services "
			 "work with it, and goes back by itself unless `steward confirm` comes "
			 "within so many seconds (5 to 3600)."),
	    .grade = COMMAND_REVERSIBLE,
	    .method = "set",
	    .flags = COMMAND_JSON,
	    .ask = ask_set,
	    .show = show_changes,
	},
	{
	    .pattern = "confirm",
	    .help = N_("keep the settings that are on trial"),
	    .detail = N_("They are stored, and in force at the next start, too."),
	    .grade = COMMAND_REVERSIBLE,
	    .method = "confirm",
	    .flags = COMMAND_JSON,
	    .ask = ask_confirm,
	    .show = show_confirmed,
	    .run = run_confirm,
	},
	{
	    .pattern = "revert",
	    .help = N_("take the settings that are on trial back at once"),
	    .grade = COMMAND_REVERSIBLE,
	    .method = "revert",
	    .flags = COMMAND_JSON,
	    .ask = ask_revert,
	    .show = show_reverted,
	    .run = run_revert,
	},
	{
	    .pattern = "versions",
	    .help = N_("show how settings were changed, oldest first"),
	    .detail = N_("The newest 100 changes; the number in front is what undo takes."),
	    .grade = COMMAND_READ,
	    .method = "audit",
	    .flags = COMMAND_JSON,
	    .ask = ask_versions,
	    .show = show_versions,
	},
	{
	    .pattern = "audit [--last <count>]",
	    .help = N_("show who did what, oldest first"),
	    .detail = N_("--last shows the newest so many, at most 1000; without it 100. With "
			 "--json each entry also says how it can be taken back, or why it "
			 "cannot."),
	    .grade = COMMAND_READ,
	    .method = "audit",
	    .flags = COMMAND_JSON,
	    .ask = ask_audit,
	    .show = show_audit,
	},
	{
	    .pattern = "undo [<entry>] [--dry-run] [--confirm <seconds>]",
	    .help = N_("take back what was done"),
	    .detail = N_("Without a number the newest entry of the audit list that can be taken "
			 "back; said again, the one before it. An undo is an entry itself: "
			 "`steward undo` with its number does again what it took back. What "
			 "somebody has changed since is left alone. --dry-run only shows what "
			 "would be done. --confirm as with set, when settings are taken back."),
	    .grade = COMMAND_DISRUPTS,
	    .method = "undo",
	    .flags = COMMAND_JSON,
	    .ask = ask_undo,
	    .show = show_undone,
	},
	{
	    .pattern = "init [--name <name>] [--services <services>] "
		       "[--listen <service=address>]... [--done]",
	    .help = N_("set a new steward up: name, services, where they listen"),
	    .detail = N_("--services starts exactly those of the list (web,dns; empty: none) and "
			 "stops the others. --listen takes SERVICE=ADDRESS:PORT[,ADDRESS:PORT]... "
			 "and may be given for several services. All of it is checked before any "
			 "of it is done, and it can be done again at any time.\n"
			 "--done alone leaves everything as it is, and the first run is over. "
			 "Without options it shows how things stand."),
	    .grade = COMMAND_DISRUPTS,
	    .method = "init",
	    .flags = COMMAND_JSON,
	    .run = run_init,
	},
	{
	    .pattern = "check [<file>]",
	    .help = N_("check the settings files, or a file before it is put in place"),
	    .detail = N_("A mistake is told with file, line and what was expected."),
	    .grade = COMMAND_READ,
	    .method = "check",
	    .flags = COMMAND_JSON | COMMAND_OFFLINE,
	    .ask = ask_check,
	    .show = show_check,
	    .run = run_check,
	},
	{
	    .pattern = "edit [--confirm <seconds>]",
	    .help = N_("edit steward.conf, check it, and apply it on trial"),
	    .detail = N_("Runs $VISUAL or $EDITOR (else editor, nano or vi) on a copy. A mistake "
			 "is told with its line, and the text can be edited again. What is "
			 "right is shown as a diff and put in place as your own act, with the "
			 "file's owner and mode; then it is applied, and the old settings are "
			 "back in 60 seconds (--confirm: so many) unless you keep the new ones. "
			 "steward.conf keeps your text in any case."),
	    .grade = COMMAND_DISRUPTS,
	    .method = "reload",
	    .flags = COMMAND_OFFLINE,
	    .run = run_edit,
	},
	{
	    .pattern = "metrics",
	    .help = N_("print every counter as OpenMetrics text"),
	    .grade = COMMAND_READ,
	    .method = "metrics",
	    .flags = COMMAND_JSON,
	    .ask = ask_metrics,
	    .show = show_metrics,
	},
	{
	    .pattern = "completion <shell>",
	    .help = N_("print the completion script of a shell (bash)"),
	    .detail = N_("For one session: eval \"$(steward completion bash)\"."),
	    .grade = COMMAND_READ,
	    .flags = COMMAND_OFFLINE,
	    .run = run_completion,
	},
	{
	    .pattern = "help [<topic>]",
	    .label = N_("Help"),
	    .help = N_("show the commands, or all about one of them"),
	    .detail = N_("`steward help keys` lists the keys of the console by the names that "
			 "console.conf knows."),
	    .grade = COMMAND_READ,
	    .key = '?',
	    .flags = COMMAND_OFFLINE,
	    .show = show_help,
	    .run = run_help,
	},
	{ .pattern = NULL },
};

void command_name(const struct command *command, char *out, size_t size)
{
	text_format(out, size, "%.*s", (int)strcspn(command->pattern, " "), command->pattern);
}

const struct command *command_by_name(const char *name)
{
	size_t length = strlen(name);

	for (const struct command *c = command_table; c->pattern != NULL; c++)
		if (strcspn(c->pattern, " ") == length && strncmp(c->pattern, name, length) == 0)
			return c;
	return NULL;
}

const struct command *command_by_key(int key)
{
	for (const struct command *c = command_table; c->pattern != NULL; c++)
		if (key != 0 && c->key == key)
			return c;
	return NULL;
}

bool command_text_words(const struct command *command, const char *home, const char *const *words,
    size_t count, char *out, size_t size)
{
	char name[32], quoted[PATH_MAX] = "";

	command_name(command, name, sizeof name);
	if (home != NULL && !format_quote(home, quoted, sizeof quoted))
		return false;
	bool fits =
	    text_format(out, size, "steward%s%s %s", home != NULL ? " --home " : "", quoted, name);

	for (size_t i = 0; fits && i < count; i++) {
		size_t used = strlen(out);

		fits = format_quote(words[i], quoted, sizeof quoted) &&
		    text_format(out + used, size - used, " %s", quoted);
	}
	return fits;
}

bool command_text(const struct command *command, const char *home, const char *service, char *out,
    size_t size)
{
	return command_text_words(command, home, &service, service != NULL, out, size);
}

enum command_grade command_grade_parse(const char *name)
{
	static const char *const names[] = {
		[COMMAND_READ] = "read",
		[COMMAND_REVERSIBLE] = "reversible",
		[COMMAND_DISRUPTS] = "disrupts",
		[COMMAND_DESTROYS] = "destroys",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (name != NULL && strcmp(name, names[i]) == 0)
			return (enum command_grade)i;
	return COMMAND_DESTROYS;
}
