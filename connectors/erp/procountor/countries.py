"""Procountor's names of countries (``Address.country``) as codes of ISO 3166-1."""

from __future__ import annotations

from collections.abc import Mapping

# Åland is Finland's, and so is the law that holds there.
CODES: Mapping[str, str] = {
    "ALAND_ISLANDS": "FI", "ALBANIA": "AL", "ANDORRA": "AD", "ARGENTINA": "AR", "AUSTRALIA": "AU",
    "AUSTRIA": "AT", "BELARUS": "BY", "BELGIUM": "BE", "BOSNIA_AND_HERZEGOVINA": "BA",
    "BRAZIL": "BR", "BULGARIA": "BG", "CANADA": "CA", "CHILE": "CL", "CHINA": "CN",
    "COLOMBIA": "CO", "CROATIA": "HR", "CYPRUS": "CY", "CZECH_REPUBLIC": "CZ", "DENMARK": "DK",
    "EGYPT": "EG", "ESTONIA": "EE", "FAROE_ISLANDS": "FO", "FINLAND": "FI", "FRANCE": "FR",
    "GEORGIA": "GE", "GERMANY": "DE", "GIBRALTAR": "GI", "GREECE": "GR", "GREENLAND": "GL",
    "GUERNSEY": "GG", "HONG_KONG": "HK", "HUNGARY": "HU", "ICELAND": "IS", "INDIA": "IN",
    "INDONESIA": "ID", "IRELAND": "IE", "ISLE_OF_MAN": "IM", "ISRAEL": "IL", "ITALY": "IT",
    "JAPAN": "JP", "JERSEY": "JE", "KAZAKHSTAN": "KZ", "KENYA": "KE", "LATVIA": "LV",
    "LIECHTENSTEIN": "LI", "LITHUANIA": "LT", "LUXEMBOURG": "LU", "MALAYSIA": "MY",
    "MALTA": "MT", "MEXICO": "MX", "MONACO": "MC", "MONTENEGRO": "ME", "MOROCCO": "MA",
    "NETHERLANDS": "NL", "NEW_ZEALAND": "NZ", "NORTHERN_IRELAND_TEMPORARY": "GB",
    "NORWAY": "NO", "PHILIPPINES": "PH",
    "POLAND": "PL", "PORTUGAL": "PT", "REPUBLIC_OF_KOREA": "KR", "ROMANIA": "RO",
    "RUSSIAN_FEDERATION": "RU", "SAN_MARINO": "SM", "SAUDI_ARABIA": "SA", "SERBIA": "RS",
    "SINGAPORE": "SG", "SLOVAKIA": "SK", "SLOVENIA": "SI", "SOUTH_AFRICA": "ZA", "SPAIN": "ES",
    "SVALBARD_AND_JAN_MAYEN": "SJ", "SWEDEN": "SE", "SWITZERLAND": "CH", "THAILAND": "TH",
    "TUNISIA": "TN", "TURKEY": "TR", "UKRAINE": "UA", "UNITED_ARAB_EMIRATES": "AE",
    "UNITED_KINGDOM_OF_GREAT_BRITAIN_AND_NORTHERN_IRELAND": "GB",
    "UNITED_STATES_OF_AMERICA": "US", "VIET_NAM": "VN",
}  # fmt: skip
