import json
from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench import operations, sealed, sitting
    from initbench.costs import costs, training
    from initbench.datasets import manifest
    from initbench.peak import peak

    folders = [Path(file).parent for file in snakemake.input.manifests]
    samples = {folder.name: manifest.read(folder)["samples"]["train"] for folder in folders}
    gflop = operations.training_gflop(snakemake.params.config, samples)
    found, best = costs(Path(snakemake.output[0]).parent), peak()
    found["peak_gflops"] = round(best, 1)
    found["training"] = training(found["rules"], gflop, best)
    found["snakemake"] = sitting.so_far()
    sealed.write_text(Path(snakemake.output[0]), json.dumps(found, indent=2) + "\n")
