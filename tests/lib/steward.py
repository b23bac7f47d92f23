# SPDX-License-Identifier: GPL-3.0-or-later
"""A private steward: a home of its own below /tmp, free loopback ports, and
everything that a test asks of it. STEWARD_BUILD names the build tree."""
import glob
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile

from control import Control
from waiting import alive, process_ended, wait_until

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("STEWARD_BUILD", os.path.join(SOURCE, "build")))
ROOT = os.geteuid() == 0
HOST_SETTINGS = {"journal_level": "debug"}


def program(name):
    return os.path.join(BUILD, name)


def sanitized():
    """True when the host was built with a sanitizer."""
    with open(program("steward-host"), "rb") as file:
        data = file.read()
    return b"__asan_init" in data or b"__tsan_init" in data


def free_port(family=socket.AF_INET, address="127.0.0.1"):
    """A number that nobody uses now, over TCP and UDP."""
    with socket.socket(family, socket.SOCK_STREAM) as tcp:
        tcp.bind((address, 0))
        return tcp.getsockname()[1]


def as_setting(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(as_setting(item) for item in value) + "}"
    return '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"')


def as_settings(sections):
    """steward.conf's text for {"web": {"root": "/srv"}}."""
    lines = []
    for section, rows in sections.items():
        lines.append(section + " {")
        lines += ["\t%s = %s" % (name, as_setting(value)) for name, value in rows.items()]
        lines.append("}")
    return "\n".join(lines) + "\n"


def environment(folder):
    """What programs run with: a plain locale, and reports of sanitizers in folder."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("STEWARD_", "LC_", "LANG")) and name != "NOTIFY_SOCKET"}
    env["LC_ALL"] = "C.UTF-8"
    reports = os.path.join(folder, "sanitizer")
    os.makedirs(reports, exist_ok=True)
    os.chmod(reports, 0o1777)
    common = "exitcode=99:handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:" \
        "handle_sigill=0:use_sigaltstack=0:log_path=" + os.path.join(reports, "report")
    env["ASAN_OPTIONS"] = "detect_leaks=1:verify_asan_link_order=0:" + common
    # The host's user must be able to read it, wherever the tree lies.
    suppressions = os.path.join(folder, "tsan.supp")
    shutil.copyfile(os.path.join(SOURCE, "tests/lib/tsan.supp"), suppressions)
    env["TSAN_OPTIONS"] = "suppressions=" + suppressions + \
        ":die_after_fork=0:" + common
    env["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1:" + common
    return env


def entry(status, name):
    """A service's entry in the status document."""
    return next(one for one in status["services"] if one["name"] == name)


def settled(status):
    return all(one["state"] != "starting" for one in status["services"])


class Outcome:
    """What a program printed and how it ended."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return "exit %s\n%s\n%s" % (self.status, self.out, self.err)


def run(words, env=None, timeout=90, **options):
    """Runs a program to its end, with nothing to read."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=env, timeout=timeout, **options)
    return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"),
                   done.stderr.decode("utf-8", "replace"))


