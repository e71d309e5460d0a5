"""DHL Express's products, by our names: the SDK's names of half of them belong to other products.

Source: DHL Express, reference data of its APIs (MyDHL API, XML Services), "Global product codes", where each code has
its name, its content code (in the comments here) and whether it is for documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICES: Mapping[str, str] = {
    "dhl_express_worldwide": "P",  # WPX
    "dhl_express_worldwide_documents": "D",  # DOX
    "dhl_express_worldwide_eu": "U",  # ECX
    "dhl_express_9_00": "E",  # TDE
    "dhl_express_9_00_documents": "K",  # TDK
    "dhl_express_10_30": "M",  # TDM
    "dhl_express_10_30_documents": "L",  # TDL
    "dhl_express_12_00": "Y",  # TDY
    "dhl_express_12_00_documents": "T",  # TDT
    "dhl_express_easy": "8",  # XEP
    "dhl_express_easy_documents": "7",  # XED
    "dhl_express_envelope": "X",  # XPD
    "dhl_economy_select": "H",  # ESI
    "dhl_economy_select_eu": "W",  # ESU
    "dhl_domestic_express": "N",  # DOM
    "dhl_domestic_express_9_00": "I",  # DOK
    "dhl_domestic_express_10_30": "O",  # DOL
    "dhl_domestic_express_12_00": "1",  # DOT
    "dhl_domestic_economy_select": "G",  # DES
    "dhl_medical_express": "Q",  # WMX
    "dhl_medical_express_documents": "C",  # CMX
    "dhl_breakbulk_express": "B",  # BBX
    "dhl_jumbo_box": "J",  # JBX
    "dhl_b2c": "3",  # B2C
    "dhl_b2c_documents": "2",  # BTC
    "dhl_europack": "V",  # EPP
    "dhl_europack_documents": "9",  # EPA
    "dhl_freight_worldwide": "F",  # FRT
    "dhl_globalmail_business": "R",  # GMB
    "dhl_jetline": "4",  # NFO
    "dhl_sprintline": "5",  # SPL
    "dhl_same_day": "S",  # SDX
}
"""The codes, by our names."""

NAMES: Mapping[str, str] = {code: name for name, code in SERVICES.items()}
