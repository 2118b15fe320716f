from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    import pyarrow as pa

    from initbench import sealed
    from initbench.replay.notebook import replay
    from initbench.tables import shards

    for name, frame in replay().items():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        shards.write(table, Path(snakemake.output[name]), {})
        sealed.seal(Path(snakemake.output[name]))
