"""How the signature is written behind a finished card: pyHanko, held to leave the card's metadata and take our clock. Imported only where the extra is."""

import io
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSigner

_PADES = "/ESIC"


class _Writer(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        # The packet as the library would write it anew no longer describes the property of PDF/UA as PDF/A asks.
        pass

    def ensure_output_version(self, version: Any) -> None:
        # A signature on an elliptic curve is none of PDF 1.7, and the card is: the library would call it 2.0.
        pass

    def register_extension(self, ext: Any) -> None:
        if ext.prefix_name == _PADES:
            super().register_extension(ext)


class _Signer(PdfSigner):
    moment: datetime

    def init_signing_session(self, *given: Any, **more: Any) -> Any:
        session = super().init_signing_session(*given, **more)
        session.system_time = self.moment
        return session


def quiet_writer(pdf: bytes) -> Any:
    """A writer that adds behind the end of the file and touches nothing it is not asked to."""
    return _Writer(io.BytesIO(pdf))


def signer_at(moment: datetime, *given: Any, **more: Any) -> Any:
    """A PdfSigner that states this moment as when it signed."""
    signer = _Signer(*given, **more)
    signer.moment = moment
    return signer
