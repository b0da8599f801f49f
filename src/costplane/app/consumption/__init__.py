"""What was charged, paid in advance and reserved, in the words of Azure's Consumption API."""
