"""The world's currencies and how many digits their amounts have."""

from collections.abc import Mapping
from types import MappingProxyType

_WITHOUT_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_IN_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_IN_HUNDREDTHS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
    CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
    KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
    TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""

CURRENCIES: Mapping[str, int] = MappingProxyType(
    dict(
        sorted(
            [(code, 0) for code in _WITHOUT_MINOR_UNIT.split()]
            + [(code, 2) for code in _IN_HUNDREDTHS.split()]
            + [(code, 3) for code in _IN_THOUSANDTHS.split()]
        )
    )
)
"""Digits after the point of an amount in each currency, by its code in upper case, sorted by code.

The active codes of ISO 4217 list one as of 2026, without what nobody pays a parcel with: funds, units of account,
metals and test codes. MGA and MRU divide by five, which ISO gives two digits.
"""
