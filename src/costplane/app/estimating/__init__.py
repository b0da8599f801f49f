"""What planned workloads will cost: rated as their calls would be, before there are any."""
