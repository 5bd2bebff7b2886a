"""What the daemons tell over HTTP, and to Prometheus."""

import json
import re
import signal
import socket
import time
import unittest
import urllib.parse

from harness.daemons import DaemonTest
from harness.programs import BIN, DEADLINE, ROOT, SECOND, Program, free_port, run, wait_until
from harness.web import get, get_json, wait_for_status

RULES = ROOT / "packaging" / "prometheus" / "berkeley.rules.yml"
RULES_TEST = ROOT / "tests" / "e2e" / "berkeley.rules.test.yml"
DASHBOARD = ROOT / "packaging" / "grafana" / "berkeley.json"

HTTP = ("--http", "127.0.0.1:0")


def port_of(daemon):
    return int(daemon.wait_for(r"serving HTTP on \S+:(\d+)$")[1])


def clock_of(status, name):
    return next((clock for clock in status["clocks"] if clock["name"] == name), None)


def wait_for_health(port, code, reason=""):
    """The body of the first answer with that code whose body matches."""

    def find():
        status, _, body = get(port, "/healthz")
        return status == code and re.search(reason, body) and body

    return wait_until(find, f"health {code} {reason!r}")


def names_in(text):
    """Of every metric in an answer, with the suffixes of its series."""
    return set(re.findall(r"^(\w+)", re.sub(r"^#.*$", "", text, flags=re.M), flags=re.M))


