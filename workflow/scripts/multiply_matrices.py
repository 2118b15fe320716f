from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    import pyarrow as pa

    from initbench.matrices.measurement import measure
    from initbench.tables import shards

    params, wildcards = snakemake.params, snakemake.wildcards
    metadata = {**dict(wildcards), "fingerprint": params.fingerprint}
    spec, seed = params.spec["ensemble"], params.spec["seed"]
    for name, frame in measure(spec, wildcards.ensemble, seed).items():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        shards.write(table, Path(snakemake.output[name]), metadata)
