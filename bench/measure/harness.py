"""What every row needs: the server and its rivals as processes with data of their own, their CPU and memory, and wrk.

Everything listens on a free port, is ended by its id, and leaves nothing behind.
"""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

MODEL = "gemini-2.5-flash-image-preview"
START_SECONDS = 60
REQUEST_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")

LIMITS = """
[limits]
submits_per_minute = 1000000
submit_burst = 1000000
polls_per_second = 1000000
queued_tasks = 1000000
concurrent_tasks = {concurrent_tasks}
"""


class Bench:
    """The build to measure, a scratch folder on the same disk, and how thorough to be."""

    def __init__(self, build, quick, scratch):
        self.build = Path(build).resolve()
        self.quick = quick
        self.scratch = Path(scratch)
        self.repeats = 1 if quick else 3
        self.load_seconds = 1 if quick else 3
        cores = sorted(os.sched_getaffinity(0))
        self.server_core, self.load_core = cores[0], cores[-1]
        self.darkroom = self.build / "darkroom"

    def program(self, name):
        return str(self.build / "bench" / name) if (self.build / "bench" / name).is_file() else str(self.build / name)

    def folder(self, prefix):
        return Path(tempfile.mkdtemp(prefix=prefix + "-", dir=self.scratch))

    def filled_store(self, name, *wish):
        """A store of fill_store's, by what it is asked for; kept in the build, since filling it takes a minute."""
        filled = self.build / name
        if not filled.exists():
            partial = self.build / f"{name}.partial"
            partial.unlink(missing_ok=True)
            subprocess.run([self.program("fill_store"), str(partial), *map(str, wish)], check=True,
                           stdout=subprocess.DEVNULL)
            partial.rename(filled)
        return filled

    def median(self, measure):
        """The run with the median first figure, of `repeats` runs of measure(), which gives a tuple."""
        runs = sorted(measure() for _ in range(self.repeats))
        return runs[len(runs) // 2]


def clean_environment():
    """Ours without anything that configures darkroom."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith("DARKROOM_") and not name.endswith("_API_KEY")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(core, command):
    return command if core is None else ["taskset", "-c", str(core), *command]


def cpu_seconds(pid):
    """User and system time of a living process, all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid, file, name):
    """A figure of /proc/PID/status or smaps_rollup, in MB of 1,000,000 bytes."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/{file}").read_text(), re.MULTILINE)
    return int(found.group(1)) * 1024 / 1e6


def end(process, with_signal=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(with_signal)
    return process.wait(START_SECONDS)


class Server:
    """`darkroom serve` on a free port; its log goes to a file, as a service's does."""

    def __init__(self, bench, config="", concurrent_tasks=50, core=None, threads=0, data=None, log_level="info"):
        self.bench = bench
        self.folder = bench.folder("server")
        self.data = data or self.folder / "data"
        (self.folder / "darkroom.toml").write_text(
            f'[server]\nthreads = {threads}\nbalancer_seconds = 0\ndrain_seconds = 0\n[log]\nlevel = "{log_level}"\nformat = "json"\n'
            + LIMITS.format(concurrent_tasks=concurrent_tasks) + config)
        self.options = ["--config", str(self.folder / "darkroom.toml"), "--data", str(self.data)]
        self.log = self.folder / "log"
        self.began = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                pinned(core, [str(bench.darkroom), "serve", *self.options, "--listen", "127.0.0.1:0"]),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=clean_environment())
        self.pid = self.process.pid
        self.port = self._await_port()

    def _await_port(self):
        deadline = self.began + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(rb"listening on http://127\.0\.0\.1:(\d+)\n", self.log.read_bytes())
            if found:
                return int(found.group(1))
            time.sleep(0.001)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2000:]}")

    def command(self, *words):
        done = subprocess.run([str(self.bench.darkroom), *words, *self.options], env=clean_environment(), text=True,
                              capture_output=True, timeout=START_SECONDS, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
        return done.stdout.strip()

    def key(self, account="bench", test=True):
        """A new key of an account that can pay for anything."""
        book = ["--test"] if test else []
        key = self.command("keys", "create", "--account", account, *book)
        self.command("credits", "grant", "--account", account, "--credits", "1000000000", *book)
        return key

    def request(self, method, path, key=None, body=None):
        """The status and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS)
        with contextlib.closing(connection):
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            connection.request(method, path, body, headers | ({"Content-Type": "application/json"} if body else {}))
            answer = connection.getresponse()
            return answer.status, answer.read()

    def stop(self):
        end(self.process, signal.SIGKILL)
        shutil.rmtree(self.folder)


class Nginx:
    """One nginx worker that answers every request with a constant, and writes an access log line to a file if asked."""

    CONFIG = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log {access_log};
  keepalive_requests 100000000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    default_type application/json;
    location / {{ return 200 '{body}'; }}
  }}
}}
"""

    def __init__(self, bench, body, core, log):
        self.folder = bench.folder("nginx")
        self.port = free_port()
        access_log = f"{self.folder}/access.log" if log else "off"
        config = self.folder / "nginx.conf"
        config.write_text(self.CONFIG.format(folder=self.folder, port=self.port, body=body, access_log=access_log))
        self.process = subprocess.Popen(pinned(core, ["nginx", "-c", str(config), "-e", f"{self.folder}/error.log"]))
        self.pid = self.process.pid
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(ConnectionRefusedError):
                return socket.create_connection(("127.0.0.1", self.port)).close()
            time.sleep(0.01)
        raise RuntimeError("nginx did not start")

    def stop(self):
        end(self.process, signal.SIGKILL)
        shutil.rmtree(self.folder)


class Load:
    """What wrk saw: requests a second, p99 in milliseconds, the server's CPU a request, and how busy wrk itself was."""

    def __init__(self, bench, server, path, header=None, script=None, connections=64):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{bench.load_seconds}s", "--latency"]
        command += ["-H", header] if header else []
        command += ["-s", str(script)] if script else []
        before, began = cpu_seconds(server.pid), time.monotonic()
        with subprocess.Popen(pinned(bench.load_core, [*command, f"http://127.0.0.1:{server.port}{path}"]),
                              stdout=subprocess.PIPE, text=True) as wrk:
            said = wrk.stdout.read()
            _, status, used = os.wait4(wrk.pid, 0)
            wrk.returncode = os.waitstatus_to_exitcode(status)
        took = time.monotonic() - began
        if wrk.returncode != 0 or "Non-2xx" in said or "Socket errors" in said:
            raise RuntimeError(f"wrk: {said}")
        self.requests = int(re.search(r"(\d+) requests in", said).group(1))
        self.per_second = float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))
        self.p99_ms = self._milliseconds(re.search(r"99%\s+([\d.]+)(us|ms|s)\b", said))
        self.cpu_micros = (cpu_seconds(server.pid) - before) / self.requests * 1e6
        self.generator_share = (used.ru_utime + used.ru_stime) / took

    @staticmethod
    def _milliseconds(found):
        return float(found.group(1)) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found.group(2)]

    @property
    def bound(self):
        """A remark when it was wrk that could do no more."""
        return "; bounded by wrk" if self.generator_share > 0.95 else ""


def median_load(bench, server, path, **options):
    """The run with the median throughput."""
    return median_loads(bench, server, [path], **options)[0]


def median_loads(bench, server, paths, **options):
    """The same for each path, which take turns, so that what else the machine does meets all of them alike."""
    rounds = [[Load(bench, server, path, **options) for path in paths] for _ in range(bench.repeats)]
    return [sorted(loads, key=lambda run: run.per_second)[len(loads) // 2] for loads in zip(*rounds)]


def median(figures):
    return statistics.median(figures)
