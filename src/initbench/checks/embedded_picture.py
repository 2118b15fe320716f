"""The picture embedded in document B: a drawing packed into its own address (B64)."""

import base64
import json
import math
import zlib
from json import JSONDecodeError

from initbench.checks._registry import Measurement, check

# What follows "pako:" in the address (document B, section 2.4.4). Such an address of mermaid.ink
# holds the drawing itself: JSON whose field "code" is its text, packed by zlib, in base64url.
PAYLOAD = (
    "eNp1ksFuwjAMhl8l8glQCX2BHiaNl-DANGm0Qy5xG7OSVEmGxDTePU5bVAbbKbG_fP7t2D6BNJKggkZFrZZkLD2o"
    "0NqHos1aoy2J8KI2ZMfVQ0FbcqwUWVLujawNzid_9sqRsuSsGUi8kSVrpSuisx05q5XrWfUkNFnnWu1asuPqvhAt"
    "Oah6Vi9FdN4U0ZIdV-6liB05q924eiyiJWeVH1aPRbyRM2ZcPxXRkrPGD-vHIlrSoPtx_VRER96rKB7Xz0W05D35"
    "af1UREvO2fFcvxTRkXd2PNfPRbTknB3P9UsRLTnnxnP9WkRH3rnxXL8X0ZL3djyv34voyHs7ntcfRbTkvR3P688i"
    "OvLBjef1VxEt-eDG8_q7iJZ8cON5_VNER8GN5_VvES0FN57X_0W0FNx4Xv8V0VFw43l9KaKl4MZ1_Q-Nh6Yw"
)
CHARTS = ("xychart", "histogram")  # how a Mermaid text names a chart with bars


def compressed(payload: str) -> bytes:
    """Return the bytes of a base64url text without padding."""
    return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


def readable(packed: bytes) -> tuple[bytes, str]:
    """Return what zlib can unpack before the first error, and that error (empty: none)."""
    stream, text = zlib.decompressobj(), b""
    for position in range(len(packed)):
        try:
            text += stream.decompress(packed[position : position + 1])
        except zlib.error as error:
            return text, f"at byte {position + 1}: {error}"
    return text, "" if stream.eof else "the end is missing"


def drawn(text: bytes) -> str:
    """Return the drawing's code in lower case, or an empty text if there is none."""
    try:
        return str(json.loads(text)["code"]).lower()
    except (JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        return ""


@check("B64", "b64_decodes")
def decodes() -> Measurement:
    """Return 1 if the packed drawing can be unpacked to its end, else 0."""
    packed = compressed(PAYLOAD)
    _, error = readable(packed)
    header = "a valid zlib header" if packed[:2] == b"\x78\xda" else "no zlib header"
    detail = f"{len(packed)} bytes with {header}; {error or 'read to the end'}"
    return Measurement(not error, 1, 0, detail)


@check("B64", "b64_histograms")
def histograms() -> Measurement:
    """Return 1 if the drawing that can be read is a chart with bars, else 0."""
    text, _ = readable(compressed(PAYLOAD))
    code = drawn(text)
    seen = code[:40] or "nothing that can be read"
    return Measurement(any(chart in code for chart in CHARTS), 1, 0, f"the drawing: {seen}")


@check("B64", "b64_readable_bytes")
def readable_bytes() -> Measurement:
    """Return how many bytes of the drawing can be read before the first error."""
    text, _ = readable(compressed(PAYLOAD))
    return Measurement(len(text), math.nan, math.nan, "unpacked bytes before the error")


@check("B64", "b64_payload_bytes")
def payload_bytes() -> Measurement:
    """Return how many packed bytes the address holds."""
    detail = f"{len(PAYLOAD)} characters of base64url"
    return Measurement(len(compressed(PAYLOAD)), math.nan, math.nan, detail)
