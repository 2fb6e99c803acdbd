"""What a stage costs on AWS, and how much it can carry: from its graph, and from real orders."""

from cost.bill import Estimate, estimate
from cost.items import Item
from cost.monthly import FixedItem
from cost.workload import Traffic

__all__ = ["Estimate", "FixedItem", "Item", "Traffic", "estimate"]
