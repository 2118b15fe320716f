import json
from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import io
    from initbench.costs import flops as operations
    from initbench.costs import snakemake_itself as sitting
    from initbench.costs.peak import peak
    from initbench.costs.totals import costs, training
    from initbench.datasets import _manifest as manifest

    folders = [Path(file).parent for file in snakemake.input.manifests]
    samples = {folder.name: manifest.read(folder)["samples"]["train"] for folder in folders}
    gflop = operations.training_gflop(snakemake.params.config, samples)
    found, best = costs(Path(snakemake.output[0]).parent), peak()
    found["peak_gflops"] = round(best, 1)
    found["training"] = training(found["rules"], gflop, best)
    found["snakemake"] = sitting.so_far()
    io.write_text(Path(snakemake.output[0]), json.dumps(found, indent=2) + "\n")
