"""A sealed file is read as it was written, or refused."""

import pytest

from initbench import sealed
from initbench.errors import InitbenchError


def test_each_flipped_bit_of_a_sealed_file_shows(tmp_path):
    file = tmp_path / "verdicts.json"
    sealed.write_text(file, '{"A": "größer"}')
    assert sealed.read_text(file) == '{"A": "größer"}'
    whole = file.read_bytes()
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        with pytest.raises(InitbenchError, match=r"not as it was written.*rm -f"):
            sealed.read_text(file)


def test_a_file_without_a_seal_is_read(tmp_path):
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    assert sealed.read_text(tmp_path / "a.json") == "{}"
