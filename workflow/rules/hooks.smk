# What is said and done before the first job and after the last.
import signal
import threading
import time
from contextlib import suppress

from initbench.costs import estimate, progress, snakemake_itself
from initbench.grid import folders
from initbench.jobs import preflight, warm_worker


def unattainable():
    """Return one sentence for each claim that the configured seeds can never decide."""
    from initbench.claims import attainable, comparing

    found = []
    for row in ROWS:
        counts = [grid.seeds_of(config, need) for need in row.needs if need in CELLS]
        rows = comparing(LEDGER.rows, row.holm_family)
        sentence = attainable(row, max(counts), rows) if counts else None
        if sentence:
            found.append(f"{row.id}: {sentence}")
    return found


def begin():
    """Say before the first job what there is to do and how long it may take; watch the run."""
    global PLAN, ENDED
    folders.claim(Path(RESULTS))
    settings = workflow.resource_settings
    jobs = [job for job in workflow.dag.needrun_jobs() if job.output]
    benchmarks = [job.benchmark and str(job.benchmark) for job in jobs]
    cores = settings.cores or settings.nodes or 1
    PLAN = estimate.plan(Path(RESULTS), benchmarks, cores, config["purpose"])
    progress.keep(PLAN, Path(RESULTS))
    ENDED = progress.watch(PLAN, Path(RESULTS))
    snakemake_itself.announce()
    print(f"initbench: {estimate.announcement(PLAN)}")


def end():
    """Say after the last job what the run took."""
    ENDED.set()
    with suppress(OSError):  # the terminal may be gone
        print(f"initbench: {progress.ending(PLAN, Path(RESULTS), time.process_time())}")


def announce():
    """Say before the first job what is run and which claims stay open."""
    cells = sum(map(len, CELLS.values()))
    known = {*AVAILABLE, *config["experiments"]}
    print(
        f"initbench: {cells} training jobs in the grid; purpose: {config['purpose']}."
    )
    if left_out := config.get("without"):
        print(f"initbench: {len(left_out)} experiments are left out (`without`).")
    if absent := [row.id for row in LEDGER.rows if row.rule and set(row.needs) - known]:
        print(
            f"initbench: {len(absent)} claims need experiments that are not in config.yaml."
        )
    for sentence in unattainable():
        print(f"initbench: {sentence}")


def refuse_checks_without_mnist():
    """End the run before its first job if checks are to be made whose images are not named."""
    wanted = {job.rule.name for job in workflow.dag.needrun_jobs()}
    if "check_formulas" in wanted and not MNIST:
        stop(
            "config.yaml has no entry for MNIST, which the claims that are checked without "
            "training need; add `mnist: {source: torchvision, name: MNIST, mean: 0.1307, "
            "std: 0.3081}` to `datasets`."
        )


def try_cells():
    """End the run here, in one sentence, if data, net and init of a cell do not fit."""
    found = {}
    for job in workflow.dag.needrun_jobs():
        if job.rule.name.startswith("train_"):
            cell = job.wildcards
            name = f"{cell.experiment}/{cell.dataset}/{cell.architecture}/{cell.init}"
            found[name] = MEANINGS.of(cell)
    try:
        preflight.try_cells(found, Path(RESULTS))
    except InitbenchError as error:
        stop(error)


def start_worker():
    """Start the process that imports the libraries once for all jobs; it ends with this one.

    Jobs of a cluster are not its business, so they are not told of it.
    """
    global WORKER
    WORKER = warm_worker.start() if workflow.local_exec else None


def heed_hang_up():
    """Let a closed terminal end the run as Ctrl-C does, with no lock left; nohup keeps it going."""
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


if workflow.is_main_process and threading.current_thread() is threading.main_thread():
    heed_hang_up()


onstart:
    refuse_checks_without_mnist()
    announce()
    start_worker()
    try_cells()
    begin()


onsuccess:
    end()


onerror:
    end()
