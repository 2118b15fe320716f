import json
from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import sealed
    from initbench.costs import flops, snakemake_itself
    from initbench.costs.peak import peak
    from initbench.costs.totals import costs, training
    from initbench.datasets import read_manifest

    folders = [Path(file).parent for file in snakemake.input.manifests]
    samples = {folder.name: read_manifest(folder)["samples"]["train"] for folder in folders}
    gflop = flops.training_gflop(snakemake.params.config, samples)
    found, best = costs(Path(snakemake.output[0]).parent), peak()
    found["peak_gflops"] = round(best, 1)
    found["training"] = training(found["rules"], gflop, best)
    found["snakemake"] = snakemake_itself.so_far()
    sealed.write_text(Path(snakemake.output[0]), json.dumps(found, indent=2) + "\n")