class Steward:
    def __init__(self, settings=None, *, host="tests/trial-host", base=None, env=None,
                 wrapper=(), build=None):
        self.base = base or tempfile.mkdtemp(prefix="steward-test-", dir="/tmp")
        self.remove_base = base is None
        os.makedirs(self.base, exist_ok=True)
        os.chmod(self.base, 0o755)
        self.home = os.path.join(self.base, "home")
        self.www = os.path.join(self.base, "www")
        self.state = os.path.join(self.home, "state")
        self.control_path = os.path.join(self.state, "control")
        self.conf = os.path.join(self.home, "steward.conf")
        self.host = host
        self.build = build or BUILD
        self.wrapper = list(wrapper)
        self.env = dict(environment(self.base), **(env or {}))
        self.process = None
        self.keeper = None
        self.stderr = os.path.join(self.base, "stderr")
        self.settings = settings
        for folder in (self.home, self.www):
            os.makedirs(folder, exist_ok=True)
            os.chmod(folder, 0o755)
        self.page("index.html", "the first page\n")
        self.configure(settings)

    # ---- Files ----

    def page(self, name, content):
        """Puts a file below web.root."""
        path = os.path.join(self.www, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(path, 0o644)
        return path

    def configure(self, settings=None):
        """Writes steward.conf: the sections given over what every test needs."""
        sections = {"host": dict(HOST_SETTINGS),
                    "web": {"listen": ["127.0.0.1:0"], "root": self.www}}
        if self.host:
            sections["trial"] = {"listen": ["127.0.0.1:0"]}
        for section, rows in (settings or {}).items():
            sections.setdefault(section, {}).update(rows)
            sections[section] = {name: value for name, value in sections[section].items()
                                 if value is not None}
        self.configure_text(as_settings(sections))

    def configure_text(self, text):
        with open(self.conf, "w") as file:
            file.write(text)

    # ---- Running ----

    def command(self, *words):
        command = self.wrapper + [os.path.join(self.build, "stewardd"), "--home", self.home]
        if self.host:
            command += ["--host", os.path.join(self.build, self.host)]
        return command + list(words)

    def spawn(self, *words, **options):
        """Starts stewardd in the foreground and does not wait for anything."""
        with open(self.stderr, "ab") as err:
            self.process = subprocess.Popen(
                self.command("--foreground", *words), stdin=subprocess.DEVNULL, stdout=err,
                stderr=err, env=self.env, **options)
        self.keeper = self.process.pid
        return self.process

    def start(self, *words, **options):
        """Starts stewardd and waits until no service is starting any more."""
        self.spawn(*words, **options)
        self.wait_settled()
        return self

    def wait_settled(self):
        descriptor = os.pidfd_open(self.process.pid)
        try:
            return wait_until(self._settled, "stewardd to be ready", watch=[descriptor])
        finally:
            os.close(descriptor)

    def _settled(self):
        if self.process and self.process.poll() is not None:
            raise AssertionError("stewardd ended with %d:\n%s"
                                 % (self.process.returncode, self.messages()))
        try:
            status = self.status()
        except (OSError, ConnectionError):
            return None
        return status if settled(status) else None

    def daemonise(self, *words):
        """Starts stewardd as an owner does; the outcome is the parent's."""
        outcome = run(self.command(*words), env=self.env)
        if outcome.status == 0:
            self.keeper = self.status()["host"]["keeper_pid"]
        return outcome

    def stop(self):
        """Ends it by SIGTERM; the exit status when it is our child, else None."""
        if self.keeper is None:
            return None
        keeper, self.keeper = self.keeper, None
        host = self.children(keeper)
        try:
            os.kill(keeper, signal.SIGTERM)
            process_ended(keeper)
        except ProcessLookupError:
            pass
        except AssertionError:
            os.kill(keeper, signal.SIGKILL)
            raise
        finally:
            status = self.process.wait() if self.process else None
            self.process = None
            for pid in host:
                process_ended(pid)
        return status

    def kill_keeper(self):
        """Kills the keeper alone; the pids of its hosts."""
        keeper, self.keeper = self.keeper, None
        hosts = self.children(keeper)
        os.kill(keeper, signal.SIGKILL)
        process_ended(keeper)
        if self.process:
            self.process.wait()
            self.process = None
        return hosts

    def kill(self):
        """Ends keeper and host without a chance to tidy up, as a power cut does."""
        for pid in self.kill_keeper():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process_ended(pid)

    def strays(self):
        """Processes that were started for this home and are still there."""
        found = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as file:
                    if os.fsencode(self.home) in file.read().split(b"\0"):
                        found.append(int(path.split("/")[2]))
            except OSError:
                pass    # it has just ended
        return [pid for pid in found if alive(pid)]

    def leftovers(self):
        """Those that do not end by themselves: a process may take its time."""
        for pid in self.strays():
            try:
                process_ended(pid)
            except AssertionError:
                pass
        return self.strays()

    def remove(self):
        for pid in self.strays():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if self.remove_base:
            shutil.rmtree(self.base, ignore_errors=True)

    @staticmethod
    def children(pid):
        try:
            with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
                return [int(word) for word in file.read().split()]
        except FileNotFoundError:
            return []

    # ---- Asking ----

    def cli_command(self, *words):
        return [os.path.join(self.build, "steward"), "--home", self.home, *words]

    def cli(self, *words, env=None, before=(), **options):
        """Runs the command line; before is a program in front, such as setpriv."""
        return run([*before, *self.cli_command(*words)], env=dict(self.env, **(env or {})),
                   **options)

    def ok(self, *words, **options):
        outcome = self.cli(*words, **options)
        assert outcome.status == 0, "%s: %r" % (" ".join(words), outcome)
        return outcome

    def json(self, *words, **options):
        return self.ok(*words, "--json", **options).json

    def control(self):
        return Control(self.control_path)

    def call(self, method, **params):
        with self.control() as control:
            return control.call(method, **params)

    def status(self):
        return self.call("status")

    def service(self, name):
        return entry(self.status(), name)

    def host_pid(self):
        return self.status()["host"]["pid"]

    def wait_status(self, condition, what):
        """Waits until condition(status) is true; hosts may come and go meanwhile."""
        def look():
            try:
                status = self.status()
            except (OSError, ConnectionError):
                return None
            return status if condition(status) else None
        return wait_until(look, what)

    def wait_state(self, service, *states):
        """Waits until service is in one of states and returns its entry."""
        status = self.wait_status(
            lambda status: entry(status, service)["state"] in states,
            "%s to be %s" % (service, " or ".join(states)))
        return entry(status, service)

    def wait_host(self, not_pid):
        """Waits until another host than not_pid answers, and all is settled."""
        return self.wait_status(lambda status: status["host"]["pid"] != not_pid and
                                settled(status), "the host that follows %d" % not_pid)

    def wait_crashes(self, number):
        """Waits until the host that follows crash number answers, and all is settled."""
        return self.wait_status(lambda status: status["host"]["crashes"] >= number and
                                settled(status), "the host that follows crash %d" % number)

    def port(self, service="web", transport="tcp", address=None):
        for one in self.service(service)["listeners"]:
            if one["transport"] == transport and address in (None, one["address"]):
                return one["port"]
        raise AssertionError("%s has no %s listener" % (service, transport))

    def url(self, path="/", address="127.0.0.1"):
        return "http://%s:%d%s" % (address, self.port("web"), path)

    def curl(self, *words, path="/", **options):
        return run(["curl", "-sS", "--max-time", "60", "--path-as-is", *words, self.url(path)],
                   **options)

    def echo(self, data=b"ping", family=socket.AF_INET, address="127.0.0.1", port=None):
        """What the trial answers over TCP."""
        port = port or self.port("trial")
        with socket.create_connection((address, port), timeout=30) as one:
            one.sendall(data)
            return one.recv(65536)

    # ---- Looking over ----

    def journal(self):
        """The text of the journal's files, oldest first."""
        texts = []
        for path in sorted(glob.glob(os.path.join(self.state, "journal", "journal.log*")),
                           reverse=True):
            try:
                with open(path, errors="replace") as file:
                    texts.append(file.read())
            except FileNotFoundError:
                continue        # rotated away between the look and the opening
        return "".join(texts)

    def wait_journal(self, text):
        return wait_until(lambda: text in self.journal(), "%r in the journal" % text)

    def messages(self):
        try:
            with open(self.stderr, errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def tell(self):
        """What a person wants to see of a test that failed."""
        print("---- steward.conf")
        with open(self.conf) as file:
            print(file.read())
        print("---- messages of stewardd (the end)")
        print(self.messages()[-6000:])
        print("---- journal (the end)")
        print(self.journal()[-6000:])

    def sanitizer_reports(self):
        reports = []
        for path in glob.glob(os.path.join(self.base, "sanitizer", "*")):
            with open(path, errors="replace") as file:
                reports.append("%s:\n%s" % (os.path.basename(path), file.read()[:8000]))
        return reports


def as_user(user, *groups):
    """The words that run a program as user, with exactly these groups (root only)."""
    entry = pwd.getpwnam(user)
    chosen = ["--groups", ",".join(groups)] if groups else ["--clear-groups"]
    return ["setpriv", "--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), *chosen]
