/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done once: options, folders, the lock, going to the background. All
 * of it before the fork, so that what is wrong is said where it was typed.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "keeper/keeper.h"

#define PARENT_WAIT_MS 60000
#define LOG_LIMIT (1 << 20)
#define FILES_MIN 32 /* for the keeper's own and a first listener */

static const char usage[] = "usage: stewardd [--home DIR] [--foreground] [--host PROGRAM]\n"
			    "       stewardd --version | --help\n";

static void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void die(const char *format, ...)
{
	char text[1100];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	keeper_say("%s", text);
	exit(1);
}

static void wrong(const struct keeper *k, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What keeps a first keeper from starting, and makes a probe fail. An heir has
 * sockets to lose, and goes on. */
static void wrong(const struct keeper *k, const char *format, ...)
{
	char text[1100];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (k->probe) {
		dprintf(STDOUT_FILENO, "%s\n", text);
		exit(1);
	}
	if (!k->heir)
		die("%s", text);
	keeper_say("%s; going on with what was inherited", text);
}

/* ---- Options and programs ---- */

static void probe_passed(void) __attribute__((noreturn));

static void probe_passed(void)
{
	exit(write(STDOUT_FILENO, KEEPER_PROBE_OUTPUT, strlen(KEEPER_PROBE_OUTPUT)) < 0);
}

/* A keeper of another version may know other options: what follows --probe and
 * is not known is no reason to fail. One that does not say which home it means
 * wants to know the protocol alone. */
static void options(struct keeper *k, int argc, char **argv)
{
	static const struct option known[] = { { "home", required_argument, NULL, 'd' },
		{ "foreground", no_argument, NULL, 'f' }, { "host", required_argument, NULL, 'h' },
		{ "probe", no_argument, NULL, 'p' }, { "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, '?' + 1 }, { NULL, 0, NULL, 0 } };
	const char *folder = NULL, *host = NULL;
	char why[512];
	bool usable = true;
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (option) {
		case 'd':
			folder = optarg;
			break;
		case 'f':
			k->foreground = true;
			break;
		case 'h':
			host = optarg;
			break;
		case 'p':
			k->probe = true;
			opterr = 0;
			break;
		case 'v':
			exit(dprintf(STDOUT_FILENO, "stewardd %s\n", PACKAGE_VERSION) < 0);
		case '?' + 1:
			exit(dprintf(STDOUT_FILENO, "%s", usage) < 0);
		default:
			usable = usable && k->probe;
		}
	if (k->probe && !folder && geteuid() != 0)
		probe_passed();
	if (!usable || (optind != argc && !k->probe) || (folder && !*folder)) {
		dprintf(STDERR_FILENO, "%s", usage);
		exit(2);
	}
	if (!home_find(folder, false, &k->home, why, sizeof why))
		die("%s", why);
	k->host_given = host;
	if (!host || realpath(host, k->host_program))
		return;
	wrong(k, "%s: %s", host, strerror(errno));
	snprintf(k->host_program, sizeof k->host_program, "%s", host);
}

/* Beside this program, as in a build tree, else where they are installed. */
static void find_program(const struct keeper *k, const char *name, char *path_r)
{
	int folder = (int)(strrchr(k->self, '/') - k->self);

	if (snprintf(path_r, PATH_MAX, "%.*s/%s", folder, k->self, name) >= PATH_MAX ||
	    access(path_r, X_OK) != 0)
		snprintf(path_r, PATH_MAX, "%s/%s", PKGLIBEXECDIR, name);
}

static void find_programs(struct keeper *k)
{
	ssize_t length = readlink("/proc/self/exe", k->self, sizeof k->self - 1);

	if (length > 0)
		k->self[length] = '\0';
	else
		snprintf(k->self, sizeof k->self, "%s/stewardd", SBINDIR);
	if (!k->host_given)
		find_program(k, "steward-host", k->host_program);
	find_program(k, "steward-root", k->root_program);
}

static int64_t limit(const struct keeper *k, const char *name, int64_t usual)
{
	const char *value = k->host_given ? getenv(name) : NULL;
	int64_t number = value ? strtoll(value, NULL, 10) : 0;

	return number > 0 ? number : usual;
}

/* ---- User and folders ---- */

static void find_user(struct keeper *k)
{
	k->root = geteuid() == 0;
	if (!k->root)
		return;
	if (child_find_user(k))
		return;
	if (errno == EPERM)
		wrong(k, "user " KEEPER_USER " is root itself: give it a number of its own");
	else
		wrong(k,
		    "there is no user %s, which the services run as; make it with: "
		    "useradd --system --user-group --home-dir %s --shell /usr/sbin/nologin %s",
		    KEEPER_USER, STATEDIR, KEEPER_USER);
}

static void make_folder(const struct keeper *k, const char *path, mode_t mode)
{
	char part[PATH_MAX];

	for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
		snprintf(part, sizeof part, "%.*s", (int)(end - path), path);
		if (mkdir(part, 0755) != 0 && errno != EEXIST && errno != EROFS) {
			wrong(k, "cannot make folder %s: %s", part, strerror(errno));
			return;
		}
	}
	if (mkdir(path, mode) != 0 && errno != EEXIST)
		wrong(k, "cannot make folder %s: %s", path, strerror(errno));
}

/* The state folder is the user steward's. Below a home that may belong to
 * anybody a symbolic link there is not followed. */
static void give_folder(const struct keeper *k)
{
	const char *path = k->home.state;
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = open(path, k->home.installed ? flags : flags | O_NOFOLLOW);
	struct stat folder;

	if (fd < 0 || fstat(fd, &folder) != 0)
		wrong(k, "cannot use folder %s: %s", path, strerror(errno));
	else if (folder.st_uid != 0 && folder.st_uid != k->uid)
		wrong(k,
		    "folder %s belongs to another user (%u) and not to " KEEPER_USER
		    "; start stewardd as that user, or: chown -R " KEEPER_USER " %s",
		    path, folder.st_uid, path);
	else if (folder.st_uid == 0 && k->probe)
		probe_passed(); /* an heir gives it away, which opens it too */
	else if (folder.st_uid == 0 && (fchown(fd, k->uid, k->gid) != 0 || fchmod(fd, 0755) != 0))
		wrong(k, "cannot give folder %s to user " KEEPER_USER ": %s", path,
		    strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* A child that is the user steward walks there; its status is the number of
 * the slash that it did not get past. */
static void check_path(const struct keeper *k, const char *path)
{
	char part[PATH_MAX];
	int status = 0, slash = 0;
	pid_t pid = fork();

	if (pid < 0) {
		wrong(k, "cannot fork: %s", strerror(errno));
		return;
	}
	for (const char *end = path; *end; end++) {
		if (end[1] != '/' && end[1] != '\0')
			continue;
		slash++;
		snprintf(part, sizeof part, "%.*s", (int)(end - path + 1), path);
		if (pid == 0 && slash == 1 && !child_drop(k))
			_exit(255);
		if (pid == 0 && access(part, X_OK) != 0)
			_exit(slash < 254 ? slash : 254);
		if (pid > 0 && slash == 1 &&
		    (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))) {
			wrong(k, "cannot find out whether user " KEEPER_USER " reaches %s", path);
			return;
		}
		if (pid > 0 && WEXITSTATUS(status) == slash)
			wrong(k,
			    "user " KEEPER_USER " may not enter %s: allow it with chmod o+x, or "
			    "give a --home that it can reach",
			    part);
	}
	if (pid == 0)
		_exit(0);
	if (WEXITSTATUS(status) == 255)
		wrong(k, "cannot become user " KEEPER_USER);
}

static void folders(struct keeper *k)
{
	umask(022);
	if (!k->probe) {
		make_folder(k, k->home.state, k->root ? 0755 : 0700);
		make_folder(k, k->home.run, k->root ? 0755 : 0700);
	}
	/* One that is not there is made when a probe has become an heir. */
	if (k->root && k->uid && (!k->probe || access(k->home.state, F_OK) == 0)) {
		give_folder(k);
		check_path(k, k->home.state);
	}
	k->rules = (struct listener_rules){ k->home.run, k->home.state, k->home.ports, k->root };
}

/* ---- Lock and log ---- */

/* The state folder is the host's to write in: what it put there in place of a
 * file of ours is not touched. */
static int own_file(const char *folder, const char *name, int flags)
{
	char path[PATH_MAX + 16];
	struct stat file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	int fd = open(path, flags | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0640);
	if (fd < 0 || fstat(fd, &file) != 0)
		die("cannot open %s: %s", path, strerror(errno));
	if (!S_ISREG(file.st_mode) || file.st_nlink != 1 || file.st_uid != geteuid())
		die("%s is not a plain file of the user who starts stewardd: remove it", path);
	return fd;
}

static int lock_file(const char *folder)
{
	char pid[16] = "";
	int fd = own_file(folder, "lock", O_RDWR);

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno != EWOULDBLOCK)
		die("cannot lock %s/lock: %s", folder, strerror(errno));
	ssize_t length = pread(fd, pid, sizeof pid - 1, 0);
	pid[length > 0 ? length : 0] = '\0';
	if (!strtol(pid, NULL, 10))
		die("another stewardd has %s/lock, and is just starting or ending", folder);
	die("already running (pid %ld)", strtol(pid, NULL, 10));
}

/* As root with --home the run folder is the host's to write in, and a hijacked
 * one could remove the lock there for a second keeper to start beside this one:
 * so there is one more in the home itself. A file, since anybody who may read a
 * folder may lock it. */
static void take_lock(struct keeper *k)
{
	if (k->root && !k->home.installed)
		k->home_lock_fd = lock_file(k->home.folder);
	k->lock_fd = lock_file(k->home.run);
}

static void write_lock(int fd)
{
	char pid[16];
	int length = snprintf(pid, sizeof pid, "%d\n", getpid());

	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)length, 0) != length)
		keeper_say("cannot write the lock: %s", strerror(errno));
}

