"""A real SLURM of two nodes on this machine, for as long as a test module runs.

It needs root and Debian's slurm-wlm and munge. Daemons, keys and logs live in a folder of the test;
slurm.conf alone lies in Slurm's own folder, since the plugin drops SLURM_CONF inside jobs.
"""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from initbench.jobs import die_with_parent
from workflow_grid import wait_until

CONFIG = Path("/etc/slurm/slurm.conf")
NAME = "initbench-test"
NODES = ("n1", "n2")
DAEMONS = {
    "munged": "munged --foreground --force --socket={0}/munge.socket --key-file={0}/munge.key"
    " --pid-file={0}/munge.pid --seed-file={0}/munge.seed --log-file={0}/munge.log",
    "slurmctld": "slurmctld -D",
    **{node: f"slurmd -D -N {node}" for node in NODES},
}
SETTINGS = f"""ClusterName={NAME}
SlurmctldHost={{host}}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={{folder}}/munge.socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort={{ports[0]}}
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
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname={{host}} NodeAddr=127.0.0.1 Port={{ports[1]}} CPUs=2 RealMemory=8000
NodeName=n2 NodeHostname={{host}} NodeAddr=127.0.0.1 Port={{ports[2]}} CPUs=2 RealMemory=8000
PartitionName=main Nodes=n1,n2 Default=YES State=UP
"""


def missing() -> str:
    """Return what keeps a cluster from being started here, nothing if it can be."""
    programs = {words.split()[0] for words in DAEMONS.values()}
    if os.geteuid() != 0:
        return "a SLURM of the tests' own needs root"
    if absent := sorted(name for name in programs if not shutil.which(name)):
        return f"{absent[0]} is missing: apt-get install slurm-wlm munge"
    if CONFIG.exists() and f"ClusterName={NAME}\n" not in CONFIG.read_text():
        return f"{CONFIG} configures another cluster"
    return ""


@contextmanager
def cluster(folder: Path) -> Iterator["Cluster"]:
    """Run a cluster in the empty `folder` beside the body; nothing is left of it afterwards."""
    with ExitStack() as undo:
        undo.callback(CONFIG.unlink, missing_ok=True)
        found = Cluster(folder)
        undo.callback(found.stop)
        for name in DAEMONS:
            found.start(name)
        wait_until(found.is_ready)
        yield found


class Cluster:
    """The daemons of a cluster, by their names."""

    def __init__(self, folder: Path) -> None:
        """Lay the folder, the key and slurm.conf."""
        self.folder = folder
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "state").mkdir()
        (folder / "munge.key").touch(0o400)
        (folder / "munge.key").write_bytes(secrets.token_bytes(1024))
        host, ports = socket.gethostname(), free_ports(3)
        CONFIG.write_text(SETTINGS.format(folder=folder, host=host, ports=ports))

    def start(self, name: str) -> None:
        """Start a daemon, which ends with this process at the latest."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.daemons[name] = subprocess.Popen(
                DAEMONS[name].format(self.folder).split(),
                stdout=log, stderr=log, preexec_fn=die_with_parent,
            )  # fmt: skip

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
        for daemon in reversed(self.daemons.values()):
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
    return subprocess.run(words, capture_output=True, text=True, check=check).stdout


def free_ports(count: int) -> list[int]:
    """Return ports on which nobody listens."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
