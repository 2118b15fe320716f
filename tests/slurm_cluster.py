"""A real SLURM of two nodes on this machine, for as long as a test module runs.

It needs root and Debian's slurm-wlm, slurmdbd, munge and mariadb-server (make slurm installs them).
Daemons, keys and logs live in a folder of the test; the settings alone lie in Slurm's own folder,
since the plugin drops SLURM_CONF inside jobs.
"""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from initbench.jobs.job import die_with_parent
from workflow_grid import wait_until

FOLDER = Path("/etc/slurm")
NAME = "initbench-test"
NODES = ("n1", "n2")
DAEMONS = {
    "munged": "munged --foreground --force --socket={folder}/munge.socket"
    " --key-file={folder}/munge.key --pid-file={folder}/munge.pid --seed-file={folder}/munge.seed"
    " --log-file={folder}/munge.log",
    "mariadbd": "mariadbd --no-defaults --user=root --datadir={folder}/db"
    " --socket={folder}/db.socket --pid-file={folder}/db.pid --bind-address=127.0.0.1"
    " --port={mariadbd}",
    "slurmdbd": "slurmdbd -D",
    "slurmctld": "slurmctld -D",
    **{node: f"slurmd -D -N {node}" for node in NODES},
}
PROGRAMS = ("munged", "mariadbd", "slurmdbd", "slurmctld", "slurmd")
LAY_DATABASE = (
    "mariadb-install-db --no-defaults --user=root --datadir={folder}/db --skip-test-db"
    " --auth-root-authentication-method=normal"
)
SETTINGS = f"""ClusterName={NAME}
SlurmctldHost={{host}}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={{folder}}/munge.socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort={{slurmctld}}
SlurmctldPidFile={{folder}}/slurmctld.pid
SlurmdPidFile={{folder}}/slurmd.%n.pid
StateSaveLocation={{folder}}/state
SlurmdSpoolDir={{folder}}/spool.%n
SlurmdTimeout=10
KillWait=2
ReturnToService=2
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/{{storage}}
AccountingStorageHost=localhost
AccountingStoragePort={{slurmdbd}}
AccountingStoragePass={{folder}}/munge.socket
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname={{host}} NodeAddr=127.0.0.1 Port={{n1}} CPUs=2 RealMemory=8000
NodeName=n2 NodeHostname={{host}} NodeAddr=127.0.0.1 Port={{n2}} CPUs=2 RealMemory=8000
PartitionName=main Nodes=n1,n2 Default=YES State=UP
"""
DATABASE_SETTINGS = """AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdPort={slurmdbd}
SlurmUser=root
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={mariadbd}
StorageUser=root
StorageLoc=slurm
"""


def missing() -> str:
    """Return what keeps a cluster from being started here, nothing if it can be."""
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    if os.geteuid() != 0:
        return "a SLURM of the tests' own needs root"
    if absent:
        return f"{absent[0]} is missing; run make slurm"
    config = FOLDER / "slurm.conf"
    if config.exists() and f"ClusterName={NAME}\n" not in config.read_text(encoding="utf-8"):
        return f"{config} configures another cluster"
    return ""


@contextmanager
def cluster(folder: Path) -> Iterator["Cluster"]:
    """Run a cluster in the empty `folder` beside the body; nothing is left of it afterwards."""
    with ExitStack() as undo:
        for name in ("slurm.conf", "slurmdbd.conf"):
            undo.callback((FOLDER / name).unlink, missing_ok=True)
        found = Cluster(folder)
        undo.callback(found.stop)
        for name in ("munged", "slurmctld", *NODES):
            found.start(name)
        wait_until(found.is_ready)
        yield found


class Cluster:
    """The daemons of a cluster, by their names, and what their settings need to know."""

    def __init__(self, folder: Path) -> None:
        """Lay the folder, the key and slurm.conf."""
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        self.values = {"folder": folder, "host": socket.gethostname(), **free_ports(DAEMONS)}
        (folder / "state").mkdir()
        (folder / "munge.key").touch(0o400)
        (folder / "munge.key").write_bytes(secrets.token_bytes(1024))
        self.configure("none")

    def configure(self, storage: str) -> None:
        """Write slurm.conf with a kind of accounting."""
        (FOLDER / "slurm.conf").write_text(
            SETTINGS.format(storage=storage, **self.values), encoding="utf-8"
        )

    def start(self, name: str) -> None:
        """Start a daemon, which ends with this process at the latest."""
        with (self.values["folder"] / f"{name}.log").open("ab") as log:
            self.daemons[name] = subprocess.Popen(
                DAEMONS[name].format(**self.values).split(),
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )

    def keep_accounts(self) -> None:
        """Lay a database, and let the running cluster keep its accounts there."""
        ask(*LAY_DATABASE.format(**self.values).split())
        settings = FOLDER / "slurmdbd.conf"
        settings.touch(0o600)
        settings.write_text(DATABASE_SETTINGS.format(**self.values), encoding="utf-8")
        for name in ("mariadbd", "slurmdbd"):
            self.start(name)
            wait_until(lambda port=self.values[name]: listens(port))
        self.configure("slurmdbd")
        ask("sacctmgr", "--immediate", "add", "cluster", NAME)
        end(self.daemons.pop("slurmctld"))
        self.start("slurmctld")
        wait_until(self.is_ready)

    def is_ready(self) -> bool:
        """Tell whether all nodes take jobs."""
        states = ask("sinfo", "--noheader", "--Node", "--format=%T", check=False).split()
        return len(states) == len(NODES) and set(states) <= {"idle", "mixed"}

    def lose(self, node: str) -> None:
        """Kill a node's daemon and all that runs there, as if its power were cut."""
        self.daemons[node].kill()
        self.daemons[node].wait()
        for process in processes(node):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def stop(self) -> None:
        """End all jobs, then the daemons: the one that the others need last."""
        ask("scancel", "--user=root", check=False)
        wait_until(lambda: not ask("squeue", "--noheader", check=False))
        for name in reversed(DAEMONS):
            if name in self.daemons:
                end(self.daemons[name])
        shutil.rmtree(self.values["folder"] / "db", ignore_errors=True)


def end(daemon: subprocess.Popen[bytes]) -> None:
    """Ask a daemon to end, and wait until it has."""
    daemon.terminate()
    daemon.wait(30)


def processes(node: str) -> list[psutil.Process]:
    """Return the processes of this cluster's jobs on a node, with the steps' own daemons."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            seen = process.environ()
            if (seen.get("SLURM_CLUSTER_NAME"), seen.get("SLURMD_NODENAME")) == (NAME, node):
                found += [process, *(p for p in process.parents() if p.name() == "slurmstepd")]
    return found


def ask(*words: str, check: bool = True) -> str:
    """Return what a command of SLURM prints."""
    return subprocess.run(
        words, capture_output=True, text=True, check=check, encoding="utf-8"
    ).stdout


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """Return a port for each name, on which nobody listens."""
    with ExitStack() as stack:
        sockets = {name: stack.enter_context(socket.socket()) for name in names}
        for each in sockets.values():
            each.bind(("127.0.0.1", 0))
        return {name: each.getsockname()[1] for name, each in sockets.items()}


def listens(port: int) -> bool:
    """Tell whether anybody listens on a port of this machine."""
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0
