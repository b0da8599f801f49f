"""What Azure's meter names say: the parser that suggests a model key for a meter.

A name only suggests (billing-rules 10): a name whose words are not all understood is unplaced
with its reason, never guessed. The grammar, the figures on two real price lists and the
differences from another parser are in docs/reference/meter-names.md.
"""

from costplane.pricing.meter_names.parser import parse_meter
from costplane.pricing.meter_names.placement import Placed, Placement, Unplaced

__all__ = ["Placed", "Placement", "Unplaced", "parse_meter"]
