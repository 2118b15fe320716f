import json
from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import sealed
    from initbench.costs import flops, snakemake_itself
    from initbench.costs.peak import peak
    from initbench.costs.totals import costs, training

    gflop = flops.training_gflop(snakemake.params.config)
    found, best = costs(Path(snakemake.output[0]).parent), peak()
    found["peak_gflops"] = round(best, 1)
    found["training"] = training(found["rules"], gflop, best)
    found["snakemake"] = snakemake_itself.so_far()
    sealed.write_text(Path(snakemake.output[0]), json.dumps(found, indent=2) + "\n")
