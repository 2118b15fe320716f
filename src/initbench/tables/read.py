"""Read-only access to the collected tables; everything after training goes through here."""

from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from initbench import sealed
from initbench.tables import shards
from initbench.tables.schemas import TUNED

TRIED = ["dataset", "architecture", "init", "index"]


class Tables:
    """The collected Parquet tables below one folder, each read once on first use."""

    def __init__(self, folder: Path) -> None:
        """Remember `folder`; nothing is read yet."""
        self.folder = Path(folder)
        self._read = cache(self._load)

    def _load(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.parquet"
        data = pa.BufferReader(sealed.read_bytes(path))
        try:
            table = pq.read_table(data, page_checksum_verification=True)
        except shards.UNREADABLE as error:
            raise shards.corrupt(path) from error
        frame: pd.DataFrame = table.to_pandas()
        return frame

    def curves(self, experiment: str) -> pd.DataFrame:
        """Return loss and accuracy over training of every run of `experiment`."""
        return self._read(f"{experiment}/curves")

    def layers(self, experiment: str) -> pd.DataFrame:
        """Return the recorded per-layer and per-tensor quantities of `experiment`."""
        return self._read(f"{experiment}/layers")

    def tuning(self, experiment: str) -> pd.DataFrame:
        """Return each learning rate that was tried for a cell with its score, from the smallest.

        One row a cell (dataset, architecture, init) and `index`, with `rate` and `score`.
        """
        layers = self.layers(experiment)
        once = (
            layers[layers["layer"] == TUNED]
            .astype({"quantity": str})
            .drop_duplicates([*TRIED, "quantity"])
        )
        table = once.pivot(index=TRIED, columns="quantity", values="value")
        return table.reindex(columns=["rate", "score"]).rename_axis(columns=None).reset_index()

    def outcomes(self, experiment: str) -> pd.DataFrame:
        """Return one row a run of `experiment`: its status and final numbers."""
        return self._read(f"{experiment}/outcomes")

    def checks(self) -> pd.DataFrame:
        """Return the results of the checks that need no training."""
        return self._read("checks")

    def replay_curves(self) -> pd.DataFrame:
        """Return the test loss and accuracy of the literal replay after every step."""
        return self._read("replay_curves")

    def panels(self) -> pd.DataFrame:
        """Return the replay's layer panels: points, grey crosses and decision maps."""
        return self._read("replay_panels")

    def replay_spectra(self) -> pd.DataFrame:
        """Return the replayed and the printed singular values of the eight layers."""
        return self._read("replay_spectra")

    def probe(self, name: str) -> pd.DataFrame:
        """Return what the probe `name` measured at initialization, one row a value."""
        return self._read(f"probes/{name}")

    def matrices(self, name: str) -> pd.DataFrame:
        """Return the table "draws", "paths" or "eigenvalues" of the random matrices."""
        return self._read(f"matrices/{name}")