/* ---- To the background ---- */

/* The keeper's verdict: '0', or '1' and the reason. */
static void wait_for_keeper(const struct keeper *k, int fd)
{
	char text[1024];
	size_t length = 0;
	int64_t until = keeper_now() + PARENT_WAIT_MS;
	struct pollfd set = { fd, POLLIN, 0 };

	while (length < sizeof text - 1) {
		int64_t rest = until - keeper_now();
		if (poll(&set, 1, rest > 0 ? (int)rest : 0) == 0)
			die("services are still starting after %d s; look with: steward status, "
			    "and into %s/stderr.log",
			    PARENT_WAIT_MS / 1000, k->home.state);
		ssize_t got = read(fd, text + length, sizeof text - 1 - length);
		if (got == 0)
			break;
		if (got > 0)
			length += (size_t)got;
	}
	text[length] = '\0';
	if (text[0] == '0')
		exit(0);
	die("%s", length > 1 ? text + 1 : "the keeper ended; see stderr.log in the state folder");
}

static void daemonise(struct keeper *k)
{
	int ends[2], log = own_file(k->home.state, "stderr.log", O_WRONLY | O_APPEND);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct stat file;

	if (fstat(log, &file) == 0 && file.st_size > LOG_LIMIT && ftruncate(log, 0) != 0)
		keeper_say("cannot empty stderr.log: %s", strerror(errno));
	if (null < 0 || pipe2(ends, O_CLOEXEC) != 0)
		die("cannot go to the background: %s", strerror(errno));
	pid_t pid = fork();
	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (pid > 0) {
		close(ends[1]);
		wait_for_keeper(k, ends[0]);
	}
	close(ends[0]);
	k->parent_fd = ends[1];
	setsid();
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(log, STDERR_FILENO) < 0)
		die("cannot go to the background: %s", strerror(errno));
	close(null);
	close(log);
}

