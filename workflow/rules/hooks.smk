# What is said and done before the first job and after the last.
import time

from initbench.costs import estimate, progress, snakemake_itself
from initbench.jobs import warm_worker


def unattainable():
    """Return one sentence for each claim that the configured seeds can never decide."""
    from initbench.claims import attainable

    found = []
    for row in ROWS:
        counts = [grid.seeds_of(config, need) for need in row.needs if need in CELLS]
        sentence = attainable(row, max(counts)) if counts else None
        if sentence:
            found.append(f"{row.id}: {sentence}")
    return found


def begin():
    """Say before the first job what there is to do and how long it may take; watch the run."""
    global PLAN, ENDED
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
    print(f"initbench: {progress.ending(PLAN, Path(RESULTS), time.process_time())}")


def announce():
    """Say before the first job what is run and which claims stay open."""
    cells = sum(map(len, CELLS.values()))
    print(
        f"initbench: {cells} training jobs in the grid; purpose: {config['purpose']}."
    )
    if left_out := config.get("without"):
        print(f"initbench: {len(left_out)} experiments are left out (`without`).")
    for sentence in unattainable():
        print(f"initbench: {sentence}")


def start_worker():
    """Start the process that imports the libraries once for all jobs; it ends with this one."""
    global WORKER
    WORKER = warm_worker.start()


onstart:
    announce()
    begin()
    start_worker()


onsuccess:
    end()


onerror:
    end()