def dashboard_expressions():
    dashboard = json.loads(DASHBOARD.read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def asked_for(expressions):
    return set(re.findall(r"\bberkeley_\w+", expressions))


class ServedGroup(DaemonTest):
    def start_group(self, *options, slaves=("left", "right")):
        """A master and slaves that serve HTTP, once all of them count: their ports by name."""
        master = self.start_master(*HTTP, *options)
        programs = {name: self.start_slave(name, master, *HTTP) for name in slaves}
        port = port_of(master)
        wait_for_status(
            port,
            lambda status: all(
                (clock := clock_of(status, name)) and clock["standing"] == "counted" for name in slaves
            ),
            "all clocks count",
        )
        return master, programs, port


class HttpTest(ServedGroup):
    """Status, history and health."""

    def test_a_master_tells_the_state_of_the_group(self):
        master, _, port = self.start_group()
        status = wait_for_status(
            port, lambda s: s["healthy"] and s["group"]["counted"] == 3, "a healthy group"
        )
        self.assertEqual("berkeley-master", status["program"])
        self.assertEqual("active", status["role"])
        self.assertTrue(status["synchronized"])
        self.assertEqual(self.interval * SECOND, status["interval_ns"])
        self.assertEqual(["master", "left", "right"], [c["name"] for c in status["clocks"]])
        self.assertEqual(3, status["group"]["clocks"])
        self.assertLessEqual({"joined", "restart"}, {e["kind"] for e in status["events"]})
        # The same cycle as the table shows.
        shown = master.cycle(status["cycle"])
        for clock in status["clocks"]:
            self.assert_near(
                shown.clocks[clock["name"]].offset, clock["offset_ns"] * 1e-9, 1e-4, clock["name"]
            )
        self.assertEqual("ok\n", wait_for_health(port, 200))

    def test_a_slave_tells_whom_it_follows_and_what_it_was_told(self):
        master, slaves, _ = self.start_group(slaves=["left"])
        port = port_of(slaves["left"])
        status = wait_for_status(port, lambda s: s["cycle"] and s["cycle"] >= 2, "two cycles")
        self.assertEqual("slave", status["role"])
        self.assertEqual({"address": f"127.0.0.1:{master.port}"}, status["master"])
        self.assertFalse(status["holdover"])
        self.assertIsNone(status["group"])
        [own] = status["clocks"]
        self.assertEqual(("left", "counted"), (own["name"], own["standing"]))
        self.assertEqual(own["offset_ns"], -own["change_ns"])
        self.assertGreater(own["bound_ns"], 0)
        history = get_json(port, "/history.json")
        self.assertEqual(["left"], history["names"])
        self.assertGreater(history["points"][0]["offsets"][0][2], 0)
        self.assertEqual("ok\n", wait_for_health(port, 200))

    def test_the_history_is_told_piece_by_piece(self):
        _, _, port = self.start_group()
        everyone = {"master", "left", "right"}
        first = wait_until(
            lambda: (h := get_json(port, "/history.json"))["next"] >= 2
            and set(h["names"]) == everyone
            and h,
            "two points, of everyone",
        )
        self.assertEqual(list(range(first["next"])), [p["index"] for p in first["points"]])
        self.assertFalse(first["more"])
        since = f"/history.json?since={first['next']}"
        second = wait_until(lambda: (h := get_json(port, since))["points"] and h, "new points")
        self.assertEqual(first["next"], second["points"][0]["index"])
        self.assertEqual(first["instance"], second["instance"])
        self.assertEqual(["left"], get_json(port, "/history.json?clock=left")["names"])

    def test_a_clock_that_leaves_is_lost_and_the_master_not_healthy_without_cycles(self):
        master, slaves, port = self.start_group("--min-slaves", 2)
        instance = get_json(port, "/status.json")["instance"]
        slaves["left"].end()
        status = wait_for_status(port, lambda s: s["waiting"], "the master waits for slaves")
        self.assertEqual({"slaves": 1, "needed": 2}, status["waiting"])
        self.assertEqual("lost", clock_of(status, "left")["standing"])
        self.assertIsNotNone(clock_of(status, "left")["offset_ns"])
        self.assertEqual("no sync cycle", clock_of(status, "right")["standing"])
        self.assertFalse(status["healthy"])
        self.assertEqual("no sync cycle: 1 of at least 2 slaves\n", wait_for_health(port, 503))
        self.start_slave("left", master)
        status = wait_for_status(
            port, lambda s: clock_of(s, "left")["standing"] == "counted", "the slave counts again"
        )
        kinds = [e["kind"] for e in status["events"] if e["clock"] == "left"]
        self.assertEqual(
            ["joined", "left", "joined"], [kind for kind in kinds if kind in ("joined", "left")]
        )
        self.assertEqual(instance, status["instance"])
        wait_for_health(port, 200)

    def test_a_clock_that_does_not_answer_is_late(self):
        _, slaves, port = self.start_group()
        slaves["left"].signal(signal.SIGSTOP)
        status = wait_for_status(port, lambda s: clock_of(s, "left")["standing"] == "late", "it is late")
        self.assertIsNone(clock_of(status, "left")["offset_ns"])
        slaves["left"].signal(signal.SIGCONT)
        wait_for_status(port, lambda s: clock_of(s, "left")["standing"] == "counted", "it counts")

    def test_a_slave_in_holdover_is_not_healthy(self):
        master, slaves, _ = self.start_group(slaves=["left"])
        port = port_of(slaves["left"])
        wait_for_health(port, 200)
        master.signal(signal.SIGSTOP)
        wait_for_health(port, 503, "^holdover: no adjustment has come for ")
        status = get_json(port, "/status.json")
        self.assertTrue(status["holdover"])
        self.assertEqual("holdover", status["clocks"][0]["standing"])
        master.signal(signal.SIGCONT)
        wait_for_health(port, 200)

    def test_a_bound_above_the_limit_is_not_healthy(self):
        master = self.start_master(*HTTP, "--max-bound", "1ns")
        slave = self.start_slave("left", master, *HTTP, "--max-bound", "1ns")
        for daemon in (master, slave):
            wait_for_health(port_of(daemon), 503, "^the bound, .* is above the limit of 1 ns\n$")

    def test_a_standby_says_whom_it_follows_and_that_it_leads(self):
        ports = [free_port(), free_port()]
        peers = ",".join(f"127.0.0.1:{port}" for port in ports)
        first, second = [
            self.start_master("--peers", peers, *HTTP, port=port)
            for port in ports
        ]
        self.start_slave("left", peers)
        port = port_of(second)
        status = wait_for_status(port, lambda s: s["cycle"], "the standby was adjusted")
        self.assertEqual("standby", status["role"])
        self.assertEqual({"address": f"127.0.0.1:{ports[0]}"}, status["master"])
        self.assertEqual("active", get_json(port_of(first), "/status.json")["role"])
        wait_for_health(port, 200)
        first.kill()
        status = wait_for_status(
            port, lambda s: s["role"] == "active" and s["group"], "the standby leads"
        )
        self.assertIn("role", [e["kind"] for e in status["events"]])
        self.assertRegex(get(port, "/metrics")[2], r"\nberkeley_role_changes_total [1-9]")

    def test_a_lab_peer_is_a_clock_without_a_bound(self):
        master = self.start_master(*HTTP)
        self.start_lab_peer("client", "--port", master.port, "--interval", 1)
        port = port_of(master)
        status = wait_for_status(port, lambda s: len(s["clocks"]) == 2, "the peer is there")
        self.assertEqual("lab", status["clocks"][1]["kind"])
        self.assertIsNone(status["clocks"][1]["bound_ns"])


class ServerTest(ServedGroup):
    """What it lets nobody do."""

    def test_whoever_does_not_read_or_finish_costs_nobody_and_is_disconnected(self):
        master, _, port = self.start_group()
        slow = socket.create_connection(("127.0.0.1", port), DEADLINE)
        self.addCleanup(slow.close)
        half = socket.create_connection(("127.0.0.1", port), DEADLINE)
        self.addCleanup(half.close)
        half.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        slow.setblocking(False)
        request = b"GET /metrics HTTP/1.1\r\n\r\n"
        # Until the kernel takes no more: the daemon has stopped reading requests.
        stuck = time.monotonic()
        while time.monotonic() < stuck + 1:
            try:
                slow.send(request)
                stuck = time.monotonic()
            except BlockingIOError:
                time.sleep(0.02)
        last = master.last_cycle()
        for cycle in (last + 1, last + 2):
            master.cycle(cycle)
            self.assertEqual(200, get(port, "/healthz")[0])
        self.assertEqual(b"", half.recv(1), "of who does not finish, nothing is awaited for ever")

        def closed():
            try:
                slow.send(request)
            except BlockingIOError:
                return False
            except OSError:
                return True
            return False

        wait_until(closed, "who does not read is disconnected")
        self.assertTrue(get_json(port, "/status.json")["healthy"])

    def test_others_may_read_it_when_they_are_let_and_the_log_says_so(self):
        master = self.start_master("--http", "0.0.0.0:0")
        master.wait_for("any host that can reach 0.0.0.0:.* can read the state of the group there")
        self.assertEqual(200, get(port_of(master), "/")[0])
        local = self.start_master(*HTTP)
        port_of(local)
        self.assertEqual([], local.matches("can read the state"))

    def test_a_port_that_is_in_use_ends_the_daemon(self):
        port = port_of(self.start_master(*HTTP))
        for program in ("berkeley-master", "berkeley-slave"):
            options = ("--http", f"127.0.0.1:{port}", "--state-dir", self.folder / "state")
            result = run(BIN / program, *options, "--publish", "none")
            self.assertEqual(1, result.returncode)
            self.assertRegex(result.stderr, rf"cannot serve HTTP on 127.0.0.1:{port} \(")

    def test_the_daemons_end_while_somebody_is_connected(self):
        _, slaves, port = self.start_group()
        for served in (port, port_of(slaves["left"])):
            client = socket.create_connection(("127.0.0.1", served), DEADLINE)
            self.addCleanup(client.close)
            client.sendall(b"GET /status.json HTTP/1.1\r\n\r\nGET /")
        for program in self.programs:
            self.assertEqual(0, program.end())


class PrometheusTest(ServedGroup):
    """The metrics, read by the real one."""

    def check(self, *command, text=""):
        result = run("promtool", *command, input=text)
        self.assertEqual((0, ""), (result.returncode, result.stderr), result.stdout)

    def start_prometheus(self, *ports):
        """It scrapes these ports every second."""
        targets = ", ".join(f"'127.0.0.1:{port}'" for port in ports)
        config = self.folder / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            f"rule_files: ['{RULES}']\n"
            "scrape_configs:\n"
            f"  - {{job_name: berkeley, static_configs: [{{targets: [{targets}]}}]}}\n"
        )
        port = free_port()
        command = ["prometheus", f"--config.file={config}"]
        command += [f"--storage.tsdb.path={self.folder / 'prometheus'}"]
        command += [f"--web.listen-address=127.0.0.1:{port}"]
        prometheus = self.start(Program("prometheus", command))
        prometheus.wait_for("Server is ready to receive web requests")
        return port

    def query(self, prometheus, expression):
        """The values by the labels' values."""
        path = "/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        answer = json.loads(get(prometheus, path)[2])
        self.assertEqual("success", answer["status"], answer)
        return {
            tuple(sorted(set(entry["metric"].values()))): float(entry["value"][1])
            for entry in answer["data"]["result"]
        }

    def test_the_metrics_keep_its_conventions(self):
        _, slaves, port = self.start_group()
        self.check("check", "metrics", text=get(port, "/metrics")[2])
        self.check("check", "metrics", text=get(port_of(slaves["left"]), "/metrics")[2])

    def test_every_metric_is_documented(self):
        _, slaves, port = self.start_group()
        page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
        for where in (port, port_of(slaves["left"])):
            for name in re.findall(r"^# TYPE (\S+)", get(where, "/metrics")[2], re.M):
                with self.subTest(name):
                    self.assertTrue(f"`{name}" in page, "it is not in monitoring.md")

    def test_it_scrapes_a_master_and_its_slave_and_answers_about_them(self):
        _, slaves, port = self.start_group()
        prometheus = self.start_prometheus(port, port_of(slaves["left"]))
        counted = 'sum(berkeley_clocks{standing="counted"})'
        wait_until(lambda: self.query(prometheus, counted) == {(): 3}, "three clocks are counted")
        wait_until(lambda: self.query(prometheus, "sum(up)") == {(): 2}, "both are scraped")
        # That of a clock that is late is not known.
        offsets = "max by (clock) (berkeley_clock_offset_seconds)"
        names = {("master",), ("left",), ("right",)}
        wait_until(lambda: set(self.query(prometheus, offsets)) == names, "the offsets of all")
        self.assertEqual({}, self.query(prometheus, 'ALERTS{alertstate="firing"}'))
        for expression in dashboard_expressions():
            self.query(prometheus, re.sub(r"\$(job|instance)", ".*", expression))
        self.assertEqual(
            {("active",), ("slave",)},
            set(self.query(prometheus, "max by (role) (berkeley_role == 1)")),
        )

    def test_some_clocks_are_left_out_when_there_are_many(self):
        _, _, port = self.start_group("--metrics-slaves", 2)
        line = '\nberkeley_clock_counted{clock="left"} 1\n'
        text = wait_until(lambda: line in (t := get(port, "/metrics")[2]) and t, "left counts")
        self.assertNotIn('clock="right"', text)
        self.assertIn("\nberkeley_clocks_left_out 1\n", text)

    def test_who_is_sent_away_is_counted(self):
        master, _, port = self.start_group()
        with socket.create_connection(("127.0.0.1", master.port), DEADLINE) as stranger:
            stranger.sendall(b"nonsense")
            stranger.recv(1)
        line = '\nberkeley_peers_sent_away_total{why="protocol"} 1\n'
        wait_until(lambda: line in get(port, "/metrics")[2], "the stranger is counted")

    def test_alerts_and_dashboard_use_only_what_there_is(self):
        # One of several masters, which are one, has every metric of a master.
        port = free_port()
        master = self.start_master("--peers", f"127.0.0.1:{port}", *HTTP, port=port)
        slave = self.start_slave("left", master, *HTTP)
        port = port_of(master)
        wait_for_status(
            port,
            lambda s: (c := clock_of(s, "left")) and c["drift_ppb"] is not None,
            "the slave's drift is known",
        )
        there = names_in(get(port, "/metrics")[2]) | names_in(get(port_of(slave), "/metrics")[2])
        shown = "\n".join(dashboard_expressions())
        for what, expressions in (("dashboard", shown), ("rules", RULES.read_text())):
            asked = asked_for(expressions)
            self.assertTrue(asked, what)
            self.assertEqual(set(), asked - there, what)

    def test_the_alerts_are_raised_when_they_should_be(self):
        self.check("check", "rules", RULES)
        self.check("test", "rules", RULES_TEST)


if __name__ == "__main__":
    unittest.main()