/* A host with many connections needs more than the usual 1024. */
static void raise_limit(bool first)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	if (first && files.rlim_max < FILES_MIN)
		die("the limit of open files is %llu: stewardd needs at least %d (ulimit -n)",
		    (unsigned long long)files.rlim_max, FILES_MIN);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static void prepare(struct keeper *k)
{
	struct timespec now;
	sigset_t set;

	if (chdir("/") != 0)
		die("cannot enter /: %s", strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	k->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (k->signal_fd < 0)
		die("cannot watch signals: %s", strerror(errno));
	clock_gettime(CLOCK_REALTIME, &now);
	if (!k->kept.started_us)
		k->kept.started_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	k->heartbeat = limit(k, "STEWARD_KEEPER_HEARTBEAT_MS", 15000);
	k->stop_limit = limit(k, "STEWARD_KEEPER_STOP_MS", 30000);
	k->backoff = limit(k, "STEWARD_KEEPER_BACKOFF_MS", 1000);
	notify_open(k);
}

int main(int argc, char **argv)
{
	static struct keeper keeper = { .lock_fd = -1,
		.home_lock_fd = -1,
		.parent_fd = -1,
		.notify_fd = -1 };
	struct keeper *k = &keeper;

	/* First of all, so that nothing that goes wrong loses the sockets. */
	k->heir = k->proven = handover_take(k);
	options(k, argc, argv);
	/* One that takes over goes on with whatever limit it has. */
	raise_limit(!k->heir && !k->probe);
	find_programs(k);
	find_user(k);
	folders(k);
	if (k->probe)
		probe_passed();
	if (!k->heir) {
		close_range(STDERR_FILENO + 1, ~0U, 0);
		take_lock(k);
		if (!k->foreground)
			daemonise(k);
	}
	write_lock(k->lock_fd);
	if (k->home_lock_fd >= 0)
		write_lock(k->home_lock_fd);
	prepare(k);
	return keeper_run(k);
}
