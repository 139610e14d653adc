"""The law as data: one TOML file per country, plus the reference rates of all of them.

Every value names its statute section, its sources, how sure they are (``status``), what it binds
by (``applies_by``) and from when to when. ``shared.domain.law`` reads and enforces it; a value
without any of these is refused at load. ``PRODUCT`` marks the hub's own defaults, which are
stricter than the law or fill its silence. This is not legal advice: an act that costs a debtor
money runs in production only on a pack whose hash a responsible person has signed off.
"""
