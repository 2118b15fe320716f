from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    import pyarrow as pa

    from initbench import checks, sealed
    from initbench.tables import shards

    rows = checks.run(snakemake.params.documents, Path(str(snakemake.input.mnist)).parent)
    shards.write(pa.Table.from_pandas(rows, preserve_index=False), Path(snakemake.output[0]), {})
    sealed.seal(Path(snakemake.output[0]))
