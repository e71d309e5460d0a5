"""Fixed exchange rates: the sandbox has one price list, in US dollars, and the same answer every day."""

from __future__ import annotations

from decimal import Decimal

from chalicelib.domain.money import Money

_TABLE = """
    AED 3.67  AFN 70    ALL 92    AMD 390   AOA 900   ARS 1000  AUD 1.5   AWG 1.79  AZN 1.7   BAM 1.8   BBD 2
    BDT 120   BHD 0.376 BIF 2900  BMD 1     BND 1.35  BOB 6.9   BRL 5.4   BSD 1     BTN 84    BWP 13.6  BYN 3.3
    BZD 2     CAD 1.37  CDF 2800  CHF 0.9   CLP 950   CNY 7.2   COP 4100  CRC 510   CUP 24    CVE 101   CZK 23
    DJF 178   DKK 6.9   DOP 60    DZD 134   EGP 49    ERN 15    ETB 120   EUR 0.92  FJD 2.25  FKP 0.78  GBP 0.78
    GEL 2.7   GHS 15    GIP 0.78  GMD 70    GNF 8600  GTQ 7.7   GYD 209   HKD 7.8   HNL 25    HTG 131   HUF 360
    IDR 16000 ILS 3.7   INR 84    IQD 1310  IRR 42000 ISK 138   JMD 157   JOD 0.709 JPY 150   KES 129   KGS 87
    KHR 4100  KMF 453   KPW 900   KRW 1370  KWD 0.307 KYD 0.83  KZT 480   LAK 21700 LBP 89500 LKR 295   LRD 190
    LSL 18    LYD 4.85  MAD 9.9   MDL 17.8  MGA 4600  MKD 57    MMK 2100  MNT 3400  MOP 8     MRU 39.8  MUR 46
    MVR 15.4  MWK 1735  MXN 18    MYR 4.4   MZN 64    NAD 18    NGN 1600  NIO 36.8  NOK 10.7  NPR 134   NZD 1.65
    OMR 0.385 PAB 1     PEN 3.75  PGK 3.95  PHP 57    PKR 278   PLN 3.95  PYG 7700  QAR 3.64  RON 4.6   RSD 108
    RUB 92    RWF 1340  SAR 3.75  SBD 8.4   SCR 13.6  SDG 600   SEK 10.5  SGD 1.34  SHP 0.78  SLE 22.5  SOS 571
    SRD 30    SSP 1300  STN 22.5  SVC 8.75  SYP 13000 SZL 18    THB 34    TJS 10.7  TMT 3.5   TND 3.1   TOP 2.35
    TRY 33    TTD 6.78  TWD 32    TZS 2700  UAH 41    UGX 3700  USD 1     UYU 40    UZS 12700 VED 40    VES 40
    VND 25000 VUV 119   WST 2.75  XAF 603   XCD 2.7   XCG 1.79  XOF 603   XPF 110   YER 250   ZAR 18    ZMW 26
    ZWG 26
"""

_WORDS = _TABLE.split()
PER_DOLLAR = dict(zip(_WORDS[::2], map(Decimal, _WORDS[1::2]), strict=True))
"""Units of each currency for one US dollar: of the right order, and never a market's rate."""


def from_dollars(dollars: Decimal, currency: str) -> Money:
    """Return an amount in US dollars in another currency, not rounded."""
    return Money(dollars * PER_DOLLAR[currency], currency)


def converted(money: Money, currency: str) -> Money:
    """Return an amount in another currency, not rounded."""
    if money.currency == currency:
        return money
    return Money(money.amount / PER_DOLLAR[money.currency] * PER_DOLLAR[currency], currency)
